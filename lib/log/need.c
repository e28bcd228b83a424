#include "log/need.h"

#include "base/err.h"

static void
drop(uint64_t *bits, uint32_t i)
{
	bits[i / 64] &= ~(UINT64_C(1) << i % 64);
}

/* ---- text ---------------------------------------------------------------- */

/* A text column of which many values lie one after the other. */
static void
test_text(const struct vars_values *v, uint32_t rows, struct str lit,
    const uint64_t *now, uint64_t *out)
{
	const char *p = v->p, *end = v->p + v->off[rows];

	while ((p = memmem(p, (size_t)(end - p), lit.p, lit.n)) != NULL) {
		uint32_t at = (uint32_t)(p - v->p), lo = 0, hi = rows;

		while (hi - lo > 1) {	/* off[lo] <= at < off[hi] */
			uint32_t mid = lo + (hi - lo) / 2;

			if (v->off[mid] <= at)
				lo = mid;
			else
				hi = mid;
		}
		if (v->off[lo + 1] - at < lit.n) {
			p++;		/* over the end of this value */
			continue;
		}
		if (bit_get(now, lo))
			bit_set(out, lo);
		p = v->p + v->off[lo + 1];
	}
}

/* ---- numbers ------------------------------------------------------------- */

/* What a number is compared with: the literal's value, and how long it is. */
struct digits {
	enum match_how how;
	bool lead;		/* DIGITS: numbers have a 1 in front */
	bool zero;		/* the literal begins with 0 */
	uint64_t value, power;	/* 10^length */
};

static bool
all_digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(split_class[(uint8_t)s.p[i]] & 2))
			return false;
	return s.n > 0;
}

static bool
has_digit(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (split_class[(uint8_t)s.p[i]] & 2)
			return true;
	return false;
}

/* Whether the need can be met by a column's numbers alone, affixes aside. */
static bool
as_digits(const struct match_need *need, const struct vars_col *c,
    struct digits *d)
{
	struct str t = need->text;
	bool before = c->before.n > 0, after = c->after.n > 0;

	if ((c->kind != VARS_INT && c->kind != VARS_DIGITS) ||
	    t.n > 17 || !all_digits(t) || has_digit(c->before) ||
	    has_digit(c->after) ||
	    (need->how == HOLE_IS && (before || after)) ||
	    (need->how == HOLE_STARTS && before) ||
	    (need->how == HOLE_ENDS && after))
		return false;
	*d = (struct digits){ need->how, c->kind == VARS_DIGITS,
	    t.p[0] == '0', 0, 1 };
	for (size_t i = 0; i < t.n; i++) {
		d->value = d->value * 10 + (uint64_t)(t.p[i] - '0');
		d->power *= 10;
	}
	return true;
}

/* Of v's digits: does the literal stand somewhere among them? */
static bool
digits_in(const struct digits *d, uint64_t v)
{
	/* as many digits as the literal, none of them the leading 1 */
	uint64_t least = d->lead || d->zero ? d->power : d->value;

	if (v == 0 && !d->lead)
		return d->zero && d->power == 10;
	for (; v >= least; v /= 10)
		if (v % d->power == d->value)
			return true;
	/* a 0 in front is no digit of a number, but of the text 0 */
	return false;
}

static bool
digits_meet(const struct digits *d, uint64_t v)
{
	switch (d->how) {
	case HOLE_IS:
		return v == d->value + (d->lead ? d->power : 0) &&
		    (d->lead || !d->zero || d->power == 10);
	case HOLE_ENDS:
		return v % d->power == d->value && (v >= d->power ||
		    (!d->lead && (!d->zero || (v == 0 && d->power == 10))));
	case HOLE_STARTS:
		if (!d->lead && d->zero)
			return v == 0 && d->power == 10;
		for (uint64_t top = d->lead ? 2 * d->power : d->power;
		    v >= top;)
			v /= 10;
		return v == d->value + (d->lead ? d->power : 0);
	default:
		return digits_in(d, v);
	}
}

/* ---- hex ----------------------------------------------------------------- */

struct nibbles {
	enum match_how how;
	size_t n;
	uint64_t value, mask;	/* of the first 16 of them */
	uint8_t all[32];
};

