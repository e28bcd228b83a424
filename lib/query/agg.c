/* Aggregations that make one number of many. */
#include "query/agg.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/num.h"

const char *
agg_name(enum agg_op op)
{
	static const char *const name[AGG_OPS] = { "sum", "avg", "min", "max",
	    "count", "group", "stddev", "stdvar", "quantile", "count_values",
	    "topk", "bottomk", "limitk", "limit_ratio" };

	return name[op];
}

/* ---- numbers ------------------------------------------------------------ */

void
kahan_add(struct kahan *k, double x)
{
	double t = k->sum + x;

	if (isinf(t))
		k->rest = 0;
	else if (fabs(k->sum) >= fabs(x))
		k->rest += (k->sum - t) + x;
	else
		k->rest += (x - t) + k->sum;
	k->sum = t;
}

void
mean_add(struct mean *m, double x)
{
	if (++m->n == 1) {
		m->k.sum = x;
		return;
	}
	if (!m->running) {
		struct kahan next = m->k;

		kahan_add(&next, x);
		if (!isinf(next.sum)) {
			m->k = next;
			return;
		}
		m->running = true;
		m->k.sum /= m->n - 1;
		m->k.rest /= m->n - 1;
	}
	double part = (m->n - 1) / m->n;
	struct kahan next = { part * m->k.sum, part * m->k.rest };

	kahan_add(&next, x / m->n);
	m->k = next;
}

double
mean_of(const struct mean *m)
{
	return m->running ? m->k.sum + m->k.rest :
	    m->k.sum / m->n + m->k.rest / m->n;
}

static int
nan_first(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	if (isnan(x) || isnan(y))
		return isnan(y) - isnan(x);
	return (x > y) - (x < y);
}

double
agg_quantile(double q, double *v, uint32_t n)
{
	double rank, part;
	uint32_t lo, hi;

	if (n == 0 || isnan(q))
		return NAN;
	if (q < 0 || q > 1)
		return q < 0 ? -INFINITY : INFINITY;
	qsort(v, n, sizeof *v, nan_first);
	rank = q * (n - 1);
	lo = (uint32_t)floor(rank);
	hi = lo + 1 < n ? lo + 1 : n - 1;
	part = rank - floor(rank);
	return v[lo] * (1 - part) + v[hi] * part;
}

/* ---- groups ------------------------------------------------------------- */

static void
groups_of(const struct agg *a, const struct table *in, struct arena *mem,
    struct agg_groups *g)
{
	struct map seen = { 0 };
	struct buf key = { 0 };

	*g = (struct agg_groups){ .of = arena_new(mem, uint32_t, in->n),
	    .labels = arena_new(mem, struct labels, in->n) };
	for (uint32_t i = 0; i < in->n; i++) {
		bool fresh;

		buf_reset(&key);
		labels_pick_key(&key, in->s[i].labels, &a->by);
		g->of[i] = map_add(&seen, buf_str(&key), &fresh);
		if (fresh)
			g->labels[g->n++] = labels_pick(in->s[i].labels,
			    &a->by, mem);
	}
	buf_free(&key);
	map_free(&seen);
	g->member = arena_new(mem, uint32_t, in->n);
	g->first = arena_zero(mem, uint32_t, g->n + 2);
	for (uint32_t i = 0; i < in->n; i++)
		g->first[g->of[i] + 2]++;
	for (uint32_t k = 2; k < g->n + 2; k++)
		g->first[k] += g->first[k - 1];
	for (uint32_t i = 0; i < in->n; i++)
		g->member[g->first[g->of[i] + 1]++] = i;
}

/* What an aggregation keeps of a group at a step. */
struct cell {
	union { struct kahan sum; struct mean mean; double v; } u;
	double n, m2;		/* stddev: count, sum of squares */
};

