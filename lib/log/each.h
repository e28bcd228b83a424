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

#include "log/parts.h"
#include "log/runs.h"
#include "log/values.h"

struct log_found;

struct log_batch {
	uint32_t n;
	const uint64_t *time;		/* by line, ns */
	const uint32_t *code;		/* by line: its stream; NULL: line i's
					   is i */
	const struct str *stream;	/* by code: labels as pairs */
	uint32_t streams;
	struct log_found *found;	/* the lines, or */
	const struct log_line *line;	/* the line */
	bool bare;			/* metadata may be left out: the
					   caller's, for each batch */
	struct log_each *each;
	struct log_values values;
	struct batch_labels { struct log_pair *p; uint32_t n; } *labels;
	struct buf text;
	struct arena mem;		/* of the last line */
};

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
 * want_meta nothing but times and streams is read, if filters do not. Faults
 * are told one at a time.
 */
int parts_each(struct log_part *, size_t n, const struct log_scan_opts *,
    const struct log_each_first *, const struct log_each_counts *,
    part_fault_fn *, void *fault_arg, log_batch_fn *, void *arg,
    struct err *);

/*
 * All there is to line i, till the next call. 1; 0: it cannot be read, which
 * was told as a fault; -1.
 */
int log_batch_line(struct log_batch *, uint32_t i, struct log_line *,
    struct err *);
/* Whether any line may have metadata of this name. */
bool log_batch_may_have(struct log_batch *, struct str name);
/*
 * What lines have under some names (log/values.h), where `found` is set: after
 * log_batch_names, log_batch_values puts those of line i into b->values.
 */
int log_batch_names(struct log_batch *, const struct str *names, size_t n,
    struct err *);
int log_batch_values(struct log_batch *, uint32_t i, struct err *);

#endif
