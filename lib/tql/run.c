#include "tql/run.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/pool.h"
#include "tql/part.h"

struct tql_worker {
	struct tql_trace *trace;
	size_t n, cap;
	struct arena mem;
};

struct run {
	const struct tql_query *q;
	const struct tql_opts *o;
	struct tql_worker *worker;
	_Atomic uint64_t floor;		/* traces that start before are out */
};

/* A matching trace of a part. */
struct hit { uint64_t start; uint32_t t, matched; };

static int
by_start(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	return x->start > y->start ? -1 : x->start < y->start ? 1 :
	    x->t < y->t ? -1 : x->t > y->t;
}

static int
newest_first(const void *a, const void *b)
{
	const struct tql_trace *x = a, *y = b;

	return x->start > y->start ? -1 : x->start < y->start ? 1 :
	    memcmp(x->id, y->id, sizeof x->id);
}

/* Whether one of the matched spans [from, to) begins in the time asked for. */
static bool
in_time(const struct run *run, const uint64_t *got, const int64_t *start,
    uint32_t from, uint32_t to)
{
	for (uint32_t r = from; r < to; r++)
		if (bit_get(got, r) && (uint64_t)start[r] >= run->o->from &&
		    (uint64_t)start[r] < run->o->to)
			return true;
	return false;
}

/* The traces that have spans among those, in order, each with their number. */
static uint32_t
list_traces(const struct part *p, const uint64_t *got, struct hit *hit)
{
	uint32_t t = 0, n = 0;

	for (size_t k = 0; k < p->words; k++)
		for (uint64_t w = got[k]; w; w &= w - 1) {
			int64_t r = (int64_t)(k * 64) + __builtin_ctzll(w);

			while (p->first[t] + p->spans[t] <= r)
				t++;
			if (n == 0 || hit[n - 1].t != t)
				hit[n++] = (struct hit){ .t = t };
			hit[n - 1].matched++;
		}
	return n;
}

/* The traces of the part that are in the answer so far, newest first. */
static int
find_hits(struct run *run, struct part *p, const uint64_t *got,
    struct hit **out, size_t *n, struct err *e)
{
	const int64_t *begin, *start = NULL;
	uint64_t floor = atomic_load(&run->floor);
	struct hit *hit;
	uint32_t all;

	if (part_traces(p, e) == -1 ||
	    part_ints(p, TR_TRACE, S("start"), NULL, &begin, e) == -1 ||
	    (run->o->to > 0 &&
	    part_ints(p, TR_SPAN, S("start"), got, &start, e) == -1))
		return -1;
	hit = arena_new(p->mem, struct hit, p->rows[TR_TRACE] + 1);
	all = list_traces(p, got, hit);
	*n = 0;
	for (uint32_t k = 0; k < all; k++) {
		struct hit h = hit[k];
		uint32_t from = (uint32_t)p->first[h.t];

		h.start = (uint64_t)begin[h.t];
		if (h.start >= floor && (!start || in_time(run, got, start,
		    from, from + (uint32_t)p->spans[h.t])))
			hit[(*n)++] = h;
	}
	qsort(hit, *n, sizeof *hit, by_start);
	if (run->o->limit > 0 && *n > run->o->limit)
		while (*n > run->o->limit &&
		    hit[*n - 1].start < hit[run->o->limit - 1].start)
			--*n;
	*out = hit;
	return 0;
}

/* ---- what is shown of a trace ----------------------------------------- */

/* Columns of the rows that are shown or name a trace; and of its traces. */
struct columns {
	const uint32_t *row, *trace;	/* ascending */
	uint32_t rows, traces;
	struct vec id, start, duration, status, res, name;
	struct vec trace_id, begin, end;
	const struct part_col *service;	/* of all resources, or NULL */
};

/* The selected rows; *n is how many. */
static uint32_t *
rows_of(struct part *p, const uint64_t *sel, uint32_t all, uint32_t *n)
{
	uint32_t *row = arena_new(p->mem, uint32_t, all);

	*n = 0;
	for (size_t k = 0; k < BITS_WORDS(all); k++)
		for (uint64_t w = sel[k]; w; w &= w - 1)
			row[(*n)++] = (uint32_t)(k * 64) +
			    (uint32_t)__builtin_ctzll(w);
	return row;
}

/* Where in the list the row is; it is there. */
static uint32_t
place_of(const uint32_t *list, uint32_t n, uint32_t row)
{
	uint32_t lo = 0;

	while (n > 1) {
		uint32_t half = n / 2;

		lo += list[lo + half] <= row ? half : 0;
		n -= half;
	}
	return lo;
}