static void
cell_add(enum agg_op op, struct cell *c, double x)
{
	bool first = c->n++ == 0;

	switch (op) {
	case AGG_SUM:
		if (first)
			c->u.sum.sum = x;
		else
			kahan_add(&c->u.sum, x);
		break;
	case AGG_AVG: mean_add(&c->u.mean, x); break;
	case AGG_MIN:
		if (first || x < c->u.v || isnan(c->u.v))
			c->u.v = x;
		break;
	case AGG_MAX:
		if (first || x > c->u.v || isnan(c->u.v))
			c->u.v = x;
		break;
	case AGG_STDDEV: case AGG_STDVAR:
		if (first) {
			c->u.v = x;
			c->m2 = isfinite(x) ? 0 : NAN;
			break;
		}
		double far = x - c->u.v;

		c->u.v += far / c->n;
		c->m2 += far * (x - c->u.v);
		break;
	default: break;		/* the count is all */
	}
}

static double
cell_value(enum agg_op op, const struct cell *c)
{
	switch (op) {
	case AGG_SUM: return kahan_sum(&c->u.sum);
	case AGG_AVG: return mean_of(&c->u.mean);
	case AGG_COUNT: return c->n;
	case AGG_GROUP: return 1;
	case AGG_STDVAR: return c->m2 / c->n;
	case AGG_STDDEV: return sqrt(c->m2 / c->n);
	default: return c->u.v;
	}
}

/* Whether the op takes histograms; if not they are passed over, with a note. */
static bool
takes_hists(const struct agg *a)
{
	return a->op == AGG_COUNT || a->op == AGG_GROUP;
}

static int
add_series(const struct agg *a, const struct series *s, uint32_t steps,
    struct cell *cell, struct notes *notes, struct err *e)
{
	for (size_t k = 0; k < BITS_WORDS(steps); k++)
		for (uint64_t w = s->has[k]; w; w &= w - 1) {
			uint32_t at = (uint32_t)(k * 64) +
			    (uint32_t)__builtin_ctzll(w);

			if (!table_hist(s, at) || takes_hists(a))
				cell_add(a->op, &cell[at], s->v[at]);
			else if (a->op == AGG_SUM || a->op == AGG_AVG)
				return err_set(e, ERR_QUERY, "%s of native "
				    "histograms: not supported",
				    agg_name(a->op));
			else
				notes_add(notes, NOTE_INFO, a->at, "PromQL "
				    "info: ignored histogram in %s "
				    "aggregation", agg_name(a->op));
		}
	return 0;
}

static int
folded(const struct agg *a, const struct agg_groups *g,
    const struct table *in, struct table *out, struct notes *notes,
    struct err *e)
{
	struct cell *cell = arena_zero(out->mem, struct cell,
	    (size_t)g->n * in->steps);

	for (uint32_t i = 0; i < in->n; i++)
		if (add_series(a, &in->s[i], in->steps, cell +
		    (size_t)g->of[i] * in->steps, notes, e) == -1)
			return -1;
	for (uint32_t k = 0; k < g->n; k++) {
		struct series *s = table_add(out, g->labels[k], e);
		const struct cell *c = cell + (size_t)k * in->steps;

		if (!s)
			return -1;
		for (uint32_t at = 0; at < in->steps; at++)
			if (c[at].n > 0)
				table_put(s, at, cell_value(a->op, &c[at]));
	}
	return 0;
}

/* ---- of all values of a group ------------------------------------------- */

static int
quantiles(const struct agg *a, const struct agg_groups *g,
    const struct table *in, struct table *out, struct notes *notes,
    struct err *e)
{
	double *v = arena_new(out->mem, double, in->n);

	for (uint32_t k = 0; k < g->n; k++) {
		struct series *s = table_add(out, g->labels[k], e);

		if (!s)
			return -1;
		for (uint32_t at = 0; at < in->steps; at++) {
			uint32_t n = 0;

			for (uint32_t i = g->first[k]; i < g->first[k + 1];
			    i++) {
				const struct series *from =
				    &in->s[g->member[i]];

				if (!table_has(from, at))
					continue;
				if (!table_hist(from, at))
					v[n++] = from->v[at];
				else
					notes_add(notes, NOTE_INFO, a->at,
					    "PromQL info: ignored histogram "
					    "in quantile aggregation");
			}
			if (n > 0)
				table_put(s, at, agg_quantile(a->param[at], v,
				    n));
		}
	}
	return 0;
}

