#include "show/timing.h"

#include <stdlib.h>

/* Spans of outside make no promise about their sums. */
static int64_t
end_of(const struct timing *t, uint32_t i)
{
	int64_t end;

	return __builtin_add_overflow(t->start[i], t->duration[i], &end) ?
	    INT64_MAX : end;
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void
timing_self(const struct timing *t, int64_t *self, struct arena *mem)
{
	int64_t *covered = arena_new(mem, int64_t, t->n);	/* till when */

	for (uint32_t i = 0; i < t->n; i++) {
		uint32_t up = t->up[i];

		self[i] = t->duration[i];
		covered[i] = t->start[i];
		if (up == TIMING_TOP)
			continue;

		int64_t to = least(end_of(t, i), end_of(t, up));
		int64_t from = t->start[i] > covered[up] ? t->start[i] :
		    covered[up];

		if (to > from) {
			self[up] -= to - from;
			covered[up] = to;
		}
	}
}

/* ---- the critical path ----------------------------------------------------- */

struct walk {
	const struct timing *t;
	uint32_t *child, *first;	/* by parent, the last: of the top */
	int64_t *since, *until;		/* by span: when the path is in it, or
					   below it */
	struct timing_piece *piece;
	uint32_t pieces;
};

struct ending { uint32_t span; int64_t start, end; };

/* The last to end first; of those, the last to start. */
static int
by_end(const void *a, const void *b)
{
	const struct ending *x = a, *y = b;

	if (x->end != y->end)
		return x->end < y->end ? 1 : -1;
	if (x->start != y->start)
		return x->start < y->start ? 1 : -1;
	return x->span < y->span ? 1 : -1;
}

/* The children of each span, one list after the other. */
static void
list_children(struct walk *w, struct arena *mem)
{
	uint32_t n = w->t->n, *at = arena_zero(mem, uint32_t, n + 1);

	w->child = arena_new(mem, uint32_t, n + 1);
	w->first = arena_zero(mem, uint32_t, n + 2);
	for (uint32_t i = 0; i < n; i++)
		w->first[(w->t->up[i] == TIMING_TOP ? n : w->t->up[i]) + 1]++;
	for (uint32_t i = 0; i <= n; i++)
		w->first[i + 1] += w->first[i];
	for (uint32_t i = 0; i < n; i++) {
		uint32_t up = w->t->up[i] == TIMING_TOP ? n : w->t->up[i];

		w->child[w->first[up] + at[up]++] = i;
	}
}

/* Follows the path back through a span, or the top. */
static void
walk_back(struct walk *w, uint32_t span, struct ending *e)
{
	int64_t since = w->since[span], until = w->until[span];
	uint32_t first = w->first[span], n = w->first[span + 1] - first;
	bool top = span == w->t->n;

	for (uint32_t k = 0; k < n; k++) {
		uint32_t c = w->child[first + k];

		e[k] = (struct ending){ c, w->t->start[c] > since ?
		    w->t->start[c] : since, end_of(w->t, c) };
	}
	qsort(e, n, sizeof *e, by_end);
	for (uint32_t k = 0; k < n; k++) {
		int64_t end = least(e[k].end, until);

		if (e[k].start >= end)
			continue;
		if (end < until && !top)
			w->piece[w->pieces++] = (struct timing_piece){ span,
			    end, until };
		w->since[e[k].span] = e[k].start;
		w->until[e[k].span] = end;
		until = e[k].start;
	}
	if (!top && since < until)
		w->piece[w->pieces++] = (struct timing_piece){ span, since,
		    until };
}

void
timing_path(const struct timing *t, struct timing_path *path,
    struct arena *mem)
{
	struct walk w = { .t = t, .since = arena_zero(mem, int64_t, t->n + 1),
	    .until = arena_zero(mem, int64_t, t->n + 1) };
	struct ending *e = arena_new(mem, struct ending, t->n);
	uint32_t *first = arena_new(mem, uint32_t, t->n + 1);

	/* each child that is followed cuts one piece off, and has one more */
	w.piece = arena_new(mem, struct timing_piece, (size_t)t->n * 2 + 1);
	list_children(&w, mem);
	w.since[t->n] = INT64_MIN;
	w.until[t->n] = INT64_MAX;
	walk_back(&w, t->n, e);
	for (uint32_t i = 0; i < t->n; i++) {
		first[i] = w.pieces;
		if (w.until[i] > w.since[i])
			walk_back(&w, i, e);
	}
	first[t->n] = w.pieces;
	path->piece = w.piece;
	path->first = first;
}
