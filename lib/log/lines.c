#include "log/lines.h"

#define MANY	32u	/* of so many rows one: few */

int
lines_open(struct log_lines *l, struct log_cols *c, struct err *e)
{
	*l = (struct log_lines){ .cols = c, .mem = c->mem, .rows = c->rows };
	if (vars_open(&l->vars, c->stripe, c->mem, e) == -1)
		return -1;
	l->values = arena_zero(l->mem, struct vars_values **, l->vars.n + 1);
	l->have = arena_zero(l->mem, bool *, l->vars.n + 1);
	l->from = arena_zero(l->mem, uint32_t, l->vars.n + 1);
	for (uint32_t t = 0; t < l->vars.n; t++)
		l->from[t + 1] = l->from[t] + l->vars.template[t].rows;
	return 0;
}

/* Every page, whatever the hits need: values are by chunk. */
static int
load_all(struct log_cols *c, struct str name, struct vec *v, struct err *e)
{
	uint64_t *pages = c->pages;
	int r;

	c->pages = NULL;
	r = cols_load(c, name, VEC_INT, v, e);
	c->pages = pages;
	return r;
}

/* Rows by template; the counts must be those that "templates" gives. */
int
lines_group(struct log_lines *l, struct err *e)
{
	struct vec v = { 0 };
	uint32_t *next;

	if (l->grouped)
		return 0;
	if (load_all(l->cols, S("template"), &v, e) == -1)
		return -1;
	if (v.rows != l->rows || v.valid)
		return err_set(e, ERR_CORRUPT, "template: not in every row");
	next = arena_zero(l->mem, uint32_t, l->vars.n + 1);
	l->template = v.i;
	l->member = arena_new(l->mem, uint32_t, l->rows);
	l->rank = arena_new(l->mem, uint32_t, l->rows);
	for (uint32_t i = 0; i < l->rows; i++) {
		uint64_t t = (uint64_t)l->template[i];

		if (t >= l->vars.n || next[t] >= l->vars.template[t].rows)
			return err_set(e, ERR_CORRUPT,
			    "template of row %u: not there", i);
		l->rank[i] = next[t];
		l->member[l->from[t] + next[t]++] = i;
	}
	l->grouped = true;
	return 0;
}

/* Gives those of a page their places; next: how many of each template. */
static int
place_page(struct log_lines *l, const uint32_t *some, uint32_t from,
    const struct vec *v, uint32_t *next, struct err *e)
{
	uint32_t at = l->nsome;

	for (uint32_t i = 0; i < v->rows; i++) {
		uint64_t t = (uint64_t)v->i[i];

		if (t >= l->vars.n || next[t] >= l->vars.template[t].rows)
			return err_set(e, ERR_CORRUPT,
			    "template of row %u: not there", from + i);
		if (some[at] == from + i)
			l->of[at++] = (struct log_member){ (uint32_t)t,
				next[t] };
		next[t]++;
	}
	l->nsome = at;
	return 0;
}

int
lines_some(struct log_lines *l, const uint32_t *row, uint32_t n,
    struct err *e)
{
	struct stripe *s = l->cols->stripe;
	int col = stripe_find(s, LG_ROW, S("template"), VEC_INT);
	uint32_t *next, *some;

	if (l->grouped || l->some || n > l->rows / MANY || col == -1 ||
	    !stripe_paged(s, (uint32_t)col))
		return 0;
	next = arena_zero(l->mem, uint32_t, l->vars.n + 1);
	some = arena_new(l->mem, uint32_t, n + 1);
	memcpy(some, row, n * sizeof *some);
	some[n] = UINT32_MAX;
	l->of = arena_new(l->mem, struct log_member, n + 1);
	l->nsome = 0;
	for (uint32_t p = 0; l->nsome < n && p < pages_of(l->rows); p++) {
		const uint64_t *valid;
		struct vec v;

		if (stripe_page(s, (uint32_t)col, p, &v, &valid, e) == -1)
			return -1;
		if (valid)
			return err_set(e, ERR_CORRUPT, "template: not in "
			    "every row");
		if (place_page(l, some, p * PAGE_ROWS, &v, next,
		    e) == -1)
			return -1;
	}
	l->some = some;
	return 0;
}