static void
check_q(const struct agg *a, uint32_t steps, struct notes *notes)
{
	for (uint32_t at = 0; at < steps; at++) {
		double q = a->param[at];
		char text[32];

		if (!(q >= 0 && q <= 1))
			notes_add(notes, NOTE_WARNING, a->param_at, "PromQL "
			    "warning: quantile value should be between 0 and "
			    "1, got %s", num_fmt_f64(text, q));
	}
}

/* The shortest decimal form, never with an exponent. */
static struct str
plain_f64(double x, struct arena *mem)
{
	char text[400];

	if (!isfinite(x))
		return isnan(x) ? S("NaN") : x > 0 ? S("+Inf") : S("-Inf");
	for (int digits = 0; digits < 350; digits++) {
		snprintf(text, sizeof text, "%.*f", digits, x);
		if (strtod(text, NULL) == x)
			break;
	}
	return arena_str(mem, str_of(text));
}

static int
count_values(const struct agg *a, const struct agg_groups *g,
    const struct table *in, struct table *out, struct err *e)
{
	struct map seen = { 0 };
	struct buf key = { 0 };
	int r = 0;

	for (uint32_t i = 0; i < in->n; i++)
		for (uint32_t at = 0; at < in->steps && r == 0; at++) {
			const struct hist *h = table_hist(&in->s[i], at);
			struct label l = { .name = a->label };
			struct labels all;
			uint32_t no;
			bool fresh;

			if (!table_has(&in->s[i], at))
				continue;
			buf_reset(&key);
			if (h)
				hist_print(&key, h);
			l.value = h ? arena_str(out->mem, buf_str(&key)) :
			    plain_f64(in->s[i].v[at], out->mem);
			all = labels_set(g->labels[g->of[i]], l, out->mem);
			buf_reset(&key);
			labels_key(&key, all);
			no = map_add(&seen, buf_str(&key), &fresh);
			if (fresh && !table_add(out, all, e))
				r = -1;
			else
				table_put(&out->s[no], at, out->s[no].v[at] +
				    1);
		}
	buf_free(&key);
	map_free(&seen);
	return r;
}

/* A label's name must be text, and some. */
static int
check_name(struct str name, struct err *e)
{
	struct buf b = { 0 };
	bool bad = name.n == 0;
	unsigned n;

	for (struct str s = name; s.n > 0; s = str_skip(s, n ? n : 1)) {
		n = str_utf8(s);
		bad |= n == 0;
		if (n == 0)
			buf_addf(&b, "\\x%02x", (uint8_t)*s.p);
		else
			buf_add(&b, s.p, n);
	}
	if (bad)
		err_set(e, ERR_QUERY, "invalid label name \"%.*s\"",
		    (int)(b.n > 100 ? 100 : b.n), b.p);
	buf_free(&b);
	return bad ? -1 : 0;
}

int
agg_eval(const struct agg *a, const struct table *in, struct table *out,
    struct notes *notes, struct err *e)
{
	struct agg_groups g;
	int r;

	if (a->op == AGG_COUNT_VALUES && check_name(a->label, e) == -1)
		return -1;
	if (a->op == AGG_QUANTILE)
		check_q(a, in->steps, notes);
	groups_of(a, in, out->mem, &g);
	if (a->op >= AGG_TOPK)
		r = agg_pick(a, &g, in, out, notes, e);
	else if (a->op == AGG_QUANTILE)
		r = quantiles(a, &g, in, out, notes, e);
	else if (a->op == AGG_COUNT_VALUES)
		r = count_values(a, &g, in, out, e);
	else
		r = folded(a, &g, in, out, notes, e);
	if (r == 0)
		table_sweep(out);
	return r;
}
