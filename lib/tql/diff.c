#include "tql/diff.h"

#include <math.h>
#include <stdlib.h>

#include "base/pool.h"
#include "base/time.h"
#include "show/timing.h"
#include "tql/fetch.h"
#include "tql/part.h"

/* What one worker has seen of one side. */
struct heap {
	struct map keys;	/* service, NUL, name */
	struct share { uint64_t runs, failed; double self; } *share;
	uint32_t cap;
	uint64_t traces;
};

struct gatherer {
	const struct tql_ask *ask;
	const struct tql_query *q;
	uint64_t from, to;	/* when a matched span must start */
	struct heap *heap;	/* by worker */
};

static struct share *
share_of(struct heap *h, struct str service, struct str name)
{
	struct buf key = { 0 };
	uint32_t no;
	bool fresh;

	buf_adds(&key, service);
	buf_u8(&key, '\0');
	buf_adds(&key, name);
	no = map_add(&h->keys, buf_str(&key), &fresh);
	buf_free(&key);
	if (no >= h->cap) {
		h->cap = no * 2 + 64;
		h->share = xrealloc(h->share, h->cap, sizeof *h->share);
	}
	if (fresh)
		h->share[no] = (struct share){ 0 };
	return &h->share[no];
}

static void
heap_free(struct heap *h)
{
	map_free(&h->keys);
	free(h->share);
}

/* ---- of a part ------------------------------------------------------------- */

struct columns {
	const int64_t *start, *duration, *status, *res;
	const struct str *services;
	struct part_col *name;
};

static int
load(struct part *p, struct columns *c, struct err *e)
{
	c->name = part_find(p, TR_SPAN, S("name"), VEC_STR);
	if (part_ints(p, TR_SPAN, S("start"), NULL, &c->start, e) == -1 ||
	    part_ints(p, TR_SPAN, S("duration"), NULL, &c->duration, e) == -1 ||
	    part_ints(p, TR_SPAN, S("status"), NULL, &c->status, e) == -1 ||
	    part_ints(p, TR_SPAN, S("res"), NULL, &c->res, e) == -1 ||
	    (c->name && part_load(p, c->name, NULL, NULL, e) == -1) ||
	    part_services(p, &c->services, e) == -1)
		return -1;
	return part_tree(p, e) == -1 || part_traces(p, e) == -1 ? -1 : 0;
}

static struct str
text_at(const struct part_col *c, uint32_t row)
{
	return c && row < c->vec.rows && vec_valid(&c->vec, row) ?
	    vec_str(&c->vec, row) : S("");
}

/* Adds the spans of the traces in `keep` (NULL: of all). */
static int
add_part(struct heap *h, struct part *p, const uint64_t *keep, struct err *e)
{
	struct columns c;
	int64_t *self;

	if (load(p, &c, e) == -1)
		return -1;

	struct timing t = { p->tree.up, c.start, c.duration,
	    p->rows[TR_SPAN] };

	self = arena_new(p->mem, int64_t, t.n);
	timing_self(&t, self, p->mem);
	for (uint32_t k = 0; k < p->rows[TR_TRACE]; k++) {
		uint32_t from = (uint32_t)p->first[k];

		if (keep && !bit_get(keep, k))
			continue;
		h->traces++;
		for (uint32_t r = from; r < from + (uint32_t)p->spans[k]; r++) {
			struct share *s = share_of(h, c.services[c.res[r]],
			    text_at(c.name, r));

			s->runs++;
			s->failed += c.status[r] == 2;
			s->self += (double)self[r];
		}
	}
	return 0;
}

static int
on_part(void *arg, const struct trace_part *tp, unsigned worker,
    struct arena *mem, struct err *e)
{
	struct gatherer *g = arg;
	struct spansets ss;
	const int64_t *start;
	uint64_t *keep;
	struct part p;

	if (g->ask->o.stopped && g->ask->o.stopped())
		return err_set(e, ERR_CANCEL, "stopped");
	part_init(&p, tp->stripe, g->q, mem);
	if (part_eval(&p, tp->skip, &ss, e) == -1)
		return -1;
	if (!part_any(ss.bits, p.words))
		return 0;
	if (part_ints(&p, TR_SPAN, S("start"), NULL, &start, e) == -1 ||
	    part_traces(&p, e) == -1)
		return -1;
	keep = arena_zero(mem, uint64_t, BITS_WORDS(p.rows[TR_TRACE]));
	for (uint32_t k = 0; k < p.rows[TR_TRACE]; k++)
		for (int64_t r = p.first[k]; r < p.first[k] + p.spans[k]; r++)
			if (bit_get(ss.bits, (uint32_t)r) &&
			    (uint64_t)start[r] >= g->from &&
			    (uint64_t)start[r] < g->to)
				bit_set(keep, k);
	return add_part(&g->heap[worker], &p, keep, e);
}

/* ---- a side ---------------------------------------------------------------- */

static int
gather_trace(struct store_view *view, struct str id, struct heap *h,
    struct err *e)
{
	struct tql_query none = { 0 };
	struct fetched f;
	struct part p;
	int r = fetch_one(view, id, &f, e);

	if (r == 0) {
		part_init(&p, f.stripe, &none, &f.mem);
		r = add_part(h, &p, NULL, e);
	}
	fetched_free(&f);
	return r;
}

