/*
 * each: lines for those who add them up: in any order, by all cores at once,
 * each line once.
 *
 * Where only one part (a block, the tail) has lines of a time, they come a
 * stripe at a time, as they lie; where several have, one at a time, since
 * equal lines in two parts are one.
 */
#ifndef LOG_EACH_H
#define LOG_EACH_H

#include "log/batch.h"
#include "log/parts.h"
#include "log/runs.h"

/* 0 to go on, -1. Called by several workers at once. */
typedef int log_batch_fn(void *arg, unsigned worker, struct log_batch *,
    struct err *);

/*
 * Asked, if given, before lines are put together: `values` are what the filter
 * of `begin` finds in line `row` of the batch, which has all lines of the
 * stripe then. 1: the line is done with; 0: it comes with the batch; -1.
 */
struct log_each_first {
	/* 1: ask about the lines of this batch, what *f finds; 0: do not; -1 */
	int (*begin)(void *arg, unsigned worker, struct log_batch *,
	    const struct log_parse_filter **f, struct err *);
	int (*take)(void *arg, unsigned worker, struct log_batch *,
	    uint32_t row, const struct str *values, struct err *);
};

/*
 * For who only counts lines by their stream and time: `take`, if given, gets
 * the runs of whole stripes instead of their lines, where the options filter by
 * nothing else and `may` says that streams (b->stream, by code) are all that
 * matters there. `edge`: see block/spans.h.
 */
struct log_each_counts {
	span_edge_fn *edge;
	bool (*may)(void *arg, struct log_batch *);
	int (*take)(void *arg, unsigned worker, struct log_batch *,
	    const struct log_runs *, struct err *);
};

/*
 * Options as log_scan's, but for order and limit; with neither want_line nor
 * want_meta nothing but times and streams is read, if filters do not.
 */
int parts_each(struct log_part *, size_t n, const struct log_scan_opts *,
    const struct log_each_first *, const struct log_each_counts *,
    part_fault_fn *, void *fault_arg, log_batch_fn *, void *arg,
    struct err *);

#endif
