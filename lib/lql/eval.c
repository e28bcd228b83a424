#include "lql/eval.h"

#include <math.h>
#include <stdlib.h>

#include "base/num.h"
#include "query/agg.h"

/* ---- leaves ----------------------------------------------------------------- */

/* The range functions below m, each with the sum right around it. */
static uint32_t
leaves(const struct lql_metric *m, const struct lql_grouping *sum,
    struct eval *ev, uint32_t n)
{
	switch (m->kind) {
	case LQL_M_RANGE:
		if (ev->leaf) {
			ev->leaf[n].range = m->range;
			sampler_init(&ev->leaf[n].sampler, m->range, sum,
			    ev->mem);
		}
		return n + 1;
	case LQL_M_AGG:
		return leaves(m->agg->of, m->agg->op == LQL_A_SUM ?
		    &m->agg->by : NULL, ev, n);
	case LQL_M_REPLACE: return leaves(m->replace->of, NULL, ev, n);
	case LQL_M_BINARY:
		return leaves(m->r, NULL, ev, leaves(m->l, NULL, ev, n));
	default: return n;
	}
}

int
eval_init(struct eval *ev, const struct lql_metric *m,
    const struct lql_times *t, unsigned workers, struct arena *mem,
    struct err *e)
{
	uint32_t n;

	*ev = (struct eval){ .root = m, .times = *t, .workers = workers,
		.mem = mem, .notes = { .mem = mem } };
	n = leaves(m, NULL, ev, 0);
	ev->leaf = arena_zero(mem, struct leaf, n + 1);
	leaves(m, NULL, ev, 0);
	for (; ev->n < n; ev->n++) {
		struct leaf *l = &ev->leaf[ev->n];

		if (grid_init(&l->grid, t, (uint64_t)l->range->ns,
		    l->range->offset, e) == -1) {
			eval_free(ev);
			return -1;
		}
		l->meter = xcalloc(workers, sizeof *l->meter);
		for (unsigned w = 0; w < workers; w++)
			meter_init(&l->meter[w], l->range, &l->grid);
	}
	return 0;
}

void
eval_free(struct eval *ev)
{
	for (uint32_t i = 0; i < ev->n; i++) {
		for (unsigned w = 0; w < ev->workers; w++)
			meter_free(&ev->leaf[i].meter[w]);
		free(ev->leaf[i].meter);
	}
	ev->n = 0;
}

int
eval_take(struct leaf *l, unsigned worker, struct lql_entry *en,
    int64_t time, bool all, struct err *e)
{
	struct meter *m = &l->meter[worker];
	struct sample s;
	uint32_t no;

	if (!meter_turn(m, time) || !sampler_take(&l->sampler, all, en, &s))
		return 0;
	no = meter_series(m, s.labels, e);
	return no == UINT32_MAX ? -1 : meter_add(m, no, time, s.value, e);
}

/* ---- the tree --------------------------------------------------------------- */

static int evaluate(struct eval *, const struct lql_metric *, struct table *,
    struct err *);

static double *
everywhere(struct eval *ev, double v)
{
	double *out = arena_new(ev->mem, double, ev->times.steps);

	for (uint32_t i = 0; i < ev->times.steps; i++)
		out[i] = v;
	return out;
}

static int
constant(struct eval *ev, double v, struct table *out, struct err *e)
{
	struct series *s = table_add(out, (struct labels){ NULL, 0 }, e);

	for (uint32_t i = 0; s && i < ev->times.steps; i++)
		table_put(s, i, v);
	return s ? 0 : -1;
}

static int
ranged(struct eval *ev, const struct lql_range *r, struct table *out,
    struct err *e)
{
	struct leaf *l = ev->leaf;

	while (l->range != r)
		l++;
	for (unsigned w = 1; w < ev->workers; w++)
		if (meter_pour(&l->meter[0], &l->meter[w], e) == -1)
			return -1;
	return meter_table(&l->meter[0], out, e);
}

struct sorting { bool down; };

/* NaN is last either way; of equals the lesser labels first. */
static int
by_value(const void *a, const void *b, void *arg)
{
	const struct series *x = a, *y = b;
	bool down = ((const struct sorting *)arg)->down;
	double u = x->v[0], v = y->v[0];

	if (isnan(u) || isnan(v))
		return isnan(u) != isnan(v) ? isnan(u) - isnan(v) :
		    labels_cmp(x->labels, y->labels);
	if (u < v || u > v)
		return (u < v) == down ? 1 : -1;
	return labels_cmp(x->labels, y->labels);
}

static int
aggregated(struct eval *ev, const struct lql_metric *m, struct table *out,
    struct err *e)
{
	static const enum agg_op op[] = { AGG_SUM, AGG_AVG, AGG_COUNT, AGG_MIN,
		AGG_MAX, AGG_STDDEV, AGG_STDVAR, AGG_TOPK, AGG_BOTTOMK,
		AGG_TOPK };
	const struct lql_agg *a = m->agg;
	struct sorting how = { .down = a->op == LQL_A_SORT_DESC };
	struct table in;

	if (a->op == LQL_A_APPROX_TOPK && !ev->times.instant)
		return err_set(e, ERR_QUERY, "count min sketches are only "
		    "supported on instant queries");
	table_init(&in, out->steps, out->mem);
	if (evaluate(ev, a->of, &in, e) == -1)
		return -1;
	if (a->op >= LQL_A_SORT) {
		if (ev->times.instant && in.n > 1)
			qsort_r(in.s, in.n, sizeof *in.s, by_value, &how);
		*out = in;
		return 0;
	}
	struct agg ag = { .op = op[a->op], .by = a->by.by, .at = m->at,
		.param = everywhere(ev, (double)a->k) };

