/*
 * agg: one series a group out of many: sum by (job) (...), topk(3, ...).
 *
 * Groups are told by the labels that `by` picks; by no label at all, there is
 * one group without labels. AGG_TOPK, BOTTOMK, LIMITK and LIMIT_RATIO keep
 * series as they are, and drop points of them; with one step TOPK and BOTTOMK
 * give each group's best first. Histograms: COUNT, GROUP, COUNT_VALUES, LIMITK
 * and LIMIT_RATIO take them, the others ignore them with an info; SUM and AVG
 * of them are refused until there is an addition (hist.h).
 *
 * promql.md section 13, logql.md 10.4, traceql.md 10.
 */
#ifndef QUERY_AGG_H
#define QUERY_AGG_H

#include "query/notes.h"
#include "query/table.h"

enum agg_op {
	AGG_SUM, AGG_AVG, AGG_MIN, AGG_MAX, AGG_COUNT, AGG_GROUP, AGG_STDDEV,
	AGG_STDVAR, AGG_QUANTILE, AGG_COUNT_VALUES,
	AGG_TOPK, AGG_BOTTOMK, AGG_LIMITK, AGG_LIMIT_RATIO,
	AGG_OPS
};

struct agg {
	enum agg_op op;
	struct label_pick by;	/* {0}: one group */
	/* by step: the q of QUANTILE, the k of TOPK and the like, LIMIT_RATIO's
	 * ratio; else NULL */
	const double *param;
	struct str label;	/* COUNT_VALUES: where the value goes */
	bool last_of_equals;	/* TOPK, BOTTOMK: of equal values the later
				   series stays, not the earlier one */
	struct caret at, param_at;	/* for notes */
};

const char *agg_name(enum agg_op);
/* Into `out`, initialised with the steps of `in`. Texts are PromQL's. */
int agg_eval(const struct agg *, const struct table *in, struct table *out,
    struct notes *, struct err *);

/* agg's parts, which functions over time need as well. Kahan's sum: */
struct kahan { double sum, rest; };
void kahan_add(struct kahan *, double);
static inline double
kahan_sum(const struct kahan *k)
{
	return k->sum + k->rest;
}

/* A mean that does not overflow where its sum would. */
struct mean { struct kahan k; double n; bool running; };
void mean_add(struct mean *, double);
double mean_of(const struct mean *);

/* The q-quantile of n values, which are sorted in place, NaNs first; NaN of
 * none. PromQL 11.3. */
double agg_quantile(double q, double *v, uint32_t n);

/* Of agg.c's halves: which series are in which group. */
struct agg_groups {
	uint32_t n;
	uint32_t *of;		/* by series */
	struct labels *labels;	/* by group */
	uint32_t *member;	/* series of group k: from first[k] on */
	uint32_t *first;	/* n + 1 */
};
int agg_pick(const struct agg *, const struct agg_groups *,
    const struct table *in, struct table *out, struct notes *, struct err *);

#endif
