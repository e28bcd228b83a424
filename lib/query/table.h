/*
 * table: what a metrics query works on: series by steps, a column a series.
 *
 *     struct table t;
 *
 *     table_init(&t, steps, &arena);
 *     s = table_add(&t, labels, &e);	NULL: over the limit of points
 *     table_put(s, step, value);
 *
 * A series has at each step a number, a native histogram, or nothing. The
 * times of the steps are the caller's: an instant query has one. Series stand
 * in the order they were added in; label sets may repeat until table_finish.
 * All memory is the arena's. PromQL 5 and 7, logql.md 10.3, traceql.md 10.
 *
 * A scalar of PromQL is no table but a double a step.
 */
#ifndef QUERY_TABLE_H
#define QUERY_TABLE_H

#include "base/err.h"
#include "block/vec.h"
#include "query/hist.h"
#include "query/labels.h"

#define TABLE_POINTS_MAX	(UINT64_C(16) << 20)	/* 128 MiB */

struct series {
	struct labels labels;
	double *v;		/* by step, 0 where there is none */
	uint64_t *has;		/* bit a step: a number or a histogram */
	const struct hist **h;	/* by step, NULL: a number; or NULL itself */
	bool unname;		/* PromQL: the name goes at the end */
};

struct table {
	struct arena *mem;
	uint32_t steps;
	struct series *s;
	uint32_t n, cap;
};

void table_init(struct table *, uint32_t steps, struct arena *);
struct series *table_add(struct table *, struct labels, struct err *);
void table_put_hist(struct table *, struct series *, uint32_t step,
    const struct hist *);

static inline void
table_put(struct series *s, uint32_t step, double v)
{
	s->v[step] = v;
	bit_set(s->has, step);
}

static inline bool
table_has(const struct series *s, uint32_t step)
{
	return bit_get(s->has, step);
}

static inline const struct hist *
table_hist(const struct series *s, uint32_t step)
{
	return s->h ? s->h[step] : NULL;
}

/* Without the series that have no point. */
void table_sweep(struct table *);
/* By labels. */
void table_sort(struct table *);
/*
 * The end of a query: names that are to go do, series that are then equal
 * become one. -1 (ERR_QUERY) when two of them have a point at one step.
 */
int table_finish(struct table *, struct err *);

#endif
