/* tables: what spans refer to, taken along: resources, scopes, children. */
#include <stdlib.h>

#include "base/hash.h"
#include "trace/gatherin.h"

/* One source's rows of TR_RES or TR_SCOPE, loaded. */
struct groups {
	unsigned table;
	uint32_t rows, ncols;
	uint32_t *handle;	/* by column: of the frame */
	struct vec *vec;
	uint32_t *to;		/* by row: the frame's, NO_ROW unwanted */
	uint32_t *fresh;	/* rows that are new to the frame */
	uint32_t nfresh;
};

static int
load_groups(struct job *j, struct source *src, struct groups *gr)
{
	struct arena *a = &j->g->load;
	uint32_t n = stripe_ncols(src->stripe);

	gr->rows = stripe_rows(src->stripe, gr->table);
	gr->handle = arena_new(a, uint32_t, n);
	gr->vec = arena_new(a, struct vec, n);
	gr->to = arena_new(a, uint32_t, gr->rows);
	gr->fresh = arena_new(a, uint32_t, gr->rows);
	for (uint32_t c = 0; c < n; c++) {
		const struct stripe_col *sc = stripe_col(src->stripe, c);

		if (sc->table != gr->table ||
		    !needs_has(&j->cols.needs, sc->table, sc->name))
			continue;
		if (stripe_load(src->stripe, c, NULL, a, &gr->vec[gr->ncols],
		    j->e) == -1)
			return job_bad(j, src);
		gr->handle[gr->ncols++] = frame_col(j->f, sc->table, sc->name,
		    sc->type);
	}
	for (uint32_t r = 0; r < gr->rows; r++)
		gr->to[r] = NO_ROW;
	return 0;
}

static struct str
value_bytes(const struct vec *v, const uint32_t *row)
{
	switch (v->type) {
	case VEC_STR:
	case VEC_ANY: return vec_str(v, *row);
	case VEC_F64: return str_mk(&v->f[*row], 8);
	case VEC_FIX8: return str_mk(v->fix + (size_t)*row * 8, 8);
	case VEC_FIX16: return str_mk(v->fix + (size_t)*row * 16, 16);
	default: return str_mk(&v->i[*row], 8);
	}
}

static int
by_handle(const void *pa, const void *pb)
{
	const uint32_t *a = pa, *b = pb;

	return (*a > *b) - (*a < *b);
}

/* What a row says, in bytes that do not depend on its stripe. */
static void
group_key(const struct groups *gr, uint32_t row, struct buf *key)
{
	struct { uint32_t handle, no; } at[64], *list = at;

	if (gr->ncols > 64)
		list = xcalloc(gr->ncols, sizeof *list);
	for (uint32_t k = 0; k < gr->ncols; k++) {
		list[k].handle = gr->handle[k];
		list[k].no = k;
	}
	qsort(list, gr->ncols, sizeof *list, by_handle);
	key->n = 0;
	for (uint32_t k = 0; k < gr->ncols; k++) {
		const struct vec *v = &gr->vec[list[k].no];
		struct str s;

		if (!vec_valid(v, row))
			continue;
		s = value_bytes(v, &row);
		buf_varint(key, list[k].handle);
		buf_varint(key, s.n);
		buf_adds(key, s);
	}
	if (list != at)
		free(list);
}

static void
gather_fresh(struct job *j, const struct groups *gr, uint32_t at)
{
	for (uint32_t k = 0; k < gr->ncols; k++)
		frame_gather(j->f, gr->handle[k], at, &gr->vec[k], gr->fresh,
		    gr->nfresh);
	frame_rows(j->f, gr->table, at + gr->nfresh);
}

/* The row of the frame for each span of this source. */
static int
map_groups(struct job *j, struct source *src, struct groups *gr,
    const struct vec *ref, struct map *known, struct buf *key, uint32_t *out)
{
	uint32_t at = known->n;

	for (uint32_t k = 0; k < src->n; k++) {
		int64_t row = ref->i[src->from[k]];
		bool fresh;

		if (row < 0 || row >= gr->rows) {
			job_bad(j, src);
			return err_set(j->e, ERR_CORRUPT,
			    "span: row %lld of table %u: of %u",
			    (long long)row, gr->table, gr->rows);
		}
		if (gr->to[row] == NO_ROW) {
			group_key(gr, (uint32_t)row, key);
			gr->to[row] = map_add(known, buf_str(key), &fresh);
			if (fresh)
				gr->fresh[gr->nfresh++] = (uint32_t)row;
		}
		out[src->to[k]] = gr->to[row];
	}
	gather_fresh(j, gr, at);
	return 0;
}

