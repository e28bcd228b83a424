/* Operators on points; tables against scalars. */
#include "query/binary.h"

#include <math.h>

const struct dialect dialect_promql = { .names = true };
const struct dialect dialect_logql = { .zero = ZERO_NAN };
const struct dialect dialect_traceql = { .zero = ZERO_NOTHING, .names = true };

const char *
bin_text(enum bin_op op)
{
	static const char *const text[BIN_OPS] = { "+", "-", "*", "/", "%",
	    "^", "atan2", "==", "!=", "<", "<=", ">", ">=", "and", "or",
	    "unless" };

	return text[op];
}

static bool
compare(enum bin_op op, double a, double b)
{
	switch (op) {
	case BIN_EQ: return a == b;
	case BIN_NE: return a != b;
	case BIN_LT: return a < b;
	case BIN_LE: return a <= b;
	case BIN_GT: return a > b;
	default: return a >= b;
	}
}

bool
bin_number(enum bin_op op, const struct dialect *d, double a, double b,
    double *out)
{
	if ((op == BIN_DIV || op == BIN_MOD) && b == 0 &&
	    d->zero != ZERO_IEEE) {
		*out = NAN;
		return d->zero == ZERO_NAN;
	}
	switch (op) {
	case BIN_ADD: *out = a + b; break;
	case BIN_SUB: *out = a - b; break;
	case BIN_MUL: *out = a * b; break;
	case BIN_DIV: *out = a / b; break;
	case BIN_MOD: *out = fmod(a, b); break;
	case BIN_POW: *out = pow(a, b); break;
	case BIN_ATAN2: *out = atan2(a, b); break;
	default: *out = compare(op, a, b);
	}
	return true;
}

static void
put(struct table *t, struct series *s, uint32_t step, struct bin_point p)
{
	if (p.h)
		table_put_hist(t, s, step, p.h);
	else
		table_put(s, step, p.v);
}

/* A histogram and a number: scaling, or nothing. */
static bool
scaled(const struct binary *b, struct bin_point x, struct bin_point y,
    struct table *t, struct series *s, uint32_t step)
{
	if (b->op == BIN_MUL && (!x.h || !y.h))
		table_put_hist(t, s, step, hist_scale(x.h ? x.h : y.h,
		    x.h ? y.v : x.v, t->mem));
	else if (b->op == BIN_DIV && x.h && !y.h && y.v != 0)
		table_put_hist(t, s, step, hist_scale(x.h, 1 / y.v, t->mem));
	else
		return false;
	return true;
}

void
bin_points(const struct binary *b, struct bin_point x, struct bin_point y,
    struct bin_point kept, struct table *t, struct series *s, uint32_t step,
    struct notes *notes)
{
	bool yes;
	double v;

	if (x.h || y.h) {
		if (scaled(b, x, y, t, s, step))
			return;
		if (!x.h || !y.h || (b->op != BIN_EQ && b->op != BIN_NE)) {
			notes_add(notes, NOTE_INFO, b->at, "PromQL info: "
			    "incompatible sample types encountered for "
			    "binary operator \"%s\": %s %s %s",
			    bin_text(b->op), x.h ? "histogram" : "float",
			    bin_text(b->op), y.h ? "histogram" : "float");
			return;
		}
		yes = hist_same(x.h, y.h) == (b->op == BIN_EQ);
		v = yes;
	} else {
		if (!bin_number(b->op, b->dialect, x.v, y.v, &v))
			return;
		yes = v != 0;
	}
	if (!bin_compares(b->op) || b->as_bool)
		table_put(s, step, v);
	else if (yes)
		put(t, s, step, kept);
}

int
bin_scalar(const struct binary *b, const struct table *in,
    const double *scalar, bool scalar_left, struct table *out,
    struct notes *notes, struct err *e)
{
	bool keep = bin_compares(b->op) && !b->as_bool;

	for (uint32_t i = 0; i < in->n; i++) {
		const struct series *from = &in->s[i];
		struct series *s = table_add(out, from->labels, e);

		if (!s)
			return -1;
		s->unname = from->unname || (!keep && b->dialect->names);
		for (uint32_t at = 0; at < in->steps; at++) {
			struct bin_point x = { table_hist(from, at),
			    from->v[at] }, y = { .v = scalar[at] };

			if (table_has(from, at))
				bin_points(b, scalar_left ? y : x,
				    scalar_left ? x : y, x, out, s, at, notes);
		}
	}
	table_sweep(out);
	return 0;
}
