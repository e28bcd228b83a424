/*
 * metrics: a metric query over a store's view.
 *
 * Where a function counts lines by labels, no line is looked at; else each is,
 * by all cores.
 */
#ifndef LQL_METRICS_H
#define LQL_METRICS_H

#include "log/parts.h"
#include "lql/eval.h"
#include "lql/run.h"

struct lql_metrics_opts {
	struct lql_times times;
	const uint8_t (*trace_ids)[16];		/* sorted; NULL: any */
	size_t ntrace_ids;
	unsigned workers;			/* 0: all cores */
	struct scan_count *count;
	bool (*stopped)(void);
};

/* The series, in order, in `mem`. -1: failed, or stopped (ERR_CANCEL). */
int lql_metrics(struct store_view *, const struct lql_metric *,
    const struct lql_metrics_opts *, struct arena *mem, struct table *,
    struct err *);
/* The same, over any parts (log/parts.h). */
int lql_metrics_of(struct log_part *v, size_t n, part_fault_fn *fault,
    void *fault_arg, const struct lql_metric *,
    const struct lql_metrics_opts *, struct arena *mem, struct table *,
    struct err *);
/*
 * The multiples of `step` ns from that at or before `from` to that at or after
 * `to`. Step 0: `to` alone, an instant query; ASK_STEP_AUTO: a round one that
 * gives some 100.
 */
int lql_times(struct lql_times *, uint64_t from, uint64_t to, uint64_t step,
    struct err *);

#endif
