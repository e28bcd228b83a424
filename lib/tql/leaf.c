/* An attribute against a constant, a column at a time. */
#include "tql/part.h"

#include <math.h>

/* Integers that satisfy an operator: those in [lo, hi], or those not. */
struct range { int64_t lo, hi; bool not; };

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

static struct range
range_of(enum tql_op op, const struct tql_val *lit)
{
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

/* What one value of a dictionary says: 1 satisfies, 2 it is there. */
static int
judge(const struct pred *pr, const struct tql_val *v,
    uint8_t *out, struct err *e)
{
	struct tql_val r = tql_bool(false);

	*out = v->type == TQL_NIL && !pr->raw ? 0 : 2;
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

static struct tql_val
dict_value(struct part *p, const struct source *src, struct str key,
    struct str s)
{
	if (src->map)
		return value_map(s, key, p->mem);
	if (src->col->vec.type == VEC_ANY)
		return value_any(s, p->mem);
	return (struct tql_val){ .type = TQL_STR, .s = s };
}

/* Strings and encoded values, each distinct one judged once. */
static int
strings(struct part *p, const struct source *src, struct str key,
    const struct pred *pr, const uint64_t *sel, uint64_t *out,
    uint64_t *present, struct err *e)
{
	const struct vec *v = &src->col->vec;
	uint8_t *said = arena_zero(p->mem, uint8_t, v->ndict + 1), empty;
	struct pred own = *pr;
	struct tql_val nothing = { .type = TQL_STR, .s = S("") };

	own.raw &= !src->map;
	pr = &own;
	if (judge(pr, &nothing, &empty, e) == -1)
		return -1;
	if (v->code)
		for (uint32_t k = 0; k < v->ndict; k++) {
			struct tql_val one = dict_value(p, src, key,
			    v->dict[k]);

			if (judge(pr, &one, &said[k], e) == -1)
				return -1;
		}
	for (size_t k = 0; k < BITS_WORDS(v->rows); k++)
		for (uint64_t w = live(v, sel, k, src->always); w;
		    w &= w - 1) {
			uint32_t row = (uint32_t)(k * 64) +
			    (uint32_t)__builtin_ctzll(w);
			uint8_t r;

			if (src->always && !vec_valid(v, row)) {
				r = empty;
			} else if (v->code) {
				r = said[v->code[row]];
			} else {
				struct tql_val one = dict_value(p, src, key,
				    v->dict[row]);

				if (judge(pr, &one, &r, e) == -1)
					return -1;
			}
			out[k] |= (uint64_t)(r & 1) << row % 64;
			if (present)
				present[k] |= (uint64_t)(r >> 1) << row % 64;
		}
	return 0;
}

/* Ids: fixed bytes, compared as their hex text. */
static int
ids(const struct source *src, const struct pred *pr,
    const uint64_t *sel, uint64_t *out, struct err *e)
{
	const struct vec *v = &src->col->vec;
	size_t width = v->type == VEC_FIX8 ? 8 : 16;

	for (size_t k = 0; k < BITS_WORDS(v->rows); k++)
		for (uint64_t w = live(v, sel, k, src->always); w;
		    w &= w - 1) {
			uint32_t row = (uint32_t)(k * 64) +
			    (uint32_t)__builtin_ctzll(w);
			char hex[33];
			struct tql_val id = { .type = TQL_STR };
			uint8_t r;

			str_hex(hex, v->fix + row * width, width);
			id.s = str_mk(hex, 2 * width);
			while (src->trim && id.s.n > 0 && *id.s.p == '0')
				id.s = str_skip(id.s, 1);
			if (judge(pr, &id, &r, e) == -1)
				return -1;
			out[k] |= (uint64_t)(r & 1) << row % 64;
		}
	return 0;
}

/* An id against its equal: bytes against bytes. */
static bool
ids_equal(const struct source *src, const struct pred *pr,
    const uint64_t *sel, uint64_t *out)
{
	const struct vec *v = &src->col->vec;
	size_t width = v->type == VEC_FIX8 ? 8 : 16;
	char hex[33];
	uint8_t id[16];
	struct str s = pr->lit->s;

	if (pr->nil || pr->op != OP_EQ || pr->lit->type != TQL_STR)
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

static void
add_valid(const struct vec *v, const uint64_t *sel, bool always,
    uint64_t *out)
{
	for (size_t k = 0; k < BITS_WORDS(v->rows); k++)
		out[k] |= live(v, sel, k, always);
}

/* Whether a value that satisfies can be in the dictionary at all. */
static int
dict_hopeless(struct part *p, const struct source *src,
    const struct pred *pr, bool *hopeless, struct err *e)
{
	const struct str *dict;
	uint32_t n;

	*hopeless = false;
	if (stripe_dict(p->s, (uint32_t)src->col->no, p->mem, &dict, &n, e) ==
	    -1)
		return -1;
	if (n == 0)
		return 0;
	for (uint32_t k = 0; k < n; k++) {
		struct tql_val v = { .type = TQL_STR, .s = dict[k] };
		uint8_t r;

		if (judge(pr, &v, &r, e) == -1)
			return -1;
		if (r & 1)
			return 0;
	}
	*hopeless = true;
	return 0;
}

/* Takes pages that cannot hold a satisfying value out. */
static int
prune(struct part *p, const struct source *src,
    const struct pred *pr, uint64_t *pages, struct err *e)
{
	const struct part_col *c = src->col;
	enum vec_type type = stripe_col(p->s, (uint32_t)c->no)->type;
	size_t words = BITS_WORDS((stripe_col(p->s, (uint32_t)c->no)->rows +
	    PAGE_ROWS - 1) / PAGE_ROWS);
	bool none_left = false;

	if (src->map || (c->loaded && c->all))
		return 0;
	if (type == VEC_INT && tql_numeric(pr->lit->type)) {
		struct range r = range_of(pr->op, pr->lit);

		if (!r.not)
			stripe_prune_range(p->s, (uint32_t)c->no, r.lo, r.hi,
			    pages);
	} else if (type == VEC_STR && pr->lit->type == TQL_STR) {
		if (!src->always && dict_hopeless(p, src, pr,
		    &none_left, e) == -1)
			return -1;
		if (none_left)
			memset(pages, 0, words * sizeof *pages);
		else if (pr->op == OP_EQ && pr->lit->s.n > 0)
			return stripe_prune_value(p->s, (uint32_t)c->no,
			    pr->lit->s, pages, e);
	}
	return 0;
}

/* Whether values of a column can satisfy at all, by type. */
static bool
fits(const struct source *src, enum vec_type type, const struct pred *pr)
{
	enum tql_type lit;

	if (pr->nil || src->map || type == VEC_ANY)
		return true;
	lit = pr->lit->type;
	if (type == VEC_STR || type == VEC_FIX8 || type == VEC_FIX16)
		return lit == TQL_STR;
	if (pr->op == OP_RE || pr->op == OP_NRE)
		return false;
	return src->as == lit || (tql_numeric(src->as) && tql_numeric(lit));
}

static int
leaf_source(struct part *p, const struct source *src, struct str key,
    const struct pred *pr, const uint64_t *sel, uint64_t *out,
    uint64_t *present, struct err *e)
{
	const struct vec *v = &src->col->vec;
	enum vec_type type = src->col->no == -1 ? v->type :
	    stripe_col(p->s, (uint32_t)src->col->no)->type;
	bool fit = fits(src, type, pr);

	if (!fit && !present)
		return 0;
	if (!present && !pr->nil && src->col->no != -1) {
		uint64_t *pages = part_pages(p,
		    stripe_col(p->s, (uint32_t)src->col->no)->rows, sel);
		size_t words = BITS_WORDS((stripe_col(p->s,
		    (uint32_t)src->col->no)->rows + PAGE_ROWS - 1) /
		    PAGE_ROWS);

		if (prune(p, src, pr, pages, e) == -1)
			return -1;
		if (!part_any(pages, words))
			return 0;
		if (part_load(p, src->col, NULL, pages, e) == -1)
			return -1;
		if (!src->col->all) {
			/* rows of pages passed over are not ours */
			uint64_t *mine = arena_zero(p->mem, uint64_t,
			    BITS_WORDS(v->rows) + 1);

			for (size_t k = 0; k < BITS_WORDS(v->rows); k++)
				if (bit_get(pages, (uint32_t)(k /
				    (PAGE_ROWS / 64))))
					mine[k] = sel ? sel[k] :
					    ~UINT64_C(0);
			sel = mine;
		}
	} else if (part_load(p, src->col, sel, NULL, e) == -1) {
		return -1;
	}
	if (fit && (type == VEC_STR || type == VEC_ANY))
		return strings(p, src, key, pr, sel, out, present, e);
	if (present)
		add_valid(v, sel, src->always, present);
	if (pr->nil)
		add_valid(v, sel, src->always, out);
	else if (!fit)
		return 0;
	else if (type == VEC_F64)
		floats(v, pr, sel, out);
	else if (type == VEC_INT || type == VEC_BOOL)
		ints(v, range_of(pr->op, pr->lit), sel, src->always, out);
	else if (!ids_equal(src, pr, sel, out))
		return ids(src, pr, sel, out, e);
	return 0;
}

/* Rows of the group's own table that satisfy; and those that have a value. */
int
leaf_rows(struct part *p, const struct tql_attr *a, const struct group *g,
    const struct pred *pr, const uint64_t *sel, uint64_t *out,
    uint64_t *present, struct err *e)
{
	for (uint32_t i = 0; i < g->n; i++)
		if (leaf_source(p, &g->src[i], a->name, pr, sel, out, present,
		    e) == -1)
			return -1;
	return 0;
}

/* Rows of another table as the selected spans that go with them. */
int
leaf_map(struct part *p, unsigned table, const uint64_t *bits,
    const uint64_t *sel, uint64_t *out, struct err *e)
{
	const int64_t *to;
	uint32_t rows = p->rows[table];

	if (!part_any(bits, BITS_WORDS(rows)))
		return 0;
	if (table == TR_TRACE) {
		if (part_traces(p, e) == -1)
			return -1;
		for (uint32_t t = 0; t < rows; t++)
			for (int64_t k = 0; bit_get(bits, t) &&
			    k < p->spans[t]; k++)
				if (bit_get(sel, (uint32_t)(p->first[t] + k)))
					bit_set(out,
					    (uint32_t)(p->first[t] + k));
		return 0;
	}
	if (table == TR_EVENT || table == TR_LINK) {
		if (part_ints(p, table, S("span"), NULL, &to, e) == -1)
			return -1;
		for (uint32_t r = 0; r < rows; r++)
			if (bit_get(bits, r) && bit_get(sel, (uint32_t)to[r]))
				bit_set(out, (uint32_t)to[r]);
		return 0;
	}
	if (part_ints(p, TR_SPAN, table == TR_RES ? S("res") : S("scope"),
	    sel, &to, e) == -1)
		return -1;
	for (size_t k = 0; k < p->words; k++)
		for (uint64_t w = sel[k]; w; w &= w - 1) {
			uint32_t row = (uint32_t)(k * 64) +
			    (uint32_t)__builtin_ctzll(w);

			if (bit_get(bits, (uint32_t)to[row]))
				bit_set(out, row);
		}
	return 0;
}

static void
without(uint64_t *a, const uint64_t *b, size_t words)
{
	for (size_t k = 0; k < words; k++)
		a[k] &= ~b[k];
}

/* One table's say: adds to out, and takes those that have it from rest. */
static int
leaf_group(struct part *p, const struct tql_attr *a, const struct group *g,
    const struct pred *pr, bool last, uint64_t *rest, uint64_t *out,
    struct err *e)
{
	uint64_t *there = last ? NULL : part_bits(p, TR_SPAN);

	if (g->table == TR_SPAN) {
		if (leaf_rows(p, a, g, pr, rest, out, there, e) == -1)
			return -1;
	} else {
		uint64_t *hit = part_bits(p, g->table);
		uint64_t *has = last ? NULL : part_bits(p, g->table);

		if (leaf_rows(p, a, g, pr, NULL, hit, has, e) == -1 ||
		    leaf_map(p, g->table, hit, rest, out, e) == -1 ||
		    (has && leaf_map(p, g->table, has, rest, there, e) == -1))
			return -1;
	}
	if (there)
		without(rest, there, p->words);
	return 0;
}

/* x = nil: for children, one that lacks it; else nothing that has it. */
static int
leaf_missing(struct part *p, const struct tql_attr *a, struct bind *b,
    const uint64_t *sel, uint64_t *out, struct err *e)
{
	struct pred there = { .nil = true, .raw = true, .op = OP_NE };
	struct group *g = &b->group[0];

	if (a->scope == SCOPE_EVENT || a->scope == SCOPE_LINK) {
		uint64_t *has = part_bits(p, g->table);

		if (leaf_rows(p, a, g, &there, NULL, has, NULL, e) == -1)
			return -1;
		for (size_t k = 0; k < BITS_WORDS(p->rows[g->table]); k++)
			has[k] = ~has[k];
		if (p->rows[g->table] % 64)
			has[p->rows[g->table] / 64] &=
			    (UINT64_C(1) << p->rows[g->table] % 64) - 1;
		return leaf_map(p, g->table, has, sel, out, e);
	}
	uint64_t *has = part_bits(p, TR_SPAN);

	if (leaf_spans(p, a, &there, sel, has, e) == -1)
		return -1;
	for (size_t k = 0; k < p->words; k++)
		out[k] |= sel[k] & ~has[k];
	return 0;
}

int
leaf_spans(struct part *p, const struct tql_attr *a, const struct pred *pr,
    const uint64_t *sel, uint64_t *out, struct err *e)
{
	uint64_t *rest;
	struct bind *b;

	if (part_bind(p, a, &b, e) == -1)
		return -1;
	if (pr->nil && pr->op == OP_EQ)
		return leaf_missing(p, a, b, sel, out, e);
	rest = arena_new(p->mem, uint64_t, p->words + 1);
	memcpy(rest, sel, p->words * sizeof *rest);
	for (uint32_t i = 0; i < b->n && part_any(rest, p->words); i++)
		if (leaf_group(p, a, &b->group[i], pr, i + 1 == b->n, rest,
		    out, e) == -1)
			return -1;
	return 0;
}