static void
pour(struct heap *to, const struct heap *from)
{
	to->traces += from->traces;
	for (uint32_t i = 0; i < from->keys.n; i++) {
		struct str name = from->keys.key[i], service;
		struct share *s;

		str_cut(&name, '\0', &service);
		s = share_of(to, service, name);
		s->runs += from->share[i].runs;
		s->failed += from->share[i].failed;
		s->self += from->share[i].self;
	}
}

static int
gather_times(struct gatherer *g, struct store_view *view, struct heap *h,
    struct err *e)
{
	struct arena mem = { 0 };
	struct trace_scan_opts so = { .from = g->from, .to = g->to,
	    .count = g->ask->o.count, .workers = g->ask->o.workers ?
	    g->ask->o.workers : pool_workers() };
	int r;

	g->heap = xcalloc(so.workers, sizeof *g->heap);
	so.need = tql_needs(&mem, g->q, true, &so.nneed);
	r = trace_scan(view, &so, on_part, g, e);
	for (unsigned i = 0; i < so.workers; i++) {
		if (r == 0)
			pour(h, &g->heap[i]);
		heap_free(&g->heap[i]);
	}
	free(g->heap);
	arena_free(&mem);
	return r;
}

/* "FROM..TO", either of which may be left out. */
int
tql_diff_times(struct str text, uint64_t *from, uint64_t *to, struct err *e)
{
	size_t at = str_find(text, S(".."));
	struct str a, b;

	if (at > text.n)
		return err_set(e, ERR_QUERY, "%.*s: neither a trace id nor "
		    "FROM..TO", PS(text));
	a = str_mk(text.p, at);
	b = str_skip(text, at + 2);
	*from = 0;
	*to = UINT64_MAX;
	if ((a.n > 0 && time_parse(a, time_now(), false, from, e) == -1) ||
	    (b.n > 0 && time_parse(b, time_now(), false, to, e) == -1))
		return err_in(e, "%.*s", PS(text));
	if (*to <= *from)
		return err_set(e, ERR_QUERY, "%.*s: ends before it begins",
		    PS(text));
	return 0;
}

static int
gather_side(const struct tql_ask *ask, struct store_view *view,
    const struct tql_query *q, struct str text, struct heap *h, struct err *e)
{
	struct gatherer g = { .ask = ask, .q = q };

	if (tql_is_id(text))
		return gather_trace(view, text, h, e);
	if (tql_diff_times(text, &g.from, &g.to, e) == -1)
		return -1;
	return gather_times(&g, view, h, e);
}

/* ---- both ------------------------------------------------------------------ */

static int
by_difference(const void *a, const void *b)
{
	const struct diff_row *x = a, *y = b;
	double dx = fabs(x->side[1].self - x->side[0].self);
	double dy = fabs(y->side[1].self - y->side[0].self);
	int c;

	if (dx != dy)
		return dx < dy ? 1 : -1;
	c = str_cmp(x->service, y->service);
	return c != 0 ? c : str_cmp(x->name, y->name);
}

static struct diff_side
side_of(const struct heap *h, struct str key)
{
	uint32_t no = map_find(&h->keys, key);
	double n = (double)h->traces;

	if (no == MAP_NONE)
		return (struct diff_side){ 0 };
	return (struct diff_side){ (double)h->share[no].runs / n,
	    (double)h->share[no].failed / n, h->share[no].self / n };
}

static void
join(struct heap h[2], struct diff *d, struct arena *mem)
{
	struct map all = { 0 };

	for (unsigned s = 0; s < 2; s++) {
		d->traces[s] = h[s].traces;
		for (uint32_t i = 0; i < h[s].keys.n; i++)
			map_add(&all, h[s].keys.key[i], NULL);
	}
	d->row = arena_new(mem, struct diff_row, all.n);
	d->n = all.n;
	for (uint32_t i = 0; i < all.n; i++) {
		struct str name = arena_str(mem, all.key[i]), service;

		str_cut(&name, '\0', &service);
		d->row[i] = (struct diff_row){ service, name,
		    { side_of(&h[0], all.key[i]), side_of(&h[1], all.key[i]) } };
	}
	qsort(d->row, d->n, sizeof *d->row, by_difference);
	map_free(&all);
}

int
tql_diff(const struct tql_ask *ask, struct store_view *view,
    const struct str side[2], struct str text, struct err *e)
{
	struct heap h[2] = { 0 };
	struct arena mem = { 0 };
	struct tql_query q;
	struct buf b = { 0 };
	struct diff d;
	int r = tql_parse(&q, text.n > 0 ? text : S("{}"), &mem, e);

	if (r == -1) {
		arena_free(&mem);
		return -1;
	}
	if (q.metric)
		r = err_set(e, ERR_QUERY, "--diff is of traces, not of series");
	for (unsigned s = 0; s < 2 && r == 0; s++)
		r = gather_side(ask, view, &q, side[s], &h[s], e);
	if (r == 0) {
		join(h, &d, &mem);
		r = diff_put(ask, &d, &b, e);
	}
	if (r == 0 && b.n > 0)
		r = ask->write(ask->write_arg, buf_str(&b), e);
	heap_free(&h[0]);
	heap_free(&h[1]);
	tql_free(&q);
	buf_free(&b);
	arena_free(&mem);
	return r;
}
