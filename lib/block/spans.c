#include "block/spans.h"

#include <assert.h>

#include "block/part.h"
#include "codec/ints.h"
#include "codec/work.h"

#define NO_PAGE	UINT32_MAX

struct spans {
	struct stripe *s;
	span_edge_fn *edge;
	void *arg;
	struct arena *mem;
	struct code_run *run;
	uint32_t runs, runs_cap;
	struct stretch *v;
	uint32_t n, cap;
	/* the numbers: of a frame, or of the page that is open */
	uint32_t col, page;
	const int64_t *all;
	bool single;
	struct ints_seek one;
	struct page_entry index[PAGES_MAX];
	uint32_t indexed;
	bool asked;		/* for the index */
};

/* ---- codes ------------------------------------------------------------------ */

static void
add_run(struct spans *sp, uint32_t code, uint32_t n)
{
	uint32_t from = sp->runs > 0 ? sp->run[sp->runs - 1].to : 0;

	if (sp->runs > 0 && sp->run[sp->runs - 1].code == code) {
		sp->run[sp->runs - 1].to += n;
		return;
	}
	if (sp->runs == sp->runs_cap) {
		sp->runs_cap = sp->runs_cap * 2 + 16;
		sp->run = arena_grow(sp->mem, sp->run, sp->runs,
		    sp->runs_cap, sizeof *sp->run);
	}
	sp->run[sp->runs++] = (struct code_run){ code, from + n };
}

static int
page_runs(struct spans *sp, uint32_t col, uint32_t page, struct err *e)
{
	const struct stripe_col *c = sp->s->col[col];
	uint64_t *code, *len;
	struct str payload;
	struct cur in;
	uint32_t n;

	if (part_get(sp->s, col, PART_PAGE + page, NULL, &payload, e) == -1)
		return err_in(e, "page %u", page);
	in = cur_of(payload);
	n = ints_runs(&in, page_rows(c->rows, page), &code, &len);
	if (n == 0 || cur_left(&in) > 0)
		return err_set(e, ERR_CORRUPT, "page %u: codes: not well "
		    "formed", page);
	for (uint32_t k = 0; k < n; k++) {
		if (code[k] >= c->ndict)
			return err_set(e, ERR_CORRUPT, "page %u: a code past "
			    "the dictionary", page);
		add_run(sp, (uint32_t)code[k], (uint32_t)len[k]);
	}
	return 0;
}

static int
list_runs(struct spans *sp, uint32_t col, struct err *e)
{
	uint32_t rows = sp->s->col[col]->rows;
	struct vec v;

	if (sp->s->frame) {
		frame_vec(sp->s->frame, col, &v);
		for (uint32_t i = 0; i < rows; i++)
			add_run(sp, v.code[i], 1);
		return 0;
	}
	for (uint32_t p = 0; p < pages_of(rows); p++)
		if (page_runs(sp, col, p, e) == -1)
			return stripe_where(sp->s, col, e);
	return 0;
}

static bool
has_runs(const struct stripe_col *c)
{
	return vec_coded(c->type) && c->ndict > 0 && c->nulls == 0;
}

int
stripe_runs(struct stripe *s, uint32_t col, struct arena *a,
    struct code_run **run, uint32_t *n, struct err *e)
{
	struct spans sp = { .s = s, .mem = a };

	if (!has_runs(s->col[col]))
		return 0;
	if (list_runs(&sp, col, e) == -1)
		return -1;
	*run = sp.run;
	*n = sp.runs;
	return 1;
}

/* ---- numbers ---------------------------------------------------------------- */

static int
open_page(struct spans *sp, uint32_t page, struct err *e)
{
	uint32_t rows = page_rows(sp->s->col[sp->col]->rows, page);
	struct page_out o = { .type = VEC_INT };
	struct str payload;
	int r;

	if (sp->page == page)
		return 0;
	if (part_get(sp->s, sp->col, PART_PAGE + page, NULL, &payload,
	    e) == -1)
		return err_in(e, "page %u", page);
	r = ints_seek(&sp->one, payload, rows);
	if (r == -1)
		return err_set(e, ERR_CORRUPT, "page %u: numbers: not well "
		    "formed", page);
	sp->single = r == 1;
	if (r == 0) {
		sp->all = o.i = work_room(&work()->rows,
		    PAGE_ROWS * sizeof *o.i);
		if (page_decode(payload, 0, rows, &o, e) == -1)
			return err_in(e, "page %u", page);
	}
	sp->page = page;
	return 0;
}

