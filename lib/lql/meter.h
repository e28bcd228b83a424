/*
 * meter: where a range function collects its samples, a meter a worker; at the
 * end they are poured together and give the function's series.
 *
 * A series keeps counts by window, or what can be merged by atom (lql/grid.h),
 * never the samples: but for quantile_over_time and rate_counter, which need
 * them. logql.md 10.2.
 */
#ifndef LQL_METER_H
#define LQL_METER_H

#include "base/hash.h"
#include "lql/grid.h"
#include "lql/metric.h"
#include "query/table.h"

#define METER_CELLS_MAX	((uint64_t)16 << 20)	/* of all series, 8 to 24 B */
#define METER_SAMPLES_MAX ((uint64_t)32 << 20)	/* that are kept, 16 B */

struct atom {			/* what samples come to */
	double n;
	double a;		/* sum, mean, least, first, ... */
	union { double b; int64_t t; };	/* its rest, squares; its time */
};

struct raw { int64_t t; double v; };

struct metered {		/* a series */
	struct labels labels;
	int64_t *n, *bytes;	/* by window, as differences; or */
	struct atom *atom;	/* by atom; or */
	struct raw *raw;	/* samples, malloc'd */
	uint32_t nraw, cap;
};

struct meter {
	const struct lql_range *range;
	const struct grid *grid;
	struct grid_at at;	/* of the last sample */
	struct map map;		/* by labels */
	struct metered *s;
	uint32_t cap;
	uint64_t samples;
	struct arena mem;
	struct buf key;
};

void meter_init(struct meter *, const struct lql_range *, const struct grid *);
void meter_free(struct meter *);
/* The number of the series, UINT32_MAX: over the limit. */
uint32_t meter_series(struct meter *, struct labels, struct err *);
/* Turns to a time: m->at is what it lies in. false: in no window. */
bool meter_turn(struct meter *, int64_t time);
/* A sample at the time that it was turned to. */
int meter_add(struct meter *, uint32_t no, int64_t time, double value,
    struct err *);
/* n samples of value 1, in windows lo to hi. Of counts only. */
void meter_count(struct meter *, uint32_t no, uint32_t lo, uint32_t hi,
    uint32_t n);
int meter_pour(struct meter *to, const struct meter *from, struct err *);
/*
 * The function's series. ERR_QUERY: one of them carries an error. Those of
 * absent_over_time are made here.
 */
int meter_table(struct meter *, struct table *, struct err *);

/* rates.c: of n samples in order of time, in the window that ends at `end`. */
double meter_rate_counter(const struct raw *, uint32_t n, int64_t end,
    uint64_t width);
/* The q-quantile of n values, whose order is lost. */
double meter_quantile(double q, double *v, uint32_t n);

#endif
