#include "log/erase.h"

#include "base/err.h"
#include "log/kind.h"

/* ---- bytes ----------------------------------------------------------------- */

void
erase_put(struct buf *b, const struct log_scan_opts *o)
{
	buf_varint(b, o->nmatch);
	for (size_t i = 0; i < o->nmatch; i++) {
		buf_u8(b, (uint8_t)o->match[i].op);
		buf_sized(b, o->match[i].name);
		buf_sized(b, o->match[i].value);
	}
	buf_varint(b, o->nfilter);
	for (size_t i = 0; i < o->nfilter; i++) {
		buf_u8(b, (uint8_t)o->filter[i].op);
		buf_varint(b, o->filter[i].n);
		for (size_t k = 0; k < o->filter[i].n; k++)
			buf_sized(b, o->filter[i].alt[k].text);
	}
}

static size_t
count_of(struct cur *c)
{
	uint64_t n = cur_varint(c);

	c->bad |= n > ERASE_PARTS_MAX;
	return c->bad ? 0 : (size_t)n;
}

static enum log_op
op_of(struct cur *c)
{
	uint8_t op = cur_u8(c);

	c->bad |= op > LOG_NRE;
	return c->bad ? LOG_EQ : (enum log_op)op;
}

static bool
is_re(enum log_op op)
{
	return op == LOG_RE || op == LOG_NRE;
}

static int
read_match(struct log_erase *x, struct cur *c, struct arena *a, struct err *e)
{
	x->nmatch = count_of(c);
	x->match = arena_zero(a, struct log_matcher, x->nmatch + 1);
	for (size_t i = 0; i < x->nmatch; i++) {
		struct log_matcher *m = &x->match[i];

		m->op = op_of(c);
		m->name = cur_block(c);
		m->value = cur_block(c);
		if (!c->bad && is_re(m->op) && !(m->re = re_compile(m->value,
		    RE_ANCHORED | RE_DOTALL, e)))
			return -1;
	}
	return 0;
}

static int
read_line(struct log_line_filter *f, struct cur *c, struct arena *a,
    struct err *e)
{
	f->op = op_of(c);
	f->n = count_of(c);
	f->alt = arena_zero(a, struct log_alt, f->n + 1);
	for (size_t k = 0; k < f->n; k++) {
		f->alt[k].text = cur_block(c);
		if (!c->bad && is_re(f->op) &&
		    !(f->alt[k].re = re_compile(f->alt[k].text, 0, e)))
			return -1;
	}
	return 0;
}

int
erase_read(struct log_erase *x, struct str what, struct arena *a,
    struct err *e)
{
	struct cur c = cur_of(arena_str(a, what));

	*x = (struct log_erase){ .to = UINT64_MAX };
	if (read_match(x, &c, a, e) == -1)
		return -1;
	x->nline = count_of(&c);
	x->line = arena_zero(a, struct log_line_filter, x->nline + 1);
	for (size_t i = 0; i < x->nline; i++)
		if (read_line(&x->line[i], &c, a, e) == -1)
			return -1;
	if (c.bad || cur_left(&c) > 0 || x->nmatch == 0)
		return err_set(e, ERR_CORRUPT, "delete: not well formed");
	x->filter = filters_new(x->line, x->nline, a);
	return 0;
}

void
erase_free(struct log_erase *x)
{
	for (size_t i = 0; i < x->nmatch; i++)
		re_free(x->match[i].re);
	for (size_t i = 0; x->line && i < x->nline; i++)
		for (size_t k = 0; k < x->line[i].n; k++)
			re_free(x->line[i].alt[k].re);
	*x = (struct log_erase){ 0 };
}

/* ---- rows ------------------------------------------------------------------ */

/* Leaves in `drop`, all rows that are there, those that go: 1, 0 none, -1. */
static int
find(const struct log_erase *x, struct log_part *p, struct stripe *s,
    struct arena *mem, uint64_t *drop, struct err *e)
{
	struct log_scan_opts o = { .match = x->match, .nmatch = x->nmatch,
		.from = x->from, .to = x->to };
	struct str words = { 0 };
	struct log_lines l = { 0 };
	struct log_cols c;
	uint64_t *rows;
	int r;

	if (x->nline > 0 && stripe_blob(s, S("words"), mem, &words, e) == -1)
		return -1;
	if (!filters_may(x->filter, x->nline, words))
		return 0;
	cols_open(&c, p, s, mem);
	rows = arena_new(mem, uint64_t, BITS_WORDS(c.rows) + 1);
	if ((r = select_rows(&c, &o, rows, e)) != 1)
		return r;
	for (size_t k = 0; k < BITS_WORDS(c.rows); k++)
		drop[k] &= rows[k];
	if (x->nline > 0 && (lines_open(&l, &c, e) == -1 ||
	    filters_run(x->filter, x->nline, &l, drop, e) == -1))
		return -1;
	return 1;
}

int
erase_rows(struct log_part *p, struct stripe *s, struct arena *mem,
    uint64_t *rows, struct err *e)
{
	size_t words = BITS_WORDS(stripe_rows(s, LG_ROW));
	uint64_t *drop = p->nerase > 0 ? arena_new(mem, uint64_t, words + 1) :
	    NULL;

	for (uint32_t i = 0; i < p->nerase; i++) {
		memcpy(drop, rows, words * sizeof *drop);
		int r = find(&p->erase[i], p, s, mem, drop, e);

		if (r == -1)
			return -1;
		for (size_t k = 0; r == 1 && k < words; k++)
			rows[k] &= ~drop[k];
	}
	return 0;
}

/* ---- what log_kind has of it ------------------------------------------------ */

int
log_delete_check(struct str what, struct err *e)
{
	struct arena a = { 0 };
	struct log_erase x;
	int r = erase_read(&x, what, &a, e);

	erase_free(&x);
	arena_free(&a);
	return r;
}

/* Whether a row of the stripe goes: 1, 0, -1. */
static int
stripe_any(struct log_part *p, uint32_t no, struct arena *mem, struct err *e)
{
	struct stripe *s = part_stripe(p, no, mem, e);
	uint64_t *rows, left = UINT64_MAX;
	uint32_t words;

	if (!s)
		return -1;
	words = (uint32_t)BITS_WORDS(stripe_rows(s, LG_ROW));
	rows = arena_new(mem, uint64_t, words + 1);
	memset(rows, 0xff, words * sizeof *rows);
	if (erase_rows(p, s, mem, rows, e) == -1)
		return part_where(p, no, e);
	for (uint32_t k = 0; k < words; k++)
		left &= rows[k];
	return left != UINT64_MAX;
}

int
log_delete_any(const struct store_block *b, struct err *e)
{
	struct arena mem = { 0 };
	struct log_part p;
	int r;

	part_block(&p, b->block, 0);
	r = part_erase(&p, b, e);
	for (uint32_t i = 0; r == 0 && i < p.stripes; i++) {
		arena_reset(&mem);
		r = stripe_any(&p, i, &mem, e);
	}
	part_free(&p);
	arena_free(&mem);
	return r;
}
