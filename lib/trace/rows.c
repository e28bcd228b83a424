/* rows: which spans of which source go where. */
#include <stdlib.h>

#include "trace/gatherin.h"

#define FEW	16u	/* where one row of so many is wanted, rows are picked */

static struct source *
source_of(struct job *j, struct stripe *s)
{
	for (uint32_t k = j->nsrc; k-- > 0;)
		if (j->src[k].stripe == s)
			return &j->src[k];
	if ((j->nsrc & (j->nsrc - 1)) == 0)
		j->src = arena_grow(&j->g->mem, j->src, j->nsrc,
		    j->nsrc > 0 ? j->nsrc * 2 : 1, sizeof *j->src);

	struct source *src = &j->src[j->nsrc++];

	*src = (struct source){ .stripe = s, .rows = stripe_rows(s, TR_SPAN) };
	src->pages = arena_zero(&j->g->mem, uint64_t,
	    BITS_WORDS(src->rows / PAGE_ROWS + 1));
	return src;
}

int
job_part(struct job *j, const struct gather_part *p)
{
	uint32_t rows = stripe_rows(p->stripe, TR_SPAN);

	if (p->spans == 0 || (p->first < rows && p->spans <= rows - p->first))
		return 0;
	j->g->bad = p->stripe;
	return err_set(j->e, ERR_CORRUPT, "trace: spans %u and %u more: of %u",
	    p->first, p->spans, rows);
}

static int
mark_pages(struct job *j, struct source *src, const struct gather_part *p)
{
	if (p->spans == 0)
		return 0;
	if (job_part(j, p) == -1)
		return -1;
	for (uint32_t k = p->first / PAGE_ROWS;
	    k <= (p->first + p->spans - 1) / PAGE_ROWS; k++)
		bit_set(src->pages, k);
	src->n += p->spans;	/* at most */
	return 0;
}

/* The rows wanted of the sources of which they are few. */
static void
list_wanted(struct job *j, const struct gather_trace *t, size_t n)
{
	struct arena *a = &j->g->mem;
	uint64_t **bits = arena_zero(a, uint64_t *, j->nsrc);
	const uint32_t *of = j->of;

	for (uint32_t k = 0; k < j->nsrc; k++)
		if (j->src[k].n < j->src[k].rows / FEW)
			bits[k] = arena_zero(a, uint64_t,
			    BITS_WORDS(j->src[k].rows));
	for (size_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < t[i].parts; k++, of++) {
			const struct gather_part *p = &t[i].part[k];

			for (uint32_t r = 0; bits[*of] && r < p->spans; r++)
				bit_set(bits[*of], p->first + r);
		}
	for (uint32_t k = 0; k < j->nsrc; k++) {
		struct source *src = &j->src[k];

		if (!bits[k])
			continue;
		src->want = arena_new(a, uint32_t, src->n);
		for (uint32_t w = 0; w < BITS_WORDS(src->rows); w++)
			for (uint64_t b = bits[k][w]; b; b &= b - 1)
				src->want[src->wants++] = w * 64 +
				    (uint32_t)__builtin_ctzll(b);
	}
}

static int
find_sources(struct job *j, const struct gather_trace *t, size_t n,
    const struct gather_opts *opts)
{
	bool mixed = opts->to > 0;
	size_t parts = 0;

	for (size_t i = 0; i < n; i++)
		parts += t[i].parts;
	j->of = arena_new(&j->g->mem, uint32_t, parts);
	parts = 0;
	for (size_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < t[i].parts; k++) {
			struct source *src = source_of(j,
			    t[i].part[k].stripe);

			j->of[parts++] = (uint32_t)(src - j->src);
			if (mark_pages(j, src, &t[i].part[k]) == -1)
				return -1;
			if (t[i].parts > 1 || mixed || (opts->max_spans > 0 &&
			    t[i].part[k].spans > opts->max_spans))
				src->mixed = true;
		}
	list_wanted(j, t, n);
	return 0;
}

int
job_bad(struct job *j, struct source *src)
{
	j->g->bad = src->stripe;
	return -1;
}

int
job_column(struct job *j, struct source *src, uint32_t col, struct arena *a,
    struct vec *v)
{
	int r = src->want ? stripe_pick(src->stripe, col, src->want,
	    src->wants, a, v, j->e) : stripe_load(src->stripe, col,
	    src->pages, a, v, j->e);

	return r == -1 ? job_bad(j, src) : 0;
}

int
job_load(struct job *j, struct source *src, enum col no, struct arena *a,
    struct vec *v)
{
	int c = cols_find(src->stripe, no);

	if (c != -1 && col_defs[no].table == TR_SPAN)
		return job_column(j, src, (uint32_t)c, a, v);
	if (c != -1 && stripe_load(src->stripe, (uint32_t)c, NULL, a, v,
	    j->e) == -1)
		return job_bad(j, src);
	if (c != -1)
		return 0;

