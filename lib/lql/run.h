/*
 * run: a parsed query over a store's view.
 *
 * The scan does what it can (log/scan.h); the steps behind that work on each
 * line it gives (lql/pipe.h).
 */
#ifndef LQL_RUN_H
#define LQL_RUN_H

#include "lql/entry.h"
#include "lql/parse.h"

struct lql_opts {
	const uint8_t (*trace_ids)[16];		/* sorted; NULL: any */
	size_t ntrace_ids;
	uint64_t from, to, limit;
	uint64_t interval;	/* ns: lines are at least that far apart */
	bool forward;
	bool no_line, no_meta;	/* will not be looked at */
	unsigned workers;
	struct scan_count *count;
};

struct lql_line {
	struct log_line l;
	const struct log_pair *parsed;	/* labels made by the pipeline, and */
	uint32_t nparsed;		/* __error__; sorted */
	const struct log_line *raw;	/* as it is kept */
	bool near;			/* no hit: around one (lql/context.h) */
	bool opens;			/* the first of a group of such */
};

/* A line filter that is pushed to the scan, as that has it; in the arena. */
struct log_line_filter lql_line_filter(const struct lql_step *,
    struct arena *);

/* 0, 1 to stop, -1. */
typedef int lql_fn(void *arg, const struct lql_line *, struct err *);

/* A query without text (all streams) is a zeroed struct lql_log. */
int lql_run(struct store_view *, const struct lql_log *,
    const struct lql_opts *, lql_fn *, void *arg, struct err *);

/*
 * The same for those who add lines up: all of them, in any order, by several
 * workers (fewer than POOL_WORKERS_MAX) at once; with an interval in order, by
 * worker 0. With no_line and no_meta they have a time, maybe nothing else. `fn`
 * gives 0 or -1.
 */
typedef int lql_each_fn(void *arg, unsigned worker, const struct lql_line *,
    struct err *);
int lql_each(struct store_view *, const struct lql_log *,
    const struct lql_opts *, lql_each_fn *, void *arg, struct err *);

/*
 * What the scan does of the steps: matchers and filters. Whether there are
 * others, which lql/pipe.h does on each line; an entry begins with lql_enter.
 */
bool lql_push(const struct lql_log *, struct arena *, struct log_scan_opts *);
void lql_enter(struct lql_entry *, const struct log_line *, struct arena *);

#endif
