#include "tql/value.h"

#include <math.h>

#include "base/num.h"

const char *
tql_op_text(enum tql_op op)
{
	static const char *const text[OPS] = {
		"+", "-", "*", "/", "%", "^", "=", "!=", "<", "<=", ">", ">=",
		"=~", "!~", "&&", "||", "!", "-",
		">", "<", ">>", "<<", "~", "!>", "!<", "!>>", "!<<", "!~",
		"&>", "&<", "&>>", "&<<", "&~",
	};

	return text[op];
}

struct str
tql_status_word(int64_t v)
{
	static const struct str word[] = { S("unset"), S("ok"), S("error") };

	return v >= 0 && v < 3 ? word[v] : word[0];
}

struct str
tql_kind_word(int64_t v)
{
	static const struct str word[] = { S("unspecified"), S("internal"),
	    S("server"), S("client"), S("producer"), S("consumer") };

	return v >= 0 && v < 6 ? word[v] : word[0];
}

static double
as_f64(const struct tql_val *v)
{
	return v->type == TQL_FLOAT ? v->f : (double)v->i;
}

/* An integer against a double, exactly: no int64 is lost to rounding. */
static int
int_f64_cmp(int64_t i, double f)
{
	if (f != f)
		return 2;
	if (f >= 9223372036854775808.0)
		return -1;
	if (f < -9223372036854775808.0)
		return 1;
	int64_t whole = (int64_t)f;
	if (i != whole)
		return i < whole ? -1 : 1;
	double rest = f - (double)whole;
	return rest > 0 ? -1 : rest < 0;
}

int
tql_num_cmp(const struct tql_val *a, const struct tql_val *b)
{
	bool af = a->type == TQL_FLOAT, bf = b->type == TQL_FLOAT;

	if (!af && !bf)
		return a->i < b->i ? -1 : a->i > b->i;
	if (!af)
		return int_f64_cmp(a->i, b->f);
	if (!bf) {
		int c = int_f64_cmp(b->i, a->f);

		return c == 2 ? 2 : -c;
	}
	return a->f != a->f || b->f != b->f ? 2 :
	    a->f < b->f ? -1 : a->f > b->f;
}

static bool
holds(enum tql_op op, int c)
{
	switch (op) {
	case OP_EQ: return c == 0;
	case OP_NE: return c != 0;
	case OP_LT: return c < 0;
	case OP_LE: return c <= 0;
	case OP_GT: return c > 0 && c != 2;
	case OP_GE: return c >= 0 && c != 2;
	default: return false;
	}
}

/* Comparison of scalars: false when the types do not fit. */
static int
scalar_cmp(enum tql_op op, const struct tql_val *a, const struct tql_val *b,
    struct re *re, bool *out, struct err *e)
{
	*out = false;
	if (op == OP_RE || op == OP_NRE) {
		if (a->type != TQL_STR || b->type != TQL_STR || !re)
			return 0;
		int r = re_match(re, a->s, e);
		if (r == -1)
			return -1;
		*out = (r == 1) == (op == OP_RE);
	} else if (tql_numeric(a->type) && tql_numeric(b->type)) {
		*out = holds(op, tql_num_cmp(a, b));
	} else if (a->type == b->type && a->type == TQL_STR) {
		int c = str_cmp(a->s, b->s);

		*out = holds(op, c < 0 ? -1 : c > 0);
	} else if (a->type == b->type && a->type != TQL_NIL &&
	    (op == OP_EQ || op == OP_NE)) {
		*out = (a->i == b->i) == (op == OP_EQ);
	}
	return 0;
}

/* Of an array, that of its elements. */
static enum tql_type
element_type(const struct tql_val *v)
{
	return v->type == TQL_ARRAY && v->n > 0 ? v->a[0].type : v->type;
}

static bool
fit(enum tql_type a, enum tql_type b)
{
	return a == b || (tql_numeric(a) && tql_numeric(b));
}

/*
 * Any element satisfies; but for != and !~ all must. One of the wrong type
 * satisfies neither.
 */
static int
array_cmp(enum tql_op op, const struct tql_val *a, const struct tql_val *b,
    struct re *re, bool *out, struct err *e)
{
	bool left = a->type == TQL_ARRAY, all = op == OP_NE || op == OP_NRE;
	const struct tql_val *arr = left ? a : b;

	*out = false;
	if (a->type == TQL_ARRAY && b->type == TQL_ARRAY)
		return fit(element_type(a), element_type(b)) ?
		    err_set(e, ERR_QUERY, "an array %s an array: arrays "
		    "compare with single values only", tql_op_text(op)) : 0;
	*out = all && arr->n > 0;
	for (uint32_t k = 0; k < arr->n; k++) {
		bool one;

		if (scalar_cmp(op, left ? &arr->a[k] : a,
		    left ? b : &arr->a[k], re, &one, e) == -1)
			return -1;
		if (one != all) {
			*out = one;
			return 0;
		}
	}
	return 0;
}

/* b to the power a: the reference swaps the operands of integers, and its
 * users' queries mean that. Overflow gives any number. traceql.md 6. */
