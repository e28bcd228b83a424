/*
 * out: a traces block being written: stripes go in, and at its end the ids,
 * their filter, the split list and the footer's figures.
 */
#ifndef TRACE_OUT_H
#define TRACE_OUT_H

#include "store/store.h"
#include "trace/columns.h"
#include "trace/ids.h"

struct out {
	struct store_sink *sink;
	struct block_writer *w;
	struct str tenant;
	struct id_entry *id;
	uint32_t ids, cap;
	uint32_t traces;	/* rows of TR_TRACE, those replaced included */
	uint32_t stripes;
	struct id_place *replaced;
	uint32_t nreplaced, replaced_cap;
	uint64_t rows;
	int64_t min_time, max_time, min_received, max_received;
	const struct id *torn;	/* set before out_end, sorted: traces that */
	size_t ntorn;		/* may have a piece in a block beside it */
};

int out_begin(struct out *, struct store_sink *, struct str tenant,
    struct err *);
/* The first rows[t] rows of each table. */
int out_frame(struct out *, struct frame *, const uint32_t rows[TR_TABLES],
    struct err *);
/*
 * A stripe of another block, as it is; traces whose bits are set in `gone`
 * (NULL: none) are not to be read, as another stripe has all of them.
 */
int out_stripe(struct out *, struct stripe *, const uint64_t *gone,
    struct arena *, struct err *);
/*
 * Finishes the block. Parts are merged with others when it is time; a rest is,
 * too, as it may still grow; what is said to be whole is believed to be if few
 * of its traces are in older blocks.
 */
enum out_what { OUT_PARTS, OUT_REST, OUT_WHOLE };
int out_end(struct out *, uint64_t raw_bytes, enum out_what, struct err *);
void out_abort(struct out *);	/* also after out_end: then it does nothing */

#endif