	uint32_t rows = col_defs[no].table == TR_SPAN && src->want ?
	    src->wants : stripe_rows(src->stripe, col_defs[no].table);
	void *zero = arena_zero(a, uint64_t, rows * (size_t)2 + 1);

	*v = (struct vec){ .type = col_defs[no].type, .rows = rows,
	    .valid = zero, .i = zero, .fix = zero };
	return 0;
}

static int
load_light(struct job *j)
{
	struct arena *a = &j->g->mem;

	for (uint32_t k = 0; k < j->nsrc; k++) {
		struct source *src = &j->src[k];
		struct light *l = &src->light;

		if (job_load(j, src, SP_PARENT, a, &l->parent) == -1 ||
		    job_load(j, src, SP_PARENT_ID, a, &l->parent_id) == -1 ||
		    job_load(j, src, SP_START, a, &l->start) == -1 ||
		    job_load(j, src, SP_DURATION, a, &l->duration) == -1 ||
		    (src->mixed && job_load(j, src, SP_ID, a, &l->id) == -1))
			return -1;
	}
	return 0;
}

static int
load_full(struct job *j)
{
	struct arena *a = &j->g->mem;

	for (uint32_t k = 0; k < j->nsrc; k++) {
		struct source *src = &j->src[k];
		struct light *l = &src->light;

		if (src->mixed &&
		    (job_load(j, src, SP_KIND, a, &l->kind) == -1 ||
		    job_load(j, src, SP_RECEIVED, a, &l->received) == -1))
			return -1;
	}
	j->full = true;
	return 0;
}

static uint64_t
fix8(const struct vec *v, uint32_t row)
{
	return load64(v->fix + (size_t)row * 8);
}

