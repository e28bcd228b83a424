#include "log/lines.h"

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

static int
put_id(struct log_lines *l, enum vars_kind kind, uint32_t row, struct buf *b,
    struct err *e)
{
	struct log_cols *c = l->cols;
	bool trace = kind == VARS_TRACE;
	struct vec *v = trace ? &c->trace : &c->span;
	const uint8_t *id;
	size_t n = trace ? 16 : 8;
	char hex[33];

	if (v->rows == 0 && (trace ? cols_load(c, S("trace"), VEC_INT, v, e) :
	    cols_load(c, S("span"), VEC_FIX8, v, e)) == -1)
		return -1;
	if (!cols_has(v, row))
		return err_set(e, ERR_CORRUPT, "line of row %u: its id is "
		    "not there", row);
	id = trace ? part_id(c->part, v->i[row], e) :
	    v->fix + (size_t)row * 8;
	if (!id)
		return -1;
	str_hex(hex, id, n);
	buf_add(b, hex, 2 * n);
	return 0;
}

int
lines_value(struct log_lines *l, const struct vars_values *v, uint32_t t,
    uint32_t k, uint32_t i, struct buf *b, struct err *e)
{
	if (v->col->kind == VARS_TRACE || v->col->kind == VARS_SPAN)
		return lines_group(l, e) == -1 ? -1 : put_id(l, v->col->kind,
		    l->member[l->from[t] + k], b, e);
	vars_text(v, i, b);
	return 0;
}

int
lines_text(struct log_lines *l, uint32_t row, struct buf *b, struct err *e)
{
	struct vars_values *v;

	if (lines_group(l, e) == -1)
		return -1;
	uint32_t t = (uint32_t)l->template[row], k = l->rank[row], i = k;
	uint32_t c = 0, h = 0;
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
		    lines_value(l, v, t, k, i, b, e) == -1)
			return -1;
		at = mark + 1;
	}
	buf_add(b, at, (size_t)(end - at));
	return 0;
}
