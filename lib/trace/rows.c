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

	for (uint32_t k = 0; k < j->nsrc; k++)
		if (j->src[k].n < j->src[k].rows / FEW)
			bits[k] = arena_zero(a, uint64_t,
			    BITS_WORDS(j->src[k].rows));
	for (size_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < t[i].parts; k++) {
			const struct gather_part *p = &t[i].part[k];
			size_t no = (size_t)(source_of(j, p->stripe) - j->src);

			for (uint32_t r = 0; bits[no] && r < p->spans; r++)
				bit_set(bits[no], p->first + r);
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

	for (size_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < t[i].parts; k++) {
			struct source *src = source_of(j,
			    t[i].part[k].stripe);

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
load_light(struct job *j, struct source *src)
{
	struct light *l = &src->light;
	struct arena *a = &j->g->mem;

	if (job_load(j, src, SP_PARENT, a, &l->parent) == -1 ||
	    job_load(j, src, SP_PARENT_ID, a, &l->parent_id) == -1 ||
	    job_load(j, src, SP_START, a, &l->start) == -1 ||
	    job_load(j, src, SP_DURATION, a, &l->duration) == -1)
		return -1;
	if (!src->mixed)
		return 0;
	if (job_load(j, src, SP_ID, a, &l->id) == -1 ||
	    job_load(j, src, SP_KIND, a, &l->kind) == -1 ||
	    job_load(j, src, SP_RECEIVED, a, &l->received) == -1)
		return -1;
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

/* The parent's id, which lies with the parent where that is in the part, of
 * which k spans are before this row. */
static uint64_t
parent_id(const struct light *l, uint32_t row, uint32_t k)
{
	int64_t dist = l->parent.i[row];

	if (dist > 0 && dist <= (int64_t)k)
		return fix8(&l->id, row - (uint32_t)dist);
	return fix8(&l->parent_id, row);
}

static struct chosen *
new_row(struct job *j)
{
	if (j->rows == j->cap) {
		uint32_t cap = j->cap > 0 ? j->cap * 2 : 4096;

		j->row = arena_grow(&j->g->mem, j->row, j->rows, cap,
		    sizeof *j->row);
		j->cap = cap;
	}
	return &j->row[j->rows++];
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
take_over(struct job *j, const struct gather_part *p, struct span_times *sum)
{
	struct source *src = source_of(j, p->stripe);
	const struct light *l = &src->light;
	uint32_t first = loaded_at(src, p);

	for (uint32_t k = 0; k < p->spans; k++) {
		uint32_t row = first + k;
		int64_t dist = l->parent.i[row];

		*new_row(j) = (struct chosen){
			.source = (uint32_t)(src - j->src), .row = row,
			.dist = dist > (int64_t)k ? ORDER_CUT : dist,
			.parent = fix8(&l->parent_id, row),
		};
		add_times(sum, l, row);
	}
}

/* The spans of all parts, in the order received, for order_trace. */
static uint32_t
list_spans(struct job *j, const struct gather_trace *t,
    struct order_span *s, struct chosen *at)
{
	uint32_t n = 0;

	for (uint32_t k = 0; k < t->parts; k++) {
		const struct gather_part *p = &t->part[k];
		struct source *src = source_of(j, p->stripe);
		const struct light *l = &src->light;
		uint32_t first = loaded_at(src, p);

		for (uint32_t i = 0; i < p->spans; i++, n++) {
			uint32_t row = first + i;

			at[n] = (struct chosen){ .row = row,
			    .source = (uint32_t)(src - j->src) };
			s[n] = (struct order_span){
				.id = fix8(&l->id, row), .ref = n,
				.start = l->start.i[row],
				.received = (uint64_t)l->received.i[row],
				.kind = (uint32_t)l->kind.i[row],
				.root = l->parent.i[row] == ORDER_ROOT,
			};
			if (!s[n].root)
				s[n].parent = parent_id(l, row, i);
		}
	}
	return n;
}

static uint32_t
make_whole(struct job *j, const struct gather_trace *t,
    const struct gather_opts *opts, struct span_times *sum)
{
	uint32_t n = 0, from = 0, to;

	for (uint32_t k = 0; k < t->parts; k++)
		n += t->part[k].spans;

	struct order_span *s = arena_new(&j->g->load, struct order_span, n);
	struct chosen *at = arena_new(&j->g->load, struct chosen, n);
	int64_t *dist = arena_new(&j->g->load, int64_t, n);

	list_spans(j, t, s, at);
	n = to = order_trace(&j->g->order, s, n, dist);
	if (opts->to > 0) {
		from = opts->from;
		to = opts->to < n ? opts->to : n;
	}
	for (uint32_t k = from; k < to; k++) {
		struct chosen *c = new_row(j);

		*c = at[s[k].ref];
		c->parent = s[k].parent;
		c->dist = dist[k] > (int64_t)(k - from) ? ORDER_CUT : dist[k];
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

int
job_choose(struct job *j, const struct gather_trace *t, size_t n,
    const struct gather_opts *opts, uint32_t *spans)
{
	if (find_sources(j, t, n, opts) == -1)
		return -1;
	for (uint32_t k = 0; k < j->nsrc; k++)
		if (load_light(j, &j->src[k]) == -1)
			return -1;
	for (size_t i = 0; i < n; i++) {
		struct span_times sum = { INT64_MAX, INT64_MIN };
		uint32_t first = j->rows, all = t[i].part[0].spans;
		bool large = opts->max_spans > 0 && all > opts->max_spans;

		j->g->order.cut = 0;
		if (t[i].parts == 1 && opts->to == 0 && !large)
			take_over(j, &t[i].part[0], &sum);
		else
			all = make_whole(j, &t[i], opts, &sum);
		if (spans)
			*spans = all;
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