static struct str
text_at(struct tql_worker *w, const struct vec *v, uint32_t row)
{
	return row < v->rows && vec_valid(v, row) ?
	    arena_str(&w->mem, vec_str(v, row)) : S("");
}

static bool
is_shown(const struct tql_attr *a)
{
	switch (a->in) {
	case IN_DURATION: case IN_NAME: case IN_TRACE_ID: case IN_SPAN_ID:
	case IN_ROOT_NAME: case IN_ROOT_SERVICE: case IN_TRACE_DURATION:
		return false;
	default:
		return true;
	}
}

static struct tql_val
keep(struct arena *mem, const struct tql_val *v)
{
	struct tql_val out = *v;

	if (v->type == TQL_STR) {
		out.s = arena_str(mem, v->s);
	} else if (v->type == TQL_ARRAY) {
		struct tql_val *a = arena_new(mem, struct tql_val, v->n);

		for (uint32_t i = 0; i < v->n; i++)
			a[i] = keep(mem, &v->a[i]);
		out.a = a;
	}
	return out;
}

/* The values of an attribute: unscoped ones and those of events have some. */
static void
show_attr(struct part *p, struct tql_worker *w, const struct tql_attr *a,
    uint32_t row, struct tql_span *s, struct err *e)
{
	struct tql_val v[ROW_VALUES];
	uint32_t n = row_values(p, a, row, v, ROW_VALUES, e);

	if (n == 0 && a->selected)
		v[n++] = (struct tql_val){ .type = TQL_STR, .s = S("nil") };
	s->shown = arena_grow(&w->mem, s->shown, s->nshown, s->nshown + n,
	    sizeof *s->shown);
	for (uint32_t i = 0; i < n; i++)
		s->shown[s->nshown++] = (struct tql_shown){ a,
		    keep(&w->mem, &v[i]) };
}

static void
show_span(struct run *run, struct part *p, struct tql_worker *w,
    const struct columns *c, uint32_t row, struct tql_span *s,
    struct err *e)
{
	uint32_t at = place_of(c->row, c->rows, row);

	*s = (struct tql_span){ .start = (uint64_t)c->start.i[at],
	    .duration = c->duration.i[at], .name = text_at(w, &c->name, at),
	    .error = run->o->errors && c->status.i[at] == 2 };
	memcpy(s->id, c->id.fix + (size_t)at * 8, 8);
	for (uint32_t i = 0; i < run->q->nattr; i++)
		if (is_shown(run->q->attr[i]))
			show_attr(p, w, run->q->attr[i], row, s, e);
}

static int
load_columns(struct run *run, struct part *p, struct columns *c,
    const uint64_t *shown, struct err *e)
{
	const struct { struct str name; enum vec_type type; struct vec *to; }
	spans[] = {
		{ S("id"), VEC_FIX8, &c->id },
		{ S("start"), VEC_INT, &c->start },
		{ S("duration"), VEC_INT, &c->duration },
		{ S("res"), VEC_INT, &c->res },
		{ S("name"), VEC_STR, &c->name },
		{ S("status"), VEC_INT, &c->status },
	};
	size_t n = sizeof spans / sizeof *spans - !run->o->errors;
	struct part_col *service = part_find(p, TR_RES, S("r.service.name"),
	    VEC_STR);

	c->service = service;
	for (size_t i = 0; i < n; i++)
		if (part_pick(p, TR_SPAN, spans[i].name, spans[i].type,
		    c->row, c->rows, spans[i].to, e) == -1)
			return -1;
	if ((service && part_load(p, service, NULL, NULL, e) == -1) ||
	    part_pick(p, TR_TRACE, S("start"), VEC_INT, c->trace, c->traces,
	    &c->begin, e) == -1 || part_pick(p, TR_TRACE, S("end"), VEC_INT,
	    c->trace, c->traces, &c->end, e) == -1)
		return -1;
	for (uint32_t i = 0; i < run->q->nattr; i++)
		if (is_shown(run->q->attr[i]) &&
		    row_prepare(p, run->q->attr[i], shown, e) == -1)
			return -1;
	return 0;
}

static void
show_root(struct tql_worker *w, const struct columns *c, uint32_t root,
    struct tql_trace *t)
{
	uint32_t at = place_of(c->row, c->rows, root);

	t->has_root = true;
	t->root_name = text_at(w, &c->name, at);
	t->root_service = c->service ? text_at(w, &c->service->vec,
	    (uint32_t)c->res.i[at]) : S("");
}

/* What is shown of which spans: by spanset of the part. */
struct showing {
	const struct spansets *ss;
	uint32_t *n;			/* spans shown so far */
	uint32_t *local;		/* its number in its trace + 1 */
	uint64_t *shown;		/* spans */
};

