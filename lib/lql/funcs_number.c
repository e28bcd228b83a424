/* funcs_number: the functions on numbers, sizes and durations. */
#include <math.h>

#include "base/num.h"
#include "lql/dec.h"
#include "lql/funcs.h"
#include "lql/number.h"

/* ---- conversions ------------------------------------------------------------------ */

/* "12.9" is 12; but not "1e3". */
static struct str
without_fraction(struct str s)
{
	size_t point = str_find(s, S("."));

	if (point > s.n)
		return s;
	for (size_t i = 0; i < s.n; i++)
		if (i != point && (s.p[i] < '0' || s.p[i] > '9') &&
		    (i > 0 || (s.p[i] != '-' && s.p[i] != '+')))
			return s;
	return str_mk(s.p, point);
}

/* Conversions take what they are given; no number is 0. */
static int64_t
to_int(const struct tmpl_value *v)
{
	int64_t i;

	switch (v->type) {
	case TMPL_BOOL: return v->b;
	case TMPL_INT: case TMPL_INT64: case TMPL_BYTE: return v->i;
	case TMPL_F64:
		return v->f > -9.3e18 && v->f < 9.2e18 ? (int64_t)v->f :
		    INT64_MIN;
	case TMPL_STR:
		return num_go_int(without_fraction(v->s), &i) ? i : 0;
	default: return 0;
	}
}

static double
to_float(const struct tmpl_value *v)
{
	double d;

	switch (v->type) {
	case TMPL_BOOL: return v->b;
	case TMPL_INT: case TMPL_INT64: case TMPL_BYTE: return (double)v->i;
	case TMPL_F64: return v->f;
	case TMPL_STR: return lql_read(LQL_AS_NUMBER, v->s, &d) ? d : 0;
	default: return 0;
	}
}

static int
fn_int(struct tmpl_call *c)
{
	*c->out = tmpl_int(to_int(&c->arg[0]));
	return 0;
}

static int
fn_float64(struct tmpl_call *c)
{
	*c->out = tmpl_f64(to_float(&c->arg[0]));
	return 0;
}

/* ---- whole numbers, which wrap around ----------------------------------------------- */

static int
fold(struct tmpl_call *c, int64_t (*op)(int64_t, int64_t))
{
	int64_t v = c->n > 0 ? to_int(&c->arg[0]) : 0;

	for (size_t i = 1; i < c->n; i++)
		v = op(v, to_int(&c->arg[i]));
	*c->out = tmpl_int64(v);
	return 0;
}