/* Which of some rows it is. */
static uint32_t
some_at(const struct log_lines *l, uint32_t row)
{
	uint32_t lo = 0, hi = l->nsome;

	while (hi - lo > 1) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (l->some[mid] <= row)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

static int
open_template(struct log_lines *l, uint32_t t, struct err *e)
{
	const struct vars_template *p = &l->vars.template[t];

	if (l->values[t])
		return 0;
	if (vars_chunks(&l->vars, t, e) == -1)
		return -1;
	struct vars_values **v = arena_new(l->mem, struct vars_values *,
	    p->chunks + 1);

	for (uint32_t c = 0; c < p->chunks; c++)
		v[c] = arena_new(l->mem, struct vars_values, p->holes + 1);
	l->have[t] = arena_zero(l->mem, bool,
	    (size_t)p->chunks * p->holes + 1);
	l->values[t] = v;
	return 0;
}

int
lines_values(struct log_lines *l, uint32_t t, uint32_t c, uint32_t h,
    struct vars_values **out, struct err *e)
{
	const struct vars_template *p = &l->vars.template[t];
	const struct vars_col *col;
	struct vec *time = &l->time;
	uint32_t row = l->from[t];

	if (open_template(l, t, e) == -1)
		return -1;
	*out = &l->values[t][c][h];
	if (l->have[t][(size_t)c * p->holes + h])
		return 0;
	col = &p->chunk[c].col[h];
	if (col->unit > 0) {
		if (lines_group(l, e) == -1 || (time->rows == 0 &&
		    load_all(l->cols, S("time"), time, e) == -1))
			return -1;
		if (time->rows != l->rows)
			return err_set(e, ERR_CORRUPT, "time: not there");
		for (uint32_t k = 0; k < c; k++)
			row += p->chunk[k].rows;
	}
	if (vars_load(&l->vars, col, p->chunk[c].rows, time->i, col->unit > 0 ?
	    l->member + row : NULL, *out, e) == -1)
		return -1;
	l->have[t][(size_t)c * p->holes + h] = true;
	return 0;
}

int
lines_traces(struct log_lines *l, const struct vec **out, struct err *e)
{
	struct vec *v = &l->cols->trace;

	*out = v;
	return v->rows > 0 ? 0 : cols_load(l->cols, S("trace"), VEC_INT, v, e);
}

/* A column of all rows, or of some: *row is where it has this row. */
static int
load_ids(struct log_lines *l, bool trace, struct vec **v, uint32_t *row,
    struct err *e)
{
	struct log_cols *c = l->cols;
	struct str name = trace ? S("trace") : S("span");
	enum vec_type type = trace ? VEC_INT : VEC_FIX8;
	int col;

	*v = trace ? &c->trace : &c->span;
	if ((*v)->rows > 0 || !l->some)
		return cols_load(c, name, type, *v, e);
	*v = trace ? &l->trace : &l->span;
	*row = some_at(l, *row);
	col = stripe_find(c->stripe, LG_ROW, name, type);
	return (*v)->rows > 0 || col == -1 ? 0 : stripe_pick(c->stripe,
	    (uint32_t)col, l->some, l->nsome, l->mem, *v, e);
}

static int
put_id(struct log_lines *l, enum vars_kind kind, uint32_t row, struct buf *b,
    struct err *e)
{
	bool trace = kind == VARS_TRACE;
	size_t n = trace ? 16 : 8;
	uint32_t at = row;
	const uint8_t *id;
	struct vec *v;
	char hex[33];

	if (load_ids(l, trace, &v, &at, e) == -1)
		return -1;
	if (!cols_has(v, at))
		return err_set(e, ERR_CORRUPT, "line of row %u: its id is "
		    "not there", row);
	id = trace ? part_id(l->cols->part, v->i[at], e) :
	    v->fix + (size_t)at * 8;
	if (!id)
		return -1;
	str_hex(hex, id, n);
	buf_add(b, hex, 2 * n);
	return 0;
}

static int
put_value(struct log_lines *l, const struct vars_values *v, uint32_t row,
    uint32_t i, struct buf *b, struct err *e)
{
	if (v->col->kind == VARS_TRACE || v->col->kind == VARS_SPAN)
		return put_id(l, v->col->kind, row, b, e);
	vars_text(v, i, b);
	return 0;
}

int
lines_value(struct log_lines *l, const struct vars_values *v, uint32_t t,
    uint32_t k, uint32_t i, struct buf *b, struct err *e)
{
	bool id = v->col->kind == VARS_TRACE || v->col->kind == VARS_SPAN;

	if (id && lines_group(l, e) == -1)
		return -1;
	return put_value(l, v, id ? l->member[l->from[t] + k] : 0, i, b, e);
}

/* Which of which template's rows the row is. */
static int
member_of(struct log_lines *l, uint32_t row, struct log_member *m,
    struct err *e)
{
	if (l->some && !l->grouped) {
		*m = l->of[some_at(l, row)];
		return 0;
	}
	if (lines_group(l, e) == -1)
		return -1;
	*m = (struct log_member){ (uint32_t)l->template[row], l->rank[row] };
	return 0;
}

int
lines_text(struct log_lines *l, uint32_t row, struct buf *b, struct err *e)
{
	struct vars_values *v;
	struct log_member m;

	if (member_of(l, row, &m, e) == -1)
		return -1;
	uint32_t t = m.template, i = m.rank, c = 0, h = 0;
	const struct vars_template *p = &l->vars.template[t];
	const char *at = p->text.p, *end = at + p->text.n, *mark;

	if (open_template(l, t, e) == -1)
		return -1;
	while (i >= p->chunk[c].rows)
		i -= p->chunk[c++].rows;
	while (at < end && (mark = memchr(at, MARK_VALUE,
	    (size_t)(end - at))) != NULL) {
		buf_add(b, at, (size_t)(mark - at));
		if (lines_values(l, t, c, h++, &v, e) == -1 ||
		    put_value(l, v, row, i, b, e) == -1)
			return -1;
		at = mark + 1;
	}
	buf_add(b, at, (size_t)(end - at));
	return 0;
}
