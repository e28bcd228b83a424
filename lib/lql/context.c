#include "lql/context.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/time.h"
#include "base/tool.h"
#include "log/parts.h"
#include "log/view.h"
#include "lql/far.h"
#include "lql/keep.h"
#include "lql/step.h"

#define HITS_BYTES_MAX	((size_t)64 << 20)
#define WIDTH		(10 * NS_S)	/* looked at first, on a side */
#define WIDER		32u
#define FAR_WIDEST	(24 * 3600 * NS_S)	/* servers have limits */

struct hit {
	struct lql_line l;
	struct log_line raw;	/* what l.raw is */
	bool given;
};

struct context {
	const struct lql_ask *ask;
	uint32_t n;
	bool forward;
	lql_fn *fn;
	void *arg;
	struct hit *hit;
	uint32_t cap;
	struct map keys;	/* of hits, by number */
	struct buf key;
	struct arena mem;	/* hits; below: of a look */
	struct arena near;
	bool opens;		/* a group, with the next line */
	struct store_view *view;
	struct log_view parts;
	struct log_scan_opts so;
	uint64_t min, max;	/* times of the store */
	struct map said;	/* faults, each once */
};

/* A way from a hit, and the lines there. */
struct look {
	struct context *c;
	const struct log_line *from;
	struct str key;		/* of from */
	bool after;		/* it, in the order asked for: up to a hit */
	bool met;		/* from */
	uint32_t want, n;
	uint64_t seen;		/* lines of the scan */
	struct log_line *line;
	uint32_t hit;		/* behind them, or MAP_NONE */
};

/* ---- hits ---------------------------------------------------------------- */

static void
put_pairs(struct buf *b, const struct log_pair *v, uint32_t n)
{
	buf_varint(b, n);
	for (uint32_t i = 0; i < n; i++)
		pairs_put(b, v[i].name, v[i].value);
}

/* All that makes a line what it is, as bytes, till the next call. */
static struct str
key_of(struct context *c, const struct log_line *l)
{
	buf_reset(&c->key);
	buf_u64(&c->key, l->time);
	buf_varint(&c->key, l->severity);
	pairs_put(&c->key, l->trace_id, l->span_id);
	put_pairs(&c->key, l->labels, l->nlabels);
	put_pairs(&c->key, l->meta, l->nmeta);
	buf_adds(&c->key, l->line);
	return buf_str(&c->key);
}

static int
on_hit(void *arg, const struct lql_line *l, struct err *e)
{
	struct context *c = arg;
	struct hit *h;
	bool fresh;
	uint32_t k = map_add(&c->keys, key_of(c, l->raw), &fresh);

	if (tool_stopped())
		return err_set(e, ERR_CANCEL, "stopped");
	if (c->keys.bytes > HITS_BYTES_MAX)
		return err_set(e, ERR_LIMIT, "lines to show others around: "
		    "over the limit of %zu MiB", HITS_BYTES_MAX >> 20);
	if (!fresh)
		return 0;
	if (k >= c->cap) {
		c->cap = c->cap * 2 + 64;
		c->hit = xrealloc(c->hit, c->cap, sizeof *c->hit);
	}
	h = &c->hit[k];
	*h = (struct hit){ .raw = keep_line(&c->mem, l->raw),
		.l = keep_found(&c->mem, l) };
	return 0;
}

/* ---- the lines around one -------------------------------------------------- */

/* Lines of one time are in the same order whichever way they are looked at. */
static int
on_line(void *arg, const struct log_line *l, struct err *e)
{
	struct look *lk = arg;
	struct context *c = lk->c;
	struct str key;

	if (tool_stopped())
		return err_set(e, ERR_CANCEL, "stopped");
	lk->seen++;
	if (l->nlabels != lk->from->nlabels)	/* a stream with more labels */
		return 0;
	key = key_of(c, l);
	if (str_eq(key, lk->key)) {
		lk->met = true;
		return 0;
	}
	if (!lk->met)
		return 0;
	if (lk->after && (lk->hit = map_find(&c->keys, key)) != MAP_NONE)
		return 1;
	lk->line[lk->n++] = keep_line(&c->near, l);
	return lk->n == lk->want;
}

static void
on_fault(void *arg, const struct err *e)
{
	struct context *c = arg;
	bool fresh;

	map_add(&c->said, str_of(e->msg), &fresh);
	if (fresh)
		store_view_fault(c->view, e);
}

/* Sets the times to look at. Whether there are others. */
static bool
range(struct context *c, uint64_t time, uint64_t width)
{
	uint64_t widest = c->ask->far ? FAR_WIDEST : UINT64_MAX;
	struct log_scan_opts *o = &c->so;
	bool more = width < widest;

	width = more ? width : widest;
	if (o->forward) {
		o->from = time;
		o->to = width < UINT64_MAX - time ? time + width : UINT64_MAX;
		return more && o->to <= c->max;
	}
	o->from = time > width ? time - width : 0;
	o->to = time + 1;
	return more && o->from > c->min;
}

static int
scan(struct context *c, struct look *lk, struct err *e)
{
	return c->ask->far ? far_scan(c->ask, &c->so, on_line, lk, e) :
	    parts_scan(c->parts.part, c->parts.n, &c->so, on_fault, c,
	    on_line, lk, e);
}