static bool
as_nibbles(const struct match_need *need, struct nibbles *x)
{
	struct str t = need->text;

	*x = (struct nibbles){ .how = need->how, .n = t.n };
	if (t.n == 0 || t.n > sizeof x->all)
		return false;
	for (size_t i = 0; i < t.n; i++) {
		char c = t.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
		x->all[i] = (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
		if (i >= 16)
			continue;
		x->value = x->value << 4 | x->all[i];
		x->mask = x->mask << 4 | 15;
	}
	return true;
}

static inline uint8_t
nibble(const uint8_t *p, size_t i)
{
	return i % 2 == 0 ? p[i / 2] >> 4 : p[i / 2] & 15;
}

/* Whether they stand in n bytes from nibble `at` on. */
static bool
nibbles_at(const struct nibbles *x, const uint8_t *p, size_t n, size_t at)
{
	if (x->n > 2 * n - at)
		return false;
	for (size_t i = 0; i < x->n; i++)
		if (nibble(p, at + i) != x->all[i])
			return false;
	return true;
}

static bool
nibbles_meet(const struct nibbles *x, const uint8_t *p, size_t n)
{
	size_t first = x->n < 16 ? x->n : 16;
	uint64_t v = 0;

	if (x->n > 2 * n || (x->how == HOLE_IS && x->n != 2 * n))
		return false;
	if (x->how != HOLE_HAS)
		return nibbles_at(x, p, n, x->how == HOLE_ENDS ?
		    2 * n - x->n : 0);
	for (size_t i = 0; i < 2 * n; i++) {
		v = v << 4 | nibble(p, i);
		if ((v & x->mask) == x->value && i + 1 >= first &&
		    (x->n <= 16 || nibbles_at(x, p, n, i + 1 - first)))
			return true;
	}
	return false;
}

static void
test_hex(struct need_chunk *w, const struct nibbles *x,
    const struct vars_values *v)
{
	size_t n = v->col->width;

	for (uint32_t i = 0; i < w->rows; i++)
		if (bit_get(w->now, i) && !nibbles_meet(x,
		    (const uint8_t *)v->p + i * n, n))
			drop(w->now, i);
}

/* ---- trace ids ------------------------------------------------------------ */

/* What is known of ids is kept: the lines of a trace stand together. */
static int
test_trace(struct need_chunk *w, const struct match_need *need,
    const struct nibbles *x, struct err *e)
{
	struct log_part *part = w->l->cols->part;
	const struct vec *ids;
	const uint32_t *row;

	if (lines_group(w->l, e) == -1 || lines_traces(w->l, &ids, e) == -1)
		return -1;
	row = w->l->member + w->l->from[w->t] + w->first;
	for (uint32_t i = 0; i < w->rows; i++) {
		const uint8_t *id;
		int64_t no;

		if (!bit_get(w->now, i))
			continue;
		if (!cols_has(ids, row[i]))
			return err_set(e, ERR_CORRUPT, "line of row %u: its "
			    "id is not there", row[i]);
		no = ids->i[row[i]];
		if (!(id = part_id(part, no, e)))
			return -1;
		if (w->known != need) {
			w->answer = arena_zero(w->mem, uint8_t, part->nids);
			w->known = need;
		}
		if (w->answer[no] == 0)
			w->answer[no] = nibbles_meet(x, id, 16) ? 2 : 1;
		if (w->answer[no] == 1)
			drop(w->now, i);
	}
	return 0;
}

/* ---- all others ----------------------------------------------------------- */

static int
test_each(struct need_chunk *w, const struct match_need *need,
    const struct vars_values *v, struct err *e)
{
	for (uint32_t i = 0; i < w->rows; i++) {
		if (!bit_get(w->now, i))
			continue;
		buf_reset(&w->text);
		if (lines_value(w->l, v, w->t, w->first + i, i,
		    &w->text, e) == -1)
			return -1;
		if (need->icase)
			match_lower(w->text.p, w->text.n);
		if (!match_value(buf_str(&w->text), need))
			drop(w->now, i);
	}
	return 0;
}

int
need_test(struct need_chunk *w, const struct match_need *need, uint32_t hole,
    struct err *e)
{
	size_t words = BITS_WORDS(w->rows);
	struct vars_values *v;
	struct nibbles x;
	struct digits d;

	if (lines_values(w->l, w->t, w->chunk, hole, &v, e) == -1)
		return -1;
	bool bare = v->col->before.n + v->col->after.n == 0;

	if (as_digits(need, v->col, &d)) {
		for (uint32_t i = 0; i < w->rows; i++)
			if (bit_get(w->now, i) &&
			    !digits_meet(&d, (uint64_t)v->i[i]))
				drop(w->now, i);
	} else if (v->off && bare && need->how == HOLE_HAS && !need->icase &&
	    need->text.n > 0) {
		uint64_t *out = arena_zero(w->mem, uint64_t, words);

		test_text(v, w->rows, need->text, w->now, out);
		memcpy(w->now, out, words * sizeof *out);
	} else if (v->col->kind == VARS_HEX && bare && as_nibbles(need, &x)) {
		test_hex(w, &x, v);
	} else if (v->col->kind == VARS_TRACE && as_nibbles(need, &x)) {
		return test_trace(w, need, &x, e);
	} else {
		return test_each(w, need, v, e);
	}
	return 0;
}