static int64_t
plus(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int64_t
minus(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

static int64_t
times(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a * (uint64_t)b);
}

static int64_t
greater(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t
smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int
fn_add(struct tmpl_call *c)
{
	return fold(c, plus);
}

static int
fn_sub(struct tmpl_call *c)
{
	return fold(c, minus);
}

static int
fn_mul(struct tmpl_call *c)
{
	return fold(c, times);
}

static int
fn_max(struct tmpl_call *c)
{
	return fold(c, greater);
}

static int
fn_min(struct tmpl_call *c)
{
	return fold(c, smaller);
}

static int
divided(struct tmpl_call *c, bool rest)
{
	int64_t a = to_int(&c->arg[0]), b = to_int(&c->arg[1]);

	if (b == 0)
		return err_set(c->e, ERR_QUERY,
		    "runtime error: integer divide by zero");
	if (b == -1)	/* where the least number would trap */
		*c->out = tmpl_int64(rest ? 0 : minus(0, a));
	else
		*c->out = tmpl_int64(rest ? a % b : a / b);
	return 0;
}

static int
fn_div(struct tmpl_call *c)
{
	return divided(c, false);
}

static int
fn_mod(struct tmpl_call *c)
{
	return divided(c, true);
}

/* ---- doubles ------------------------------------------------------------------------ */

static int
fold_float(struct tmpl_call *c, double (*op)(double, double))
{
	double v = c->n > 0 ? to_float(&c->arg[0]) : 0;

	for (size_t i = 1; i < c->n; i++)
		v = op(v, to_float(&c->arg[i]));
	*c->out = tmpl_f64(v);
	return 0;
}

static int
fn_addf(struct tmpl_call *c)
{
	return fold_float(c, dec_add);
}

static int
fn_subf(struct tmpl_call *c)
{
	return fold_float(c, dec_sub);
}

static int
fn_mulf(struct tmpl_call *c)
{
	return fold_float(c, dec_mul);
}

static int
fn_divf(struct tmpl_call *c)
{
	for (size_t i = 1; i < c->n; i++)
		if (fpclassify(to_float(&c->arg[i])) == FP_ZERO)
			return err_set(c->e, ERR_QUERY,
			    "decimal division by 0");
	return fold_float(c, dec_div);
}

/* NaN stays NaN, as with Go's math.Max. */
static double
most(double a, double b)
{
	return isnan(a) || isnan(b) ? NAN : fmax(a, b);
}

static double
least(double a, double b)
{
	return isnan(a) || isnan(b) ? NAN : fmin(a, b);
}

static int
fn_maxf(struct tmpl_call *c)
{
	return fold_float(c, most);
}

static int
fn_minf(struct tmpl_call *c)
{
	return fold_float(c, least);
}

static int
fn_ceil(struct tmpl_call *c)
{
	*c->out = tmpl_f64(ceil(to_float(&c->arg[0])));
	return 0;
}

static int
fn_floor(struct tmpl_call *c)
{
	*c->out = tmpl_f64(floor(to_float(&c->arg[0])));
	return 0;
}

/* round v places [up]: a fraction from `up` on is rounded up. */
static int
fn_round(struct tmpl_call *c)
{
	double up = c->n > 2 ? c->arg[2].f : 0.5, whole;
	double pow10 = pow(10, (double)c->arg[1].i);
	double digit = pow10 * to_float(&c->arg[0]);
	double part = modf(digit, &whole);

	*c->out = tmpl_f64((part >= up ? ceil(digit) : floor(digit)) / pow10);
	return 0;
}

/* ---- sizes and durations --------------------------------------------------------------- */

static int
read_as(struct tmpl_call *c, enum lql_form form, double *v)
{
	struct str s = c->arg[0].s;

	return lql_read(form, s, v) ? 0 : err_set(c->e, ERR_QUERY, "%.*s",
	    PS(lql_refusal(form, s, c->mem)));
}

static int
fn_bytes(struct tmpl_call *c)
{
	*c->out = tmpl_f64(0);
	return read_as(c, LQL_AS_BYTES, &c->out->f);
}

static int
fn_duration(struct tmpl_call *c)
{
	*c->out = tmpl_f64(0);
	if (read_as(c, LQL_AS_DURATION, &c->out->f) == -1)
		return -1;
	c->out->f /= 1e9;
	return 0;
}

const struct tmpl_func lql_number_funcs[] = {
	{ "int", "a", fn_int, false }, { "float64", "a", fn_float64, false },
	{ "add", "a+", fn_add, false }, { "sub", "aa", fn_sub, false },
	{ "mul", "aa+", fn_mul, false }, { "div", "aa", fn_div, false },
	{ "mod", "aa", fn_mod, false }, { "max", "aa+", fn_max, false },
	{ "min", "aa+", fn_min, false }, { "addf", "a+", fn_addf, false },
	{ "subf", "aa+", fn_subf, false }, { "mulf", "aa+", fn_mulf, false },
	{ "divf", "aa+", fn_divf, false }, { "maxf", "aa+", fn_maxf, false },
	{ "minf", "aa+", fn_minf, false }, { "ceil", "a", fn_ceil, false },
	{ "floor", "a", fn_floor, false }, { "round", "aif+", fn_round, false },
	{ "bytes", "s", fn_bytes, false },
	{ "duration", "s", fn_duration, false },
	{ "duration_seconds", "s", fn_duration, false },
	{ .name = NULL },
};
