#include "log/parsed.h"

#include "base/err.h"

/* A filter at work on a template. */
struct work {
	const struct log_parse_filter *f;
	struct log_lines *l;
	uint32_t t;
	const char *line;		/* its sample; kinds by byte */
	const uint8_t *kind;
	uint32_t *hole;			/* by byte: the number of its hole */
	struct log_slice *at;		/* by value */
	struct str *value;
	struct buf *text;		/* by value */
	uint64_t *rows;
	parsed_fn *take;		/* NULL: the filter drops */
	void *arg;
};

/* ---- is it about the parser's value at all ------------------------------- */

static bool
in_dict(const struct vec *v, struct str name)
{
	for (uint32_t d = 0; d < v->ndict; d++)
		if (pairs_get(v->dict[d], name).n > 0)
			return true;
	return false;
}

/* Whether a line of the stripe may have one of the names otherwise: 1, 0, -1. */
static int
named(struct log_cols *c, const struct log_parse_filter *f, struct err *e)
{
	if (cols_stream(c, e) == -1 ||
	    cols_load(c, S("context"), VEC_STR, &c->context, e) == -1)
		return -1;
	if (stripe_find(c->stripe, LG_ROW, S("x"), VEC_STR) != -1)
		return 1;	/* names past the budget of columns */
	for (size_t i = 0; i < f->nunless; i++) {
		if (in_dict(&c->stream, f->unless[i]) ||
		    in_dict(&c->context, f->unless[i]))
			return 1;
		for (uint32_t k = 0; k < c->nmeta; k++)
			if (str_eq(c->meta[k].name, f->unless[i]))
				return 1;
	}
	return 0;
}

/* ---- a template ------------------------------------------------------------ */

static bool
begins_with_digit(const struct vars_col *c)
{
	if (c->before.n > 0)
		return c->before.p[0] >= '0' && c->before.p[0] <= '9';
	return c->kind == VARS_INT || c->kind == VARS_DIGITS;
}

/* A hole may also hold one of the bytes that marks are (log/split.h). */
static bool
may_be_mark(const struct vars_col *c)
{
	if (c->before.n > 0)
		return split_is_mark(c->before.p[0]);
	if (c->after.n > 0)
		return split_is_mark(c->after.p[0]);
	return c->kind == VARS_TEXT && (c->mask & 0xe) != 0;
}

/* The sample. false: its holes may hold more than words. */
static bool
make_sample(struct work *w)
{
	const struct vars_template *p = &w->l->vars.template[w->t];
	char *line = arena_new(w->l->mem, char, p->text.n + 1);
	uint8_t *kind = arena_zero(w->l->mem, uint8_t, p->text.n + 1);
	uint32_t h = 0;

	w->hole = arena_new(w->l->mem, uint32_t, p->text.n + 1);
	for (size_t i = 0; i < p->text.n; i++) {
		line[i] = p->text.p[i];
		if (line[i] != MARK_VALUE)
			continue;
		line[i] = '0';
		kind[i] = LOG_AT_NUMBER;
		for (uint32_t c = 0; c < p->chunks; c++) {
			const struct vars_col *col = &p->chunk[c].col[h];

			if (may_be_mark(col))
				return false;
			if (!begins_with_digit(col))
				kind[i] = LOG_AT_WORD;
		}
		w->hole[i] = h++;
	}
	w->line = line;
	w->kind = kind;
	return true;
}

/* The value in row i of the chunk, the k-th of the template. */
static int
fill(struct work *w, uint32_t no, uint32_t chunk, uint32_t k, uint32_t i,
    struct err *e)
{
	struct buf *b = &w->text[no];
	struct vars_values *v;

	buf_reset(b);
	for (uint32_t at = w->at[no].from, to; at < w->at[no].to; at = to) {
		to = at + 1;
		if (w->kind[at] != LOG_AT_TEXT) {
			if (lines_values(w->l, w->t, chunk, w->hole[at], &v,
			    e) == -1 || lines_value(w->l, v, w->t, k, i, b,
			    e) == -1)
				return -1;
			continue;
		}
		while (to < w->at[no].to && w->kind[to] == LOG_AT_TEXT)
			to++;
		buf_add(b, w->line + at, to - at);
	}
	w->value[no] = w->at[no].to == 0 ? (struct str){ NULL, 0 } :
	    str_mk(b->n > 0 ? b->p : "", b->n);
	return 0;
}

