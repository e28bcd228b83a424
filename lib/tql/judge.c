/* A column's values against a constant. */
#include "tql/judge.h"

#include <math.h>

static struct range
none(bool not)
{
	return (struct range){ 1, 0, not };
}

static struct range
range_of_float(enum tql_op op, double f)
{
	const double top = 9223372036854775808.0;	/* 2^63 */
	double down = floor(f), up = ceil(f);

	if (f != f)
		return none(op == OP_NE);
	switch (op) {
	case OP_EQ: case OP_NE:
		if (down != f || f >= top || f < -top)
			return none(op == OP_NE);
		return (struct range){ (int64_t)f, (int64_t)f, op == OP_NE };
	case OP_LT: case OP_LE:
		if (f >= top)
			return none(true);
		if (f < -top || (op == OP_LT && f == -top))
			return none(false);
		return (struct range){ INT64_MIN, op == OP_LE || down != f ?
		    (int64_t)down : (int64_t)down - 1, false };
	default:
		if (f < -top)
			return none(true);
		if (f >= top)
			return none(false);
		if (up >= top)
			return none(false);
		return (struct range){ op == OP_GE || up != f ? (int64_t)up :
		    (int64_t)up + 1, INT64_MAX, false };
	}
}

struct range
judge_range(const struct pred *pr)
{
	const struct tql_val *lit = pr->lit;
	enum tql_op op = pr->op;
	int64_t v = lit->i;

	if (lit->type == TQL_FLOAT)
		return range_of_float(op, lit->f);
	switch (op) {
	case OP_EQ: return (struct range){ v, v, false };
	case OP_NE: return (struct range){ v, v, true };
	case OP_LT: return v == INT64_MIN ? none(false) :
	    (struct range){ INT64_MIN, v - 1, false };
	case OP_LE: return (struct range){ INT64_MIN, v, false };
	case OP_GT: return v == INT64_MAX ? none(false) :
	    (struct range){ v + 1, INT64_MAX, false };
	case OP_GE: return (struct range){ v, INT64_MAX, false };
	default: return none(false);
	}
}

bool
judge_fits(const struct judge *j)
{
	const struct source *src = j->src;
	const struct pred *pr = j->pr;
	enum tql_type lit;

	if (pr->nil || src->map || j->type == VEC_ANY)
		return true;
	lit = pr->lit->type;
	if (j->type == VEC_STR || j->type == VEC_FIX8 || j->type == VEC_FIX16)
		return lit == TQL_STR;
	if (pr->op == OP_RE || pr->op == OP_NRE)
		return false;
	return src->as == lit || (tql_numeric(src->as) && tql_numeric(lit));
}

/* Rows of word k that are there and selected. */
static uint64_t
live(const struct vec *v, const uint64_t *sel, size_t k, bool always)
{
	uint64_t w = sel ? sel[k] : ~UINT64_C(0);

	if (v->valid && !always)
		w &= v->valid[k];
	if (k == v->rows / 64)
		w &= (UINT64_C(1) << v->rows % 64) - 1;
	return w;
}

static void
there(const struct vec *v, const uint64_t *sel, bool always,
    uint64_t *out)
{
	for (size_t k = 0; k < BITS_WORDS(v->rows); k++)
		out[k] |= live(v, sel, k, always);
}

static void
ints(const struct vec *v, struct range r, const uint64_t *sel, bool always,
    uint64_t *out)
{
	uint64_t width = (uint64_t)r.hi - (uint64_t)r.lo;
	bool empty = r.lo > r.hi;

	for (size_t k = 0; k < BITS_WORDS(v->rows); k++) {
		uint64_t w = live(v, sel, k, always), hit = 0;
		uint32_t from = (uint32_t)k * 64;
		uint32_t n = v->rows - from < 64 ? v->rows - from : 64;

		if (w == 0)
			continue;
		for (uint32_t i = 0; i < n && !empty; i++)
			hit |= (uint64_t)((uint64_t)v->i[from + i] -
			    (uint64_t)r.lo <= width) << i;
		out[k] |= w & (r.not ? ~hit : hit);
	}
}