/*
 * Up to `want` lines from a hit on, in what may be more than one try: further
 * away, or with more lines of streams that have its labels and others.
 */
static int
look(struct context *c, struct look *lk, uint32_t hit, bool after,
    uint32_t want, struct err *e)
{
	const struct log_line *from = &c->hit[hit].raw;
	struct log_scan_opts *o = &c->so;
	struct log_matcher *m;
	uint64_t width = WIDTH;

	arena_reset(&c->near);
	m = arena_new(&c->near, struct log_matcher, from->nlabels + 1);
	for (uint32_t i = 0; i < from->nlabels; i++)
		m[i] = (struct log_matcher){ .name = from->labels[i].name,
			.op = LOG_EQ, .value = from->labels[i].value };
	o->match = m;
	o->nmatch = from->nlabels;
	o->limit = want + 16;
	o->forward = after == c->forward;
	*lk = (struct look){ .c = c, .from = from, .after = after,
		.want = want, .key = c->keys.key[hit],
		.line = arena_new(&c->near, struct log_line, want) };
	for (;;) {
		bool more = range(c, from->time, width);

		lk->n = 0;
		lk->seen = 0;
		lk->met = false;
		lk->hit = MAP_NONE;
		if (scan(c, lk, e) == -1)
			return -1;
		if (lk->n == want || lk->hit != MAP_NONE)
			return 0;
		if (lk->seen == o->limit)
			o->limit *= 8;
		else if (more)
			width = width > UINT64_MAX / WIDER ? UINT64_MAX :
			    width * WIDER;
		else
			return 0;
	}
}

/* ---- groups ---------------------------------------------------------------- */

static int
give(struct context *c, const struct lql_line *l, bool near, struct err *e)
{
	struct lql_line out = *l;

	out.near = near;
	out.opens = c->opens;
	c->opens = false;
	return c->fn(c->arg, &out, e);
}

static int
give_near(struct context *c, const struct log_line *l, struct err *e)
{
	return give(c, &(struct lql_line){ .l = *l, .raw = l }, true, e);
}

static int
give_hit(struct context *c, uint32_t k, struct err *e)
{
	struct hit *h = &c->hit[k];

	h->given = true;
	h->l.raw = &h->raw;
	return give(c, &h->l, false, e);
}

/* From its first hit to the last that has lines in common with one of them. */
static int
give_group(struct context *c, uint32_t k, struct err *e)
{
	struct look lk;
	uint32_t n;
	int r;

	c->opens = true;
	r = look(c, &lk, k, false, c->n, e);
	for (uint32_t i = lk.n; i-- > 0 && r == 0;)
		r = give_near(c, &lk.line[i], e);
	for (; r == 0; k = lk.hit) {
		if ((r = give_hit(c, k, e)) != 0 ||
		    (r = look(c, &lk, k, true, 2 * c->n + 1, e)) != 0)
			break;
		n = lk.hit == MAP_NONE && lk.n > c->n ? c->n : lk.n;
		for (uint32_t i = 0; i < n && r == 0; i++)
			r = give_near(c, &lk.line[i], e);
		if (lk.hit == MAP_NONE)
			break;
	}
	return r;
}

static int
give_groups(struct context *c, struct err *e)
{
	int r = 0;

	if (c->keys.n == 0)
		return 0;
	if (c->view && log_view_open(&c->parts, c->view, NULL,
	    e) == -1)
		return -1;
	c->max = time_now();
	if (c->view)
		store_view_span(c->view, &c->min, &c->max);
	for (uint32_t k = 0; k < c->keys.n && r == 0; k++)
		if (!c->hit[k].given)
			r = give_group(c, k, e);
	if (c->view)
		log_view_close(&c->parts);
	return r;
}

/* Whether the lines of a query are not as their streams have them. */
static bool
changes(const struct lql_log *q)
{
	for (size_t i = 0; i < q->nsteps; i++)
		switch (q->step[i].type) {
		case LQL_S_UNPACK: case LQL_S_LINE_FORMAT:
		case LQL_S_LABEL_FORMAT: case LQL_S_DECOLORIZE:
		case LQL_S_DROP: case LQL_S_KEEP:
			return true;
		default:
			break;
		}
	return false;
}

int
lql_context(const struct lql_ask *ask, struct store_view *view,
    const struct lql_log *q, lql_fn *fn, void *arg, struct err *e)
{
	struct context c = { .ask = ask, .n = ask->context, .forward =
		ask->o.forward, .fn = fn, .arg = arg, .view = view, .so = {
		.want_line = LOG_LINE, .want_meta = true, .workers =
		ask->o.workers, .count = ask->o.count } };
	int r;

	if (ask->far && changes(q))
		return remote_refuse("--context of lines that the query "
		    "changes", "they are not found again", e);
	r = lql_find(ask, view, q, &ask->o, on_hit, &c, e);
	if (r == 0)
		r = give_groups(&c, e);
	free(c.hit);
	map_free(&c.keys);
	map_free(&c.said);
	buf_free(&c.key);
	arena_free(&c.mem);
	arena_free(&c.near);
	return r == -1 ? -1 : 0;
}
