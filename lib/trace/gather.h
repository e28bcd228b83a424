/*
 * gather: traces from several stripes put together in one frame.
 *
 * What merges write and what queries see of traces that lie in several places.
 * A trace of one part is taken over as it is; one of several is made whole:
 * the same spans are kept once (the first received), parents are found again
 * over all parts, and the order is that of one block.
 *
 * Works a column at a time, loads only pages that hold wanted rows, and on
 * codes rather than text.
 */
#ifndef TRACE_GATHER_H
#define TRACE_GATHER_H

#include "trace/cols.h"
#include "trace/ids.h"
#include "trace/order.h"

/* A trace in a stripe: where its spans are. */
struct gather_part {
	struct stripe *stripe;	/* the same pointer means the same stripe */
	uint32_t first, spans;
	uint64_t cut;		/* spans it had, too, that were left out */
};

struct gather_trace {
	struct id id;
	const struct gather_part *part;	/* in the order received */
	uint32_t parts;
};

struct gather_opts {
	struct needs needs;	/* as trace_scan's; starts and parents always */
	/*
	 * Of a single trace only its rows [from, to) in tree order; to 0: all.
	 * For traces that no stripe can hold.
	 */
	uint32_t from, to;
	/*
	 * What the rows of the frame may take, every column of a table having
	 * every row; 0: any. Over it `over` is set, and the frame is no good.
	 */
	size_t max_bytes;
	uint32_t max_spans;	/* of a trace, see order.h; 0: any number */
};

/* Scratch; zero-initialise. */
struct gather {
	struct arena mem, load;
	struct order order;
	struct stripe *bad;	/* after a failure: whose, or NULL */
	bool over;		/* it would take more than max_bytes */
};

/*
 * Resets the frame and fills it with the traces, in this order. *spans, when
 * not NULL: how many the (one) trace has in all.
 */
int gather_traces(struct gather *, struct frame *,
    const struct gather_trace *, size_t n, const struct gather_opts *,
    uint32_t *spans, struct err *);
void gather_free(struct gather *);

#endif