	table_sort(&in);	/* which of equals are best is then known */
	return agg_eval(&ag, &in, out, &ev->notes, e);
}

static int
replaced(struct eval *ev, const struct lql_replace *r, struct table *t,
    struct err *e)
{
	struct buf b = { 0 };
	int got = evaluate(ev, r->of, t, e);

	for (uint32_t i = 0; i < t->n && got != -1; i++) {
		struct labels *l = &t->s[i].labels;
		struct str src = labels_get(*l, r->src);

		buf_reset(&b);
		got = re_match(r->re, src, e);
		if (got == 1)
			got = re_replace(r->re, src, r->with, false, &b, e);
		else
			continue;
		*l = labels_set(*l, (struct label){ r->dst, arena_str(ev->mem,
		    buf_str(&b)), LABEL_STR }, ev->mem);
	}
	buf_free(&b);
	return got == -1 ? -1 : 0;
}

static int
combined(struct eval *ev, const struct lql_metric *m, struct table *out,
    struct err *e)
{
	bool left = m->l->kind == LQL_M_NUMBER;
	struct table l, r;

	table_init(&l, out->steps, out->mem);
	table_init(&r, out->steps, out->mem);
	if (left || m->r->kind == LQL_M_NUMBER) {
		if (evaluate(ev, left ? m->r : m->l, &l, e) == -1)
			return -1;
		return bin_scalar(m->op, &l, everywhere(ev, (left ? m->l :
		    m->r)->number), left, out, &ev->notes, e);
	}
	if (evaluate(ev, m->l, &l, e) == -1 || evaluate(ev, m->r, &r, e) == -1)
		return -1;
	return bin_tables(m->op, &l, &r, out, &ev->notes, e);
}

/* `out` is initialised, and empty. */
static int
evaluate(struct eval *ev, const struct lql_metric *m, struct table *out,
    struct err *e)
{
	switch (m->kind) {
	case LQL_M_NUMBER:
		if (m != ev->root)
			return err_set(e, ERR_QUERY, "a number is no vector; "
			    "vector(%g) is", m->number);
		return constant(ev, m->number, out, e);
	case LQL_M_VECTOR: return constant(ev, m->number, out, e);
	case LQL_M_RANGE: return ranged(ev, m->range, out, e);
	case LQL_M_AGG: return aggregated(ev, m, out, e);
	case LQL_M_REPLACE: return replaced(ev, m->replace, out, e);
	default: return combined(ev, m, out, e);
	}
}

/* ---- the answer ------------------------------------------------------------- */

static bool
sorts(const struct lql_metric *m)
{
	switch (m->kind) {
	case LQL_M_AGG:
		return m->agg->op >= LQL_A_SORT || sorts(m->agg->of);
	case LQL_M_REPLACE: return sorts(m->replace->of);
	case LQL_M_BINARY: return sorts(m->l) || sorts(m->r);
	default: return false;
	}
}

/* Points of the second go to the first, if it has none at those steps. */
static bool
merged(struct series *a, const struct series *b, uint32_t steps)
{
	for (size_t k = 0; k < BITS_WORDS(steps); k++)
		if (a->has[k] & b->has[k])
			return false;
	for (uint32_t i = 0; i < steps; i++)
		if (table_has(b, i))
			table_put(a, i, b->v[i]);
	return true;
}

/* After label_replace several series may have the same labels. */
static void
merge_equal(struct table *t)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < t->n; i++)
		if (n == 0 || labels_cmp(t->s[n - 1].labels,
		    t->s[i].labels) != 0 || !merged(&t->s[n - 1], &t->s[i],
		    t->steps))
			t->s[n++] = t->s[i];
	t->n = n;
}

static int
check_ranges(const struct eval *ev, int64_t max, struct err *e)
{
	char is[64], most[64];

	for (uint32_t i = 0; i < ev->n; i++)
		if (max > 0 && ev->leaf[i].range->ns > max)
			return err_set(e, ERR_QUERY, "[interval] value exceeds "
			    "limit: [%s] > [%s]", num_fmt_prom_duration(is,
			    ev->leaf[i].range->ns),
			    num_fmt_prom_duration(most, max));
	return 0;
}

int
eval_finish(struct eval *ev, const struct eval_limits *max,
    struct table *out, struct err *e)
{
	table_init(out, ev->times.steps, ev->mem);
	if (max && check_ranges(ev, max->range, e) == -1)
		return -1;
	if (evaluate(ev, ev->root, out, e) == -1)
		return -1;
	table_sweep(out);
	if (!ev->times.instant || !sorts(ev->root)) {
		table_sort(out);
		merge_equal(out);
	}
	if (max && max->series > 0 && out->n > max->series)
		return err_set(e, ERR_LIMIT, "maximum number of series (%u) "
		    "reached for a single query; consider reducing query "
		    "cardinality by adding more specific stream selectors, "
		    "reducing the time range, or aggregating results with "
		    "functions like sum, count, or topk", max->series);
	return 0;
}

bool
eval_scalar(const struct eval *ev)
{
	return ev->root->kind == LQL_M_NUMBER;
}