/* Where a part's rows, which follow each other, begin in what is loaded. */
static uint32_t
loaded_at(const struct source *src, const struct gather_part *p)
{
	uint32_t lo = 0, hi = src->wants;

	if (!src->want)
		return p->first;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (src->want[mid] < p->first)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static struct chosen *
new_rows(struct job *j, uint32_t n)
{
	if (n > j->cap - j->rows) {
		uint32_t cap = j->cap > 0 ? j->cap * 2 : 4096;

		if (cap - j->rows < n)
			cap = j->rows + n;
		j->row = arena_grow(&j->g->mem, j->row, j->rows, cap,
		    sizeof *j->row);
		j->cap = cap;
	}
	j->rows += n;
	return &j->row[j->rows - n];
}

struct span_times { int64_t start, end; };

static void
add_times(struct span_times *sum, const struct light *l, uint32_t row)
{
	int64_t end;

	if (l->start.i[row] < sum->start)
		sum->start = l->start.i[row];
	if (__builtin_add_overflow(l->start.i[row], l->duration.i[row], &end))
		end = INT64_MAX;
	if (end > sum->end)
		sum->end = end;
}

/* A trace that lies in one piece. */
static void
take_over(struct job *j, const struct gather_part *p, uint32_t source,
    struct span_times *sum)
{
	struct source *src = &j->src[source];
	const struct light *l = &src->light;
	uint32_t first = loaded_at(src, p);
	struct chosen *c = new_rows(j, p->spans);

	for (uint32_t k = 0; k < p->spans; k++) {
		uint32_t row = first + k;
		int64_t dist = l->parent.i[row];

		c[k] = (struct chosen){ .source = source, .row = row,
			.dist = dist > (int64_t)k ? ORDER_CUT : dist,
			.parent = fix8(&l->parent_id, row),
		};
		add_times(sum, l, row);
	}
}

/* Where a span of a trace being made whole is. */
struct at { uint32_t source, row; };

/* The spans of a part, behind n others; their number after. */
static uint32_t
list_part(const struct job *j, const struct gather_part *p, uint32_t source,
    struct order_span *s, struct at *at, uint32_t n)
{
	const struct source *src = &j->src[source];
	const struct light *l = &src->light;
	uint32_t first = loaded_at(src, p);

	for (uint32_t i = 0; i < p->spans; i++, n++) {
		uint32_t row = first + i;
		int64_t dist = l->parent.i[row];

		at[n] = (struct at){ source, row };
		s[n] = (struct order_span){
			.id = fix8(&l->id, row), .ref = n,
			.start = l->start.i[row],
			.root = dist == ORDER_ROOT,
		};
		if (dist > 0 && dist <= (int64_t)i) {
			s[n].up = n - (uint32_t)dist + 1;
			s[n].parent = s[n - dist].id;
		} else if (dist != ORDER_ROOT)
			s[n].parent = fix8(&l->parent_id, row);
		if (j->full) {
			s[n].received = (uint64_t)l->received.i[row];
			s[n].kind = (uint32_t)l->kind.i[row];
		}
	}
	return n;
}

/* The spans of all parts, in order: how many, or -1. */
static int64_t
order_parts(struct job *j, const struct gather_trace *t, const uint32_t *of,
    struct order_span *s, struct at *at, int64_t *dist)
{
	uint32_t n = 0, kept;

	for (uint32_t k = 0; k < t->parts; k++)
		n = list_part(j, &t->part[k], of[k], s, at, n);
	j->g->order.bare = !j->full;
	kept = order_trace(&j->g->order, s, n, dist);
	if (kept != ORDER_BARE)
		return kept;
	if (load_full(j) == -1)
		return -1;
	return order_parts(j, t, of, s, at, dist);
}

/* How many spans it has, or -1. */
static int64_t
make_whole(struct job *j, const struct gather_trace *t, const uint32_t *of,
    const struct gather_opts *opts, struct span_times *sum)
{
	uint32_t all = 0, from = 0, to;
	int64_t n;

	for (uint32_t k = 0; k < t->parts; k++)
		all += t->part[k].spans;

	struct order_span *s = arena_new(&j->g->load, struct order_span, all);
	struct at *at = arena_new(&j->g->load, struct at, all);
	int64_t *dist = arena_new(&j->g->load, int64_t, all);

	n = order_parts(j, t, of, s, at, dist);
	if (n == -1)
		return -1;
	to = (uint32_t)n;
	if (opts->to > 0) {
		to = opts->to < to ? opts->to : to;
		from = opts->from < to ? opts->from : to;
	}
	struct chosen *c = new_rows(j, to - from);

	for (uint32_t k = from; k < to; k++, c++) {
		*c = (struct chosen){ at[s[k].ref].source, at[s[k].ref].row,
		    dist[k] > (int64_t)(k - from) ? ORDER_CUT : dist[k],
		    s[k].parent };
		add_times(sum, &j->src[c->source].light, c->row);
	}
	arena_reset(&j->g->load);
	return n;
}

/* All that its parts had no more, and now it has not. */
static uint64_t
sum_cut(const struct gather_trace *t, uint32_t now)
{
	uint64_t cut = now;

	for (uint32_t k = 0; k < t->parts; k++)
		cut += t->part[k].cut;
	return cut > INT64_MAX ? INT64_MAX : cut;
}

static void
put_trace_row(struct job *j, uint32_t row, const struct gather_trace *t,
    uint32_t first, const struct span_times *sum)
{
	uint32_t roots = 0, root = first;

	cols_fix(&j->cols, TC_ID, row, t->id.b);
	cols_int(&j->cols, TC_FIRST, row, first);
	cols_int(&j->cols, TC_SPANS, row, j->rows - first);
	cols_int(&j->cols, TC_START, row, sum->start);
	cols_int(&j->cols, TC_END, row, sum->end);
	for (uint32_t r = first; r < j->rows; r++)
		if (j->row[r].dist == ORDER_ROOT) {
			roots++;
			root = r;
		}
	cols_root(&j->cols, row, roots, root - first);
}

/* Each source's rows, in the order of the frame. */
static void
list_by_source(struct job *j)
{
	uint32_t base = 0;

	for (uint32_t k = 0; k < j->nsrc; k++) {
		struct source *src = &j->src[k];

		src->from = arena_new(&j->g->mem, uint32_t, src->n);
		src->to = arena_new(&j->g->mem, uint32_t, src->n);
		src->n = 0;
	}
	for (uint32_t r = 0; r < j->rows; r++) {
		struct source *src = &j->src[j->row[r].source];

		src->from[src->n] = j->row[r].row;
		src->to[src->n++] = r;
	}
	for (uint32_t k = 0; k < j->nsrc; k++) {
		j->src[k].base = base;
		base += j->src[k].n;
	}
}

/* Chooses a trace's rows: how many spans it has, or -1. */
static int64_t
choose(struct job *j, const struct gather_trace *t, const uint32_t *of,
    const struct gather_opts *opts, struct span_times *sum)
{
	uint32_t all = t->part[0].spans;

	j->g->order.cut = 0;
	if (t->parts > 1 || opts->to > 0 ||
	    (opts->max_spans > 0 && all > opts->max_spans))
		return make_whole(j, t, of, opts, sum);
	take_over(j, &t->part[0], *of, sum);
	return all;
}

int
job_choose(struct job *j, const struct gather_trace *t, size_t n,
    const struct gather_opts *opts, uint32_t *spans)
{
	const uint32_t *of;

	if (find_sources(j, t, n, opts) == -1 || load_light(j) == -1)
		return -1;
	of = j->of;
	for (size_t i = 0; i < n; of += t[i++].parts) {
		struct span_times sum = { INT64_MAX, INT64_MIN };
		uint32_t first = j->rows;
		int64_t all = choose(j, &t[i], of, opts, &sum);

		if (all == -1)
			return -1;
		if (spans)
			*spans = (uint32_t)all;
		put_trace_row(j, (uint32_t)i, &t[i], first, &sum);
		if (opts->from == 0)	/* of pieces, the first one says it */
			cols_int_if(&j->cols, TC_CUT, (uint32_t)i, (int64_t)
			    sum_cut(&t[i], j->g->order.cut));
	}
	frame_rows(j->f, TR_TRACE, (uint32_t)n);
	frame_rows(j->f, TR_SPAN, j->rows);
	list_by_source(j);
	return 0;
}
