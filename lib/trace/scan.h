/*
 * scan: whole traces, exactly, out of a view. DESIGN "Whole traces, exactly".
 *
 * Every trace that may answer is handed to the query in exactly one place
 * (unless that is all the same to it):
 * either where a block holds all of it, or assembled from all its parts
 * (older block first, tail last, duplicates removed: first received wins) in
 * a frame with the same columns. So the query sees stripes, evaluates them
 * vectorised, and never knows the difference.
 */
#ifndef TRACE_SCAN_H
#define TRACE_SCAN_H

#include "block/frame.h"
#include "block/stripe.h"
#include "store/store.h"

/* One stripe to evaluate. */
struct trace_part {
	struct stripe *stripe;
	/* bit per trace (row of TR_TRACE) to leave out: it is in S; or NULL */
	const uint64_t *skip;
	uint32_t no;		/* of this part, counted over the scan */
	bool made;		/* the tail, or assembled: no block's stripe */
	/*
	 * The latest start of a trace in it. Newest first: no part handed out
	 * later has a later one, so who has enough newer traces may stop.
	 */
	uint64_t max_start;
};

/*
 * The spans of those selected that meet a condition, by its number; out is
 * clear. From several threads at once. -1: it cannot be said.
 */
typedef int trace_meets_fn(void *arg, unsigned no, struct stripe *,
    const uint64_t *spans, struct arena *, uint64_t *out, struct err *);

struct trace_scan_opts {
	uint64_t from, to;	/* parts with no span in [from, to) are not
				   handed out; 0, 0: everything */
	bool newest_first;	/* order in which parts are handed out */
	unsigned workers;	/* threads; 1: in order, on this one */
	struct scan_count *count;
	/*
	 * The columns of TR_SPAN etc. the query will load, so that assembly
	 * decodes no others; NULL: all. Names as in columns.h, by table. Rows
	 * of another table come along where the column that tells of them is
	 * named: res, scope, the span of events and of links.
	 */
	const struct trace_need { unsigned table; struct str name; } *need;
	size_t nneed;
	/*
	 * So many conditions that a trace which matters meets each with one of
	 * its spans, whatever the others are: one whose parts have none for
	 * some condition is not assembled.
	 */
	unsigned conditions;
	trace_meets_fn *meets;
	void *meets_arg;
	/*
	 * Spans are looked at one by one, not as those of a trace: its parts
	 * may be handed out where they lie, each span once, if none is there
	 * twice.
	 */
	bool apart;
	size_t tail_bytes;	/* of records in a part of the tail, as tests
				   want it; 0: as many parts as are worth it */
};

/*
 * Calls fn for every part, from several threads at once when workers > 1
 * (worker: which). The arena is the worker's, reset after the call. fn gives
 * 0, 1 to stop early, -1 failed. Faults of blocks are reported to the view and
 * the scan goes on.
 */
typedef int trace_part_fn(void *arg, const struct trace_part *,
    unsigned worker, struct arena *, struct err *);
int trace_scan(struct store_view *, const struct trace_scan_opts *,
    trace_part_fn *, void *arg, struct err *);

/*
 * One trace by id, whole: 1 and a stripe that holds just this trace with all
 * columns, 0 not there, -1. The stripe lies in the frame, which is the caller's
 * (frame_new(TR_TABLES)) and is reset first. With prefix_bits < 128, `id` is
 * a prefix: *matches is how many traces have it (counted up to 2), and only a
 * unique one is returned.
 */
int trace_get(struct store_view *, const uint8_t id[16], unsigned prefix_bits,
    unsigned *matches, struct frame *, struct arena *, struct stripe **,
    struct err *);

/* Re-encodes the traces of a stripe as one OTLP TracesData (rows of TR_TRACE
 * in `keep`, NULL: all). */
int trace_to_otlp(struct stripe *, const uint64_t *keep, struct arena *,
    struct buf *out, struct err *);

/*
 * Of a trace so many spans are kept, the first received; what is left out is
 * counted in TR_TRACE's column cut. An option of the store: tails and pieces are
 * cut where they are read.
 */
#define TRACE_OPTION_SPANS	S("max-spans")
#define TRACE_SPANS_MAX		100000u	/* where the option is not set */
#define TRACE_SPANS_LIMIT	10000000u	/* of the option */
uint32_t trace_max_spans(const struct store_options *);

extern const struct store_kind trace_kind;	/* for tstore */

#endif
