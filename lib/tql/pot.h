/*
 * pot: where a metrics query collects its series, one pot a worker and
 * function; at the end pots of a function are poured together.
 */
#ifndef TQL_POT_H
#define TQL_POT_H

#include "base/hash.h"
#include "tql/exemplar.h"
#include "tql/metrics.h"
#include "tql/part.h"

#define POT_FEW		4u
#define POT_SERIES_MAX	1000000u

/*
 * A series in the making, by step. Of compare() most have a value at a step or
 * two, and most are not shown: those are kept as pairs.
 */
struct acc {
	struct labels labels;
	double *n;		/* values; NULL: in `few` */
	double *v, *rest;	/* sum and its rest; least or greatest */
	struct { uint32_t step, n; } few[POT_FEW];
	uint32_t nfew;
};

/* How many values there are at a step. */
static inline double
acc_n(const struct acc *a, uint32_t step)
{
	if (a->n)
		return a->n[step];
	for (uint32_t i = 0; i < a->nfew; i++)
		if (a->few[i].step == step)
			return a->few[i].n;
	return 0;
}

struct pot {
	const struct tql_metric *m;
	uint32_t steps;
	struct map map;		/* by label set */
	struct acc *acc;
	uint32_t cap, wide;	/* room; those that are not few */
	struct arena mem;
	struct exemplars ex;
};

void pot_init(struct pot *, const struct tql_metric *, uint32_t steps);
void pot_free(struct pot *);
/* The series' number, UINT32_MAX: over the limit. */
uint32_t pot_series(struct pot *, struct labels, struct err *);
/* A value of `n` spans. */
int pot_add(struct pot *, uint32_t no, uint32_t step, double n, double v,
    struct err *);
int pot_pour(struct pot *to, const struct pot *from, struct err *);
/* The function's series, before anything is done with them. */
int pot_table(const struct pot *, const struct tql_range *, struct table *,
    struct err *);

/* Log2 of the bucket of a value, 0: it is dropped. */
static inline unsigned
pot_bucket(uint64_t v)
{
	return v < 2 ? 0 : v == 2 ? 1 :
	    64u - (unsigned)__builtin_clzll(v - 1);
}

/* The q-quantile of counts of buckets, bounds ascending. */
double pot_quantile(double q, const double *bound, const double *count,
    uint32_t n);

/* measure.c: adds the spans of a part that the pipeline left. `step` is by
 * span, UINT32_MAX: out of the range. */
int pot_measure(struct pot *, struct part *, const uint64_t *bits,
    const uint32_t *step, struct err *);
/* compare.c: the same for compare(). */
int pot_compare(struct pot *, struct part *, const uint64_t *bits,
    const uint32_t *step, struct err *);
int pot_compare_table(const struct pot *, struct table *, struct err *);

/* A value as a label, its text in the arena; "" for what is none. */
struct label pot_label(struct str name, const struct tql_val *,
    struct arena *);

#endif
