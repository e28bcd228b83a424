#include <stdlib.h>

#include "trace/build.h"

/* Going through a lot. */
struct walk {
	struct batch *b;
	struct lot *l;
	const struct lot_out *out;
	struct err *e;
	struct order_span *s;	/* of the trace in hand */
	int64_t *dist;
	uint32_t cap;
};

static int
by_start(const void *pa, const void *pb)
{
	const struct build_trace *a = pa, *b = pb;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return memcmp(a->id, b->id, 16);
}

/* The spans of a trace in tree order; how many are left of them. */
static uint32_t
order_one(struct walk *w, const struct build_trace *t)
{
	uint32_t k = t->spans;

	if (!w->s || t->spans > w->cap) {
		w->cap = t->spans + t->spans / 8 + 64;
		free(w->s);
		free(w->dist);
		w->s = xcalloc(w->cap, sizeof *w->s);
		w->dist = xcalloc(w->cap, sizeof *w->dist);
	}
	for (uint32_t s = t->last; s != 0;) {
		const struct build_span *b = &w->l->span[s - 1];

		w->s[--k] = (struct order_span){ b->id, b->parent, b->start,
		    w->l->from[b->from].received, s - 1, b->kind,
		    0, b->root };
		for (uint32_t at = 0; at < b->n; at += 64)
			__builtin_prefetch(b->p + at);
		s = b->before;
	}
	return order_trace(&w->b->order, w->s, t->spans, w->dist);
}

static int
give(struct walk *w, const uint32_t rows[TR_TABLES])
{
	put_done(&w->b->put);
	if (w->out->full(w->out->arg, w->b->frame, rows, w->e) == -1)
		return -1;
	put_frame(&w->b->put, &w->out->needs);
	return 0;
}

/* The next span could bring a table over the limit. */
static bool
is_full(const struct walk *w)
{
	const uint32_t *rows = w->b->put.rows, max = w->out->max_rows;
	size_t bytes = w->out->max_bytes;

	return rows[TR_SPAN] >= max ||
	    (bytes > 0 && put_memory(&w->b->put) > bytes) ||
	    (max > 2 * TRACE_CHILDREN_MAX &&
	    (rows[TR_EVENT] > max - TRACE_CHILDREN_MAX ||
	    rows[TR_LINK] > max - TRACE_CHILDREN_MAX));
}

static void
put_one(struct walk *w, uint32_t k, uint32_t first, struct put_times *sum)
{
	struct lot *l = w->l;
	const struct build_span *s = &l->span[w->s[k].ref];
	const struct build_from *from = &l->from[s->from];
	uint32_t here = w->b->put.rows[TR_SPAN] - first;
	struct put_at at = {
		&l->group[from->res], &l->group[from->scope], from->received,
		(uint64_t)s->start, w->dist[k] > here ? ORDER_CUT : w->dist[k]
	};
	struct put_times t;

	put_span(&w->b->put, str_mk(s->p, s->n), &at, &t);
	if (t.start < sum->start)
		sum->start = t.start;
	if (t.end > sum->end)
		sum->end = t.end;
}

/*
 * A trace that does not fit behind others starts a new frame; one that does
 * not fit into a frame is cut, and its pieces are traces of the same id.
 */
static int
put_pieces(struct walk *w, const struct build_trace *t, uint32_t n)
{
	struct put *p = &w->b->put;
	uint32_t mark[TR_TABLES], first = p->rows[TR_SPAN];
	uint32_t cut = w->b->order.cut;
	struct put_times sum = { INT64_MAX, INT64_MIN };

	memcpy(mark, p->rows, sizeof mark);
	for (uint32_t k = 0; k < n; k++) {
		if (is_full(w) && first > 0) {
			if (give(w, mark) == -1)
				return -1;
			return put_pieces(w, t, n);	/* first is 0 now */
		}
		if (is_full(w)) {
			put_trace(p, t->id, 0, &sum, cut);
			cut = 0;
			memcpy(mark, p->rows, sizeof mark);
			if (give(w, mark) == -1)
				return -1;
			sum = (struct put_times){ INT64_MAX, INT64_MIN };
		}
		put_one(w, k, first, &sum);
	}
	put_trace(p, t->id, first, &sum, cut);
	return 0;
}

static int
walk(struct walk *w)
{
	struct put *p = &w->b->put;
	uint32_t rows[TR_TABLES];

	for (uint32_t k = 0; k < w->l->traces; k++) {
		const struct build_trace *t = &w->l->trace[k];
		uint32_t n;

		if (t->held)
			continue;
		n = order_one(w, t);
		w->b->cut += w->b->order.cut;
		if (p->rows[TR_SPAN] > 0 &&
		    n > w->out->max_rows - p->rows[TR_SPAN]) {
			memcpy(rows, p->rows, sizeof rows);
			if (give(w, rows) == -1)
				return -1;
		}
		if (put_pieces(w, t, n) == -1)
			return -1;
	}
	if (p->rows[TR_SPAN] == 0)
		return 0;
	memcpy(rows, p->rows, sizeof rows);
	put_done(p);
	return w->out->full(w->out->arg, w->b->frame, rows, w->e);
}

int
lot_order(struct batch *b, struct lot *l, const struct lot_out *out,
    struct err *e)
{
	struct walk w = { .b = b, .l = l, .out = out, .e = e };
	int r;

	if (!b->frame) {
		b->frame = frame_new(TR_TABLES);
		put_init(&b->put, b->frame);
	}
	/* from here on the table of ids does not hold: the traces move */
	qsort(l->trace, l->traces, sizeof *l->trace, by_start);
	put_new_block(&b->put);
	put_frame(&b->put, &out->needs);
	r = walk(&w);
	free(w.s);
	free(w.dist);
	return r;
}