static int64_t
int_pow(int64_t a, int64_t b)
{
	uint64_t base = (uint64_t)b, r = 1;

	if (a < 0)
		return b == 1 ? 1 : b == -1 ? (a % 2 ? -1 : 1) : 0;
	for (uint64_t n = (uint64_t)a; n > 0; n >>= 1) {
		if (n & 1)
			r *= base;
		base *= base;
	}
	return (int64_t)r;
}

static int
int_math(enum tql_op op, int64_t a, int64_t b, int64_t *out, struct err *e)
{
	if ((op == OP_DIV || op == OP_MOD) && b == 0)
		return err_set(e, ERR_QUERY, "integer division by zero");
	switch (op) {
	case OP_ADD: *out = (int64_t)((uint64_t)a + (uint64_t)b); break;
	case OP_SUB: *out = (int64_t)((uint64_t)a - (uint64_t)b); break;
	case OP_MUL: *out = (int64_t)((uint64_t)a * (uint64_t)b); break;
	case OP_DIV: *out = b == -1 ? (int64_t)-(uint64_t)a : a / b; break;
	case OP_MOD: *out = b == -1 ? 0 : a % b; break;
	default: *out = int_pow(a, b);
	}
	return 0;
}

static double
float_math(enum tql_op op, double a, double b)
{
	switch (op) {
	case OP_ADD: return a + b;
	case OP_SUB: return a - b;
	case OP_MUL: return a * b;
	case OP_DIV: return a / b;
	case OP_MOD: return fmod(a, b);
	default: return pow(a, b);
	}
}

static int
arithmetic(enum tql_op op, const struct tql_val *a, const struct tql_val *b,
    struct tql_val *out, struct err *e)
{
	*out = tql_bool(false);
	if (!tql_numeric(element_type(a)) || !tql_numeric(element_type(b)))
		return 0;
	if (a->type == TQL_ARRAY || b->type == TQL_ARRAY)
		return err_set(e, ERR_QUERY, "%s on an array",
		    tql_op_text(op));
	if (a->type == TQL_INT && b->type == TQL_INT) {
		out->type = TQL_INT;
		return int_math(op, a->i, b->i, &out->i, e);
	}
	out->type = TQL_FLOAT;
	out->f = float_math(op, as_f64(a), as_f64(b));
	return 0;
}

int
tql_binary(enum tql_op op, const struct tql_val *a, const struct tql_val *b,
    struct re *re, struct tql_val *out, struct err *e)
{
	bool r = false;

	if (op <= OP_POW)
		return arithmetic(op, a, b, out, e);
	if (op == OP_AND)
		r = tql_true(a) && tql_true(b);
	else if (op == OP_OR)
		r = tql_true(a) || tql_true(b);
	else if ((a->type == TQL_ARRAY || b->type == TQL_ARRAY
	    ? array_cmp : scalar_cmp)(op, a, b, re, &r, e) == -1)
		return -1;
	*out = tql_bool(r);
	return 0;
}

int
tql_unary(enum tql_op op, const struct tql_val *v, struct tql_val *out,
    struct err *e)
{
	*out = *v;
	if (v->type == TQL_NIL)
		return 0;
	if (op == OP_NOT) {
		if (v->type != TQL_BOOL)
			return err_set(e, ERR_QUERY, "! of what is no bool");
		out->i = !v->i;
		return 0;
	}
	if (!tql_numeric(v->type))
		return err_set(e, ERR_QUERY, "- of what is no number");
	if (v->type == TQL_FLOAT)
		out->f = -v->f;
	else
		out->i = (int64_t)-(uint64_t)v->i;
	return 0;
}

static void
print_float(struct buf *b, double f)
{
	char text[32];

	num_fmt_f64(text, f);
	buf_adds(b, str_of(text));
	if (f - f == 0 && !strpbrk(text, ".e"))
		buf_adds(b, S(".0"));
}

void
tql_val_print(struct buf *b, const struct tql_val *v)
{
	char text[40];

	switch (v->type) {
	case TQL_INT: buf_addf(b, "%lld", (long long)v->i); break;
	case TQL_FLOAT: print_float(b, v->f); break;
	case TQL_DURATION:
		buf_adds(b, str_of(num_fmt_go_duration(text, v->i)));
		break;
	case TQL_STR:
		buf_u8(b, '`');
		buf_adds(b, v->s);
		buf_u8(b, '`');
		break;
	case TQL_BOOL: buf_adds(b, v->i ? S("true") : S("false")); break;
	case TQL_STATUS: buf_adds(b, tql_status_word(v->i)); break;
	case TQL_KIND: buf_adds(b, tql_kind_word(v->i)); break;
	case TQL_ARRAY:
		buf_u8(b, '[');
		for (uint32_t k = 0; k < v->n; k++) {
			if (k > 0)
				buf_adds(b, S(", "));
			tql_val_print(b, &v->a[k]);
		}
		buf_u8(b, ']');
		break;
	default: buf_adds(b, S("nil"));
	}
}