static void
clear(uint64_t *rows, uint32_t row)
{
	rows[row / 64] &= ~(UINT64_C(1) << row % 64);
}

/* Values that are the same in all lines are set; whether all are so. */
static bool
constant(struct work *w)
{
	bool all = true;

	for (size_t k = 0; k < w->f->n; k++) {
		const struct log_slice *s = &w->at[k];
		bool text = true;

		for (uint32_t at = s->from; at < s->to; at++)
			text &= w->kind[at] == LOG_AT_TEXT;
		w->value[k] = s->to == 0 ? (struct str){ NULL, 0 } :
		    str_mk(w->line + s->from, s->to - s->from);
		all &= text;
	}
	return all;
}

/* A row whose values are there. */
static int
end_row(struct work *w, uint32_t row, struct err *e)
{
	int r = w->take ? w->take(w->arg, row, w->value, e) :
	    !w->f->test(w->f->arg, w->value);

	if (r == 1)
		clear(w->rows, row);
	return r == -1 ? -1 : 0;
}

static int
test_rows(struct work *w, bool filled, struct err *e)
{
	const struct vars_template *p = &w->l->vars.template[w->t];
	const uint32_t *row = w->l->member + w->l->from[w->t];
	uint32_t k = 0;

	for (uint32_t c = 0; c < p->chunks; c++)
		for (uint32_t i = 0; i < p->chunk[c].rows; i++, k++) {
			if (!bit_get(w->rows, row[k]))
				continue;
			for (uint32_t no = 0; no < w->f->n && !filled; no++)
				if (fill(w, no, c, k, i, e) == -1)
					return -1;
			if (end_row(w, row[k], e) == -1)
				return -1;
		}
	return 0;
}

static int
run_template(struct work *w, struct err *e)
{
	const struct vars_template *p = &w->l->vars.template[w->t];
	const uint32_t *row = w->l->member + w->l->from[w->t];
	bool some = false, same;

	for (uint32_t k = 0; k < p->rows && !some; k++)
		some = bit_get(w->rows, row[k]);
	if (!some || str_eq(p->text, SPLIT_PLAIN))
		return 0;
	if (vars_chunks(&w->l->vars, w->t, e) == -1)
		return -1;
	if (!make_sample(w) || !w->f->find(w->f->arg, str_mk(w->line,
	    p->text.n), w->kind, w->at))
		return 0;
	same = constant(w);
	if (!same || w->take)
		return test_rows(w, same, e);
	if (!w->f->test(w->f->arg, w->value))
		for (uint32_t k = 0; k < p->rows; k++)
			clear(w->rows, row[k]);
	return 0;
}

int
parsed_take(const struct log_parse_filter *f, struct log_lines *l,
    uint64_t *rows, parsed_fn *take, void *arg, struct err *e)
{
	struct work w = { .f = f, .l = l, .rows = rows, .take = take,
		.arg = arg };
	int r = named(l->cols, f, e);

	if (r != 0)
		return r == -1 ? -1 : 0;
	if (lines_group(l, e) == -1)
		return -1;
	w.at = arena_new(l->mem, struct log_slice, f->n);
	w.value = arena_new(l->mem, struct str, f->n);
	w.text = arena_zero(l->mem, struct buf, f->n);
	for (w.t = 0; w.t < l->vars.n && r == 0; w.t++)
		r = run_template(&w, e);
	for (size_t k = 0; k < f->n; k++)
		buf_free(&w.text[k]);
	return r;
}

int
parsed_run(const struct log_parse_filter *f, size_t n, struct log_lines *l,
    uint64_t *rows, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (parsed_take(&f[i], l, rows, NULL, NULL, e) == -1)
			return -1;
	return 0;
}
