/*
 * metrics: a metrics query over a store's view. traceql.md section 10.
 *
 * Interval i covers (start + i * step, start + (i + 1) * step], a span counts
 * where it starts; the result has a step an interval. Intervals lie on
 * multiples of the step, so the first and the last may stick out of the range;
 * spans out there do not count.
 */
#ifndef TQL_METRICS_H
#define TQL_METRICS_H

#include "query/table.h"
#include "tql/run.h"

#define TQL_STEPS_MAX	100000u

struct tql_range {
	uint64_t from, to;	/* ns: spans that start in (from, to] count */
	uint64_t start, end;	/* the same, widened to whole intervals */
	uint64_t step;
	uint32_t steps;
};

/* The intervals of `step` ns that hold (from, to]; step 0: one, as it is. */
int tql_range(struct tql_range *, uint64_t from, uint64_t to, uint64_t step,
    struct err *);
/* When interval `no` ends. */
uint64_t tql_range_at(const struct tql_range *, uint32_t no);
/* The roundest step that gives at most 100 points. */
uint64_t tql_range_step(uint64_t from, uint64_t to);

#define TQL_EXEMPLARS_MAX	100u

struct tql_metrics_opts {
	struct tql_range range;
	uint32_t exemplars;	/* at most; a hint of the query's may say
				   otherwise, and true is the limit */
	unsigned workers;
	struct scan_count *count;
	struct plan *plan;	/* for --explain, with one worker; or NULL */
	bool (*stopped)(void);
};

/* A trace behind a point: its id and what was measured, as labels of text. */
struct tql_exemplar {
	uint32_t series;	/* in the table */
	uint64_t start;		/* of the span, ns */
	double value;
	struct labels labels;
	uint64_t rank;		/* of our own use */
};

/* By series, then start. */
struct tql_exemplars { struct tql_exemplar *v; size_t n; };
void tql_exemplars_sort(struct tql_exemplars *);
/* How many: a hint's word comes before that of the asker. */
uint32_t tql_exemplars_of(const struct tql_query *, uint32_t asked);
/* Fewer labels first, then label by label. */
void tql_metrics_sort(struct table *);

/* The series, sorted, and exemplars (NULL: none wanted), in `mem`. -1:
 * failed, or stopped (ERR_CANCEL). */
int tql_metrics(struct store_view *, const struct tql_query *,
    const struct tql_metrics_opts *, struct arena *mem, struct table *out,
    struct tql_exemplars *, struct err *);

#endif