static void
floats(const struct vec *v, const struct pred *pr, const uint64_t *sel,
    uint64_t *out)
{
	for (size_t k = 0; k < BITS_WORDS(v->rows); k++)
		for (uint64_t w = live(v, sel, k, false); w; w &= w - 1) {
			uint32_t row = (uint32_t)(k * 64) +
			    (uint32_t)__builtin_ctzll(w);
			struct tql_val a = { .type = TQL_FLOAT,
			    .f = v->f[row] }, r;

			tql_binary(pr->op, &a, pr->lit, NULL, &r, NULL);
			out[k] |= (uint64_t)r.i << row % 64;
		}
}

/* What one value says: 1 satisfies, 2 it is there. */
static int
judge(const struct pred *pr, const struct tql_val *v, bool raw, uint8_t *out,
    struct err *e)
{
	struct tql_val r = tql_bool(false);

	*out = v->type == TQL_NIL && !raw ? 0 : 2;
	if (pr->nil) {
		*out |= *out >> 1;
		return 0;
	}
	if (v->type != TQL_NIL && !(pr->bare && v->type == TQL_ARRAY) &&
	    tql_binary(pr->op, v, pr->lit, pr->re, &r, e) == -1)
		return -1;
	*out |= (uint8_t)r.i;
	return 0;
}

/* What a string or an encoded value of the column says. */
static int
judge_str(const struct judge *j, struct str s, uint8_t *out, struct err *e)
{
	struct tql_val v = j->src->map ? value_map(s, j->key, j->mem) :
	    j->type == VEC_ANY ? value_any(s, j->mem) :
	    (struct tql_val){ .type = TQL_STR, .s = s };

	return judge(j->pr, &v, j->pr->raw && !j->src->map, out, e);
}

int
judge_words(struct judge *j, const struct str *dict, uint32_t n, bool *some,
    struct err *e)
{
	uint8_t all = 0;

	if (!j->said) {
		j->said = arena_new(j->mem, uint8_t, (size_t)n + 1);
		for (uint32_t k = 0; k < n; k++)
			if (judge_str(j, dict[k], &j->said[k], e) == -1)
				return -1;
	}
	for (uint32_t k = 0; k < n; k++)
		all |= j->said[k];
	*some = all & 1;
	return 0;
}

/* What 64 codes, or those of them in w, say: the bits of one kind. */
static uint64_t
say(const uint8_t *said, const uint32_t *code, uint64_t w, unsigned kind)
{
	uint64_t out = 0;

	if (w == UINT64_MAX) {
		for (unsigned i = 0; i < 64; i++)
			out |= (uint64_t)(said[code[i]] >> kind & 1) << i;
		return out;
	}
	for (; w; w &= w - 1) {
		unsigned i = (unsigned)__builtin_ctzll(w);

		out |= (uint64_t)(said[code[i]] >> kind & 1) << i;
	}
	return out;
}

/* Rows of a dictionary's words, all judged. */
static void
words(const struct judge *j, const struct vec *v, const uint64_t *sel,
    uint64_t *out, uint64_t *present)
{
	for (size_t k = 0; k < BITS_WORDS(v->rows); k++) {
		uint64_t w = live(v, sel, k, false);

		if (w == 0)
			continue;
		out[k] |= say(j->said, v->code + k * 64, w, 0);
		if (present)
			present[k] |= say(j->said, v->code + k * 64, w, 1);
	}
}

/* Each row has its own. */
static int
plain(const struct judge *j, const struct vec *v, const uint64_t *sel,
    uint64_t *out, uint64_t *present, struct err *e)
{
	for (size_t k = 0; k < BITS_WORDS(v->rows); k++)
		for (uint64_t w = live(v, sel, k, false); w; w &= w - 1) {
			uint32_t row = (uint32_t)(k * 64) +
			    (uint32_t)__builtin_ctzll(w);
			uint8_t r;

			if (judge_str(j, v->dict[row], &r, e) == -1)
				return -1;
			out[k] |= (uint64_t)(r & 1) << row % 64;
			if (present)
				present[k] |= (uint64_t)(r >> 1) << row % 64;
		}
	return 0;
}