/* The spanset of a span of trace t. */
static uint32_t
set_of(const struct spansets *ss, uint32_t row, uint32_t t)
{
	return ss->of ? ss->of[row] : t;
}

static uint32_t
count_attrs(const struct set_attr *a)
{
	return a ? 1 + count_attrs(a->before) : 0;
}

static void
show_set(struct tql_worker *w, const struct spansets *ss, uint32_t no,
    struct tql_spanset *s)
{
	uint32_t n = count_attrs(ss->last);

	*s = (struct tql_spanset){ .nattr = n,
	    .attr = arena_new(&w->mem, struct tql_set_attr, n) };
	for (const struct set_attr *a = ss->last; a; a = a->before)
		s->attr[--n] = (struct tql_set_attr){ a->stage,
		    keep(&w->mem, &a->val[no]) };
}

/* The spansets of a trace, each with the number of its spans. */
static void
show_sets(struct part *p, struct tql_worker *w, struct showing *sh,
    uint32_t t, struct tql_trace *to)
{
	uint32_t from = (uint32_t)p->first[t], cap = 0;

	for (uint32_t r = from; r < from + (uint32_t)p->spans[t]; r++) {
		uint32_t no;

		if (!bit_get(sh->ss->bits, r))
			continue;
		no = set_of(sh->ss, r, t);
		if (sh->local[no] == 0) {
			if (to->nset == cap) {
				to->set = arena_grow(&w->mem, to->set,
				    to->nset, cap * 2 + 1, sizeof *to->set);
				cap = cap * 2 + 1;
			}
			show_set(w, sh->ss, no, &to->set[to->nset]);
			sh->local[no] = ++to->nset;
		}
		to->set[sh->local[no] - 1].matched++;
	}
}

static void
show_trace(struct run *run, struct part *p, struct tql_worker *w,
    const struct columns *c, uint32_t no, struct showing *sh,
    struct tql_trace *t, struct err *e)
{
	uint32_t at = place_of(c->trace, c->traces, no);
	uint32_t from = (uint32_t)p->first[no], root = p->root[no];

	t->duration = (uint64_t)c->end.i[at] - (uint64_t)c->begin.i[at];
	if (root != NO_ROW)
		show_root(w, c, root, t);
	show_sets(p, w, sh, no, t);
	for (uint32_t r = from; r < from + (uint32_t)p->spans[no]; r++) {
		struct tql_spanset *s;

		if (!bit_get(sh->shown, r))
			continue;
		s = &t->set[sh->local[set_of(sh->ss, r, no)] - 1];
		if (!s->span)
			s->span = arena_new(&w->mem, struct tql_span,
			    s->matched < run->o->spans ? s->matched :
			    run->o->spans);
		show_span(run, p, w, c, r, &s->span[s->nspan++], e);
	}
}

/* Marks the spans to show of the hits, and those whose names are needed. */
static void
mark(const struct run *run, struct part *p, const struct hit *hit,
    size_t n, const struct spansets *ss, struct showing *sh,
    uint64_t *named)
{
	*sh = (struct showing){ .ss = ss,
	    .n = arena_zero(p->mem, uint32_t, ss->n),
	    .local = arena_zero(p->mem, uint32_t, ss->n),
	    .shown = part_bits(p, TR_SPAN) };
	for (size_t i = 0; i < n; i++) {
		uint32_t from = (uint32_t)p->first[hit[i].t];
		uint32_t to = from + (uint32_t)p->spans[hit[i].t];
		uint32_t root = p->root[hit[i].t];

		for (uint32_t r = from; r < to; r++) {
			uint32_t *shown;

			if (!bit_get(ss->bits, r))
				continue;
			shown = &sh->n[set_of(ss, r, hit[i].t)];
			if (*shown == run->o->spans)
				continue;
			++*shown;
			bit_set(sh->shown, r);
			bit_set(named, r);
		}
		if (root != NO_ROW)
			bit_set(named, root);
	}
}

static void
add_trace(struct tql_worker *w, const struct tql_trace *t)
{
	if (w->n == w->cap) {
		w->cap = w->cap * 2 + 64;
		w->trace = xrealloc(w->trace, w->cap, sizeof *w->trace);
	}
	w->trace[w->n++] = *t;
}

static int
take(struct run *run, struct part *p, struct tql_worker *w,
    const struct hit *hit, size_t n, const struct spansets *ss,
    struct err *e)
{
	uint64_t *named;
	struct showing sh = { 0 };
	uint64_t *traces = part_bits(p, TR_TRACE);
	struct columns c = { 0 };

