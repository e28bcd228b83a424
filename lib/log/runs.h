/*
 * runs: the rows of a stripe that a query takes, where stream and time alone
 * say so: as runs of a stream between edges of time (block/spans.h).
 */
#ifndef LOG_RUNS_H
#define LOG_RUNS_H

#include "log/select.h"

struct log_runs {
	struct stretch *v;			/* by stream, then time */
	uint32_t n;
	const struct str *stream;	/* by code: labels as pairs */
	uint32_t streams;
};

/*
 * Of the options, matchers and range count. edge NULL: runs end where streams
 * and the range do. In the columns' arena.
 */
int runs_of(struct log_cols *, const struct log_scan_opts *, span_edge_fn *edge,
    void *arg, struct log_runs *, struct err *);

#endif