int
job_groups(struct job *j, unsigned table, enum col ref)
{
	uint32_t *out = arena_new(&j->g->mem, uint32_t, j->rows);
	struct map known = { 0 };
	struct buf key = { 0 };
	int r = 0;

	if (!needs_has(&j->cols.needs, TR_SPAN, str_of(col_defs[ref].name)))
		return 0;
	for (uint32_t k = 0; k < j->nsrc && r == 0; k++) {
		struct source *src = &j->src[k];
		struct groups gr = { .table = table };
		struct vec v;

		r = load_groups(j, src, &gr);
		if (r == 0)
			r = job_load(j, src, ref, &j->g->load, &v);
		if (r == 0)
			r = map_groups(j, src, &gr, &v, &known, &key, out);
		arena_reset(&j->g->load);
	}
	if (r == 0) {
		int64_t *to = cols_ints(&j->cols, ref, 0, j->rows);

		for (uint32_t row = 0; row < j->rows; row++)
			to[row] = out[row];
	}
	map_free(&known);
	buf_free(&key);
	return r;
}

/* A child taken along: its span's row, and its place in the frame so far. */
struct child { uint32_t span, at; };

static int
by_span(const void *pa, const void *pb)
{
	const struct child *a = pa, *b = pb;

	if (a->span != b->span)
		return a->span < b->span ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

/* The children of wanted spans: their rows in *from, what they are in out. */
static uint32_t
choose_children(struct job *j, const struct source *src, const struct vec *ref,
    uint32_t *from, struct child *out, uint32_t at)
{
	uint32_t *to = arena_new(&j->g->load, uint32_t, src->rows), n = 0;

	memset(to, 0xff, src->rows * sizeof *to);
	for (uint32_t k = 0; k < src->n; k++)
		to[src->want ? src->want[src->from[k]] : src->from[k]] =
		    src->to[k];
	for (uint32_t r = 0; r < ref->rows; r++) {
		int64_t span = ref->i[r];

		if (span < 0 || span >= src->rows || to[span] == NO_ROW)
			continue;
		out[n] = (struct child){ to[span], at + n };
		from[n++] = r;
	}
	return n;
}

static int
gather_children(struct job *j, struct source *src, unsigned table,
    enum col ref, const uint32_t *from, uint32_t n, uint32_t at)
{
	uint32_t rows = stripe_rows(src->stripe, table);
	uint64_t *pages = arena_zero(&j->g->mem, uint64_t,
	    BITS_WORDS(rows / PAGE_ROWS + 1));

	for (uint32_t k = 0; k < n; k++)
		bit_set(pages, from[k] / PAGE_ROWS);
	for (uint32_t c = 0; c < stripe_ncols(src->stripe) && n > 0; c++) {
		const struct stripe_col *sc = stripe_col(src->stripe, c);
		struct vec v;

		if (sc->table != table ||
		    str_eq(sc->name, str_of(col_defs[ref].name)) ||
		    !needs_has(&j->cols.needs, table, sc->name))
			continue;
		if (stripe_load(src->stripe, c, pages, &j->g->load, &v,
		    j->e) == -1)
			return job_bad(j, src);
		frame_gather(j->f, frame_col(j->f, table, sc->name, sc->type),
		    at, &v, from, n);
		arena_reset(&j->g->load);
	}
	frame_rows(j->f, table, at + n);
	return 0;
}

static void
order_children(struct job *j, unsigned table, enum col ref,
    struct child *child, uint32_t n)
{
	uint32_t *order = arena_new(&j->g->mem, uint32_t, n);
	int64_t *span;

	qsort(child, n, sizeof *child, by_span);
	for (uint32_t k = 0; k < n; k++)
		order[k] = child[k].at;
	frame_permute(j->f, table, order);
	span = cols_ints(&j->cols, ref, 0, n);
	for (uint32_t k = 0; k < n; k++)
		span[k] = child[k].span;
}

int
job_children(struct job *j, unsigned table, enum col ref)
{
	struct arena *mem = &j->g->mem;
	uint32_t all = 0, n = 0, cols;
	struct child *child;

	if (j->g->over || !needs_has(&j->cols.needs, table,
	    str_of(col_defs[ref].name)))
		return 0;
	for (uint32_t k = 0; k < j->nsrc; k++)
		all += stripe_rows(j->src[k].stripe, table);
	if (all == 0)
		return 0;
	child = arena_new(mem, struct child, all);
	cols = job_cols(j, table);
	for (uint32_t k = 0; k < j->nsrc; k++) {
		struct source *src = &j->src[k];
		uint32_t rows = stripe_rows(src->stripe, table), got;
		uint32_t *from = arena_new(mem, uint32_t, rows);
		struct vec v;

		if (rows == 0)
			continue;
		if (job_load(j, src, ref, &j->g->load, &v) == -1)
			return -1;
		got = choose_children(j, src, &v, from, child + n, n);
		arena_reset(&j->g->load);
		if (job_over(j, n + got, cols))
			return 0;
		if (gather_children(j, src, table, ref, from, got, n) == -1)
			return -1;
		n += got;
	}
	if (n > 0)
		order_children(j, table, ref, child, n);
	return 0;
}
