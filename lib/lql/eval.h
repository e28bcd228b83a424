/*
 * eval: a metric query from its samples to its series.
 *
 *     struct eval ev;
 *
 *     eval_init(&ev, metric, &times, workers, &arena, &e);
 *     for each of ev.leaf, for each line that its selector takes:
 *         eval_take(&ev, leaf, worker, &entry, time, &e)
 *     eval_finish(&ev, &table, &e);
 *
 * Who feeds it is not its business. logql.md section 10.
 */
#ifndef LQL_EVAL_H
#define LQL_EVAL_H

#include "lql/meter.h"
#include "lql/sample.h"

struct leaf {			/* a range function */
	const struct lql_range *range;
	struct sampler sampler;
	struct grid grid;
	struct meter *meter;	/* by worker */
};

struct eval {
	const struct lql_metric *root;
	struct lql_times times;
	unsigned workers;
	struct leaf *leaf;
	uint32_t n;
	struct arena *mem;
	struct notes notes;	/* none in LogQL: to call lib/query with */
};

/* What the caller's host allows; 0: anything. logql.md 16, 22. */
struct eval_limits { int64_t range; uint32_t series; };

int eval_init(struct eval *, const struct lql_metric *,
    const struct lql_times *, unsigned workers, struct arena *,
    struct err *);
void eval_free(struct eval *);
/*
 * Takes a line as an entry that was begun (lql/entry.h), but nothing was done
 * with. `all`: steps that a scan could do were not done by one.
 */
int eval_take(struct leaf *, unsigned worker, struct lql_entry *,
    int64_t time, bool all, struct err *);
/* The series, in order; `mem` holds them. -1: ERR_QUERY, ERR_LIMIT. */
int eval_finish(struct eval *, const struct eval_limits *, struct table *,
    struct err *);
/* Whether it is one number at each step, and no vector. */
bool eval_scalar(const struct eval *);

#endif