/* Of row k of the page that is open. */
static int64_t
number(const struct spans *sp, uint32_t k)
{
	if (sp->single)
		return (int64_t)ints_seek_at(&sp->one, k);
	assert(sp->all);	/* open_page unpacked it */
	return sp->all[k];
}

/*
 * Whether the page, all of one code, ends below the edge: then that is what its
 * last number is.
 */
static int
ends_below(struct spans *sp, uint32_t page, int64_t edge, int64_t *last,
    struct err *e)
{
	if (!sp->asked && stripe_index(sp->s, sp->col, sp->index,
	    &sp->indexed, e) == -1)
		return -1;
	if (!sp->asked)
		sp->page = NO_PAGE;	/* its bytes were there */
	sp->asked = true;
	if (page >= sp->indexed || !sp->index[page].ranged ||
	    sp->index[page].max_i >= edge)
		return 0;
	*last = sp->index[page].max_i;
	return 1;
}

/* The first of rows from .. to of the open page that reaches the edge. */
static uint32_t
halve(const struct spans *sp, uint32_t from, uint32_t to, int64_t edge)
{
	while (from < to) {
		uint32_t mid = from + (to - from) / 2;

		if (number(sp, mid) < edge)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

/* The span's rows end at *row, which is `to` at most. */
static int
find_end(struct spans *sp, uint32_t *row, uint32_t to, int64_t edge,
    struct stretch *v, struct err *e)
{
	while (*row < to) {
		uint32_t page = sp->s->frame ? 0 : *row / PAGE_ROWS;
		uint32_t base = page * PAGE_ROWS, end = to - base;
		int r = 0;

		if (!sp->s->frame && end >= PAGE_ROWS) {
			end = PAGE_ROWS;
			if (*row == base && (r = ends_below(sp, page, edge,
			    &v->last, e)) == -1)
				return -1;
		}
		if (r == 0) {
			if (!sp->s->frame && open_page(sp, page, e) == -1)
				return -1;
			uint32_t at = halve(sp, *row - base, end, edge);

			if (at > *row - base)
				v->last = number(sp, at - 1);
			*row = base + at;
			if (at < end)
				return 0;
		}
		*row = base + end;
	}
	return 0;
}

/* What row `row` has. */
static int
number_at(struct spans *sp, uint32_t row, int64_t *v, struct err *e)
{
	uint32_t page = sp->s->frame ? 0 : row / PAGE_ROWS;

	if (!sp->s->frame && open_page(sp, page, e) == -1)
		return -1;
	*v = number(sp, row - page * PAGE_ROWS);
	return 0;
}

static void
add_span(struct spans *sp, struct stretch v)
{
	if (sp->n == sp->cap) {
		sp->cap = sp->cap * 2 + 64;
		sp->v = arena_grow(sp->mem, sp->v, sp->n, sp->cap,
		    sizeof *sp->v);
	}
	sp->v[sp->n++] = v;
}

static int
cut_run(struct spans *sp, uint32_t code, uint32_t from, uint32_t to,
    struct err *e)
{
	while (from < to) {
		struct stretch v = { .code = code, .row = from };
		uint32_t row = from + 1;

		if (number_at(sp, from, &v.first, e) == -1)
			return -1;
		v.last = v.first;
		if (find_end(sp, &row, to, sp->edge(sp->arg, code, v.first),
		    &v, e) == -1)
			return -1;
		v.n = row - from;
		add_span(sp, v);
		from = row;
	}
	return 0;
}

int
stripe_spans(struct stripe *s, uint32_t codes, uint32_t numbers,
    const bool *want, span_edge_fn *edge, void *arg, struct arena *a,
    struct stretch **out, uint32_t *n, struct err *e)
{
	const struct stripe_col *c = s->col[codes], *x = s->col[numbers];
	struct spans sp = { .s = s, .edge = edge, .arg = arg, .mem = a,
		.col = numbers, .page = NO_PAGE };
	uint32_t from = 0;
	struct vec v;

	if (!has_runs(c) || x->type != VEC_INT || x->nulls > 0 ||
	    c->rows != x->rows)
		return 0;
	if (s->frame) {
		frame_vec(s->frame, numbers, &v);
		sp.all = v.i;
	}
	if (list_runs(&sp, codes, e) == -1)
		return -1;
	for (uint32_t k = 0; k < sp.runs; from = sp.run[k++].to)
		if ((!want || want[sp.run[k].code]) && cut_run(&sp,
		    sp.run[k].code, from, sp.run[k].to, e) == -1)
			return stripe_where(s, numbers, e);
	*out = sp.v;
	*n = sp.n;
	return 1;
}