/* Null rows of a column that always has a value: they have "" or zero. */
static int
nulls(const struct judge *j, const struct vec *v, const uint64_t *sel,
    uint64_t *out, uint64_t *present, struct err *e)
{
	struct tql_val zero = { .type = TQL_STR, .s = S("") };
	uint8_t r;

	if (judge(j->pr, &zero, j->pr->raw && !j->src->map, &r, e) == -1)
		return -1;
	for (size_t k = 0; k < BITS_WORDS(v->rows); k++) {
		uint64_t w = live(v, sel, k, true) & ~v->valid[k];

		out[k] |= r & 1 ? w : 0;
		if (present)
			present[k] |= r & 2 ? w : 0;
	}
	return 0;
}

static int
strings(struct judge *j, const struct vec *v, const uint64_t *sel,
    uint64_t *out, uint64_t *present, struct err *e)
{
	bool some;

	if (j->src->always && v->valid &&
	    nulls(j, v, sel, out, present, e) == -1)
		return -1;
	if (!v->code)
		return plain(j, v, sel, out, present, e);
	if (judge_words(j, v->dict, v->ndict, &some, e) == -1)
		return -1;
	words(j, v, sel, out, present);
	return 0;
}

/* Ids: fixed bytes, compared as their hex text. */
static int
ids(const struct judge *j, const struct vec *v, const uint64_t *sel,
    uint64_t *out, struct err *e)
{
	size_t width = v->type == VEC_FIX8 ? 8 : 16;

	for (size_t k = 0; k < BITS_WORDS(v->rows); k++)
		for (uint64_t w = live(v, sel, k, j->src->always); w;
		    w &= w - 1) {
			uint32_t row = (uint32_t)(k * 64) +
			    (uint32_t)__builtin_ctzll(w);
			char hex[33];
			struct tql_val id = { .type = TQL_STR };
			uint8_t r;

			str_hex(hex, v->fix + row * width, width);
			id.s = str_mk(hex, 2 * width);
			while (j->src->trim && id.s.n > 0 && *id.s.p == '0')
				id.s = str_skip(id.s, 1);
			if (judge(j->pr, &id, j->pr->raw, &r, e) == -1)
				return -1;
			out[k] |= (uint64_t)(r & 1) << row % 64;
		}
	return 0;
}

/* An id against its equal: bytes against bytes. */
static bool
ids_equal(const struct judge *j, const struct vec *v, const uint64_t *sel,
    uint64_t *out)
{
	const struct source *src = j->src;
	const struct pred *pr = j->pr;
	size_t width = v->type == VEC_FIX8 ? 8 : 16;
	char hex[33];
	uint8_t id[16];
	struct str s = pr->lit->s;

	if (pr->op != OP_EQ || pr->lit->type != TQL_STR)
		return false;
	if (s.n > 2 * width || (!src->trim && s.n != 2 * width))
		return true;	/* never equal */
	memset(hex, '0', sizeof hex);
	memcpy(hex + 2 * width - s.n, s.p, s.n);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 'A' && s.p[i] <= 'F')
			return true;
	if (str_unhex(id, width, str_mk(hex, 2 * width)) == -1)
		return true;
	for (uint32_t row = 0; row < v->rows; row++)
		if (v->fix[row * width] == id[0] &&
		    memcmp(v->fix + row * width, id, width) == 0 &&
		    (!sel || bit_get(sel, row)) &&
		    (src->always || vec_valid(v, row)))
			bit_set(out, row);
	return true;
}

int
judge_rows(struct judge *j, const struct vec *v, const uint64_t *sel,
    uint64_t *out, uint64_t *present, struct err *e)
{
	bool fits = judge_fits(j);

	if (fits && (j->type == VEC_STR || j->type == VEC_ANY))
		return strings(j, v, sel, out, present, e);
	if (present)
		there(v, sel, j->src->always, present);
	if (j->pr->nil)
		there(v, sel, j->src->always, out);
	else if (!fits)
		return 0;
	else if (j->type == VEC_F64)
		floats(v, j->pr, sel, out);
	else if (j->type == VEC_INT || j->type == VEC_BOOL)
		ints(v, judge_range(j->pr), sel, j->src->always, out);
	else if (!ids_equal(j, v, sel, out))
		return ids(j, v, sel, out, e);
	return 0;
}