	for (size_t i = 0; i < n; i++)
		bit_set(traces, hit[i].t);
	c.trace = rows_of(p, traces, p->rows[TR_TRACE], &c.traces);
	if (part_pick(p, TR_TRACE, S("id"), VEC_FIX16, c.trace, c.traces,
	    &c.trace_id, e) == -1)
		return -1;
	if (!run->o->ids_only) {
		named = part_bits(p, TR_SPAN);
		if (part_roots(p, traces, e) == -1)
			return -1;
		mark(run, p, hit, n, ss, &sh, named);
		c.row = rows_of(p, named, p->rows[TR_SPAN], &c.rows);
		if (load_columns(run, p, &c, sh.shown, e) == -1)
			return -1;
	}
	for (size_t i = 0; i < n; i++) {
		struct tql_trace t = { .start = hit[i].start,
		    .matched = hit[i].matched,
		    .spans = (uint32_t)p->spans[hit[i].t] };

		memcpy(t.id, c.trace_id.fix + (size_t)place_of(c.trace,
		    c.traces, hit[i].t) * 16, 16);
		if (!run->o->ids_only)
			show_trace(run, p, w, &c, hit[i].t, &sh, &t, e);
		add_trace(w, &t);
	}
	return 0;
}

/* Forgets what is surely too old for the answer. */
static void
trim(struct run *run, struct tql_worker *w)
{
	uint64_t old, floor;

	if (run->o->limit == 0 || w->n < run->o->limit)
		return;
	qsort(w->trace, w->n, sizeof *w->trace, newest_first);
	w->n = (size_t)run->o->limit;
	floor = w->trace[w->n - 1].start;
	old = atomic_load(&run->floor);
	while (old < floor &&
	    !atomic_compare_exchange_weak(&run->floor, &old, floor))
		continue;
}

static int
on_part(void *arg, const struct trace_part *tp, unsigned worker,
    struct arena *mem, struct err *e)
{
	struct run *run = arg;
	struct tql_worker *w = &run->worker[worker];
	struct part p;
	struct spansets ss;
	struct hit *hit;
	size_t n;

	if (run->o->stopped && run->o->stopped())
		return err_set(e, ERR_CANCEL, "stopped");
	if (tp->max_start < atomic_load(&run->floor))
		return 1;
	part_init(&p, tp->stripe, run->q, mem);
	p.plan = run->o->plan;
	plan_part(p.plan, tp->made);
	if (part_eval(&p, tp->skip, &ss, e) == -1)
		return -1;
	if (!part_any(ss.bits, p.words))
		return 0;
	if (find_hits(run, &p, ss.bits, &hit, &n, e) == -1 ||
	    (n > 0 && take(run, &p, w, hit, n, &ss, e) == -1))
		return -1;
	trim(run, w);
	return 0;
}

/* ---- */

static void
gather(struct run *run, struct tql_result *res)
{
	size_t n = 0;

	for (unsigned i = 0; i < res->workers; i++)
		n += res->worker[i].n;
	res->trace = arena_new(&res->mem, struct tql_trace, n);
	for (unsigned i = 0; i < res->workers; i++) {
		if (res->worker[i].n > 0)
			memcpy(res->trace + res->n, res->worker[i].trace,
			    res->worker[i].n * sizeof *res->trace);
		res->n += res->worker[i].n;
	}
	qsort(res->trace, res->n, sizeof *res->trace, newest_first);
	if (run->o->limit > 0 && res->n > run->o->limit)
		res->n = (size_t)run->o->limit;
}

int
tql_run(struct store_view *view, const struct tql_query *q,
    const struct tql_opts *o, struct tql_result *res, struct err *e)
{
	struct run run = { .q = q, .o = o };
	struct trace_scan_opts so = { .from = o->from, .to = o->to,
	    .newest_first = o->limit > 0, .count = o->count,
	    .workers = o->workers ? o->workers : pool_workers() };

	*res = (struct tql_result){ .workers = so.workers };
	res->worker = xcalloc(so.workers, sizeof *res->worker);
	run.worker = res->worker;
	so.need = tql_needs(&res->mem, q, &so.nneed);
	if (trace_scan(view, &so, on_part, &run, e) == -1)
		return -1;
	gather(&run, res);
	return 0;
}

void
tql_result_free(struct tql_result *res)
{
	for (unsigned i = 0; i < res->workers; i++) {
		free(res->worker[i].trace);
		arena_free(&res->worker[i].mem);
	}
	free(res->worker);
	arena_free(&res->mem);
	*res = (struct tql_result){ 0 };
}
