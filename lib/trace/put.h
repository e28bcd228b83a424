/*
 * put: spans, as they stand in OTLP messages, into the columns of a frame.
 *
 * Whatever the columns cannot hold goes beside them as it came (more, x, raw),
 * so that a trace re-encoded is the trace that was sent.
 */
#ifndef TRACE_PUT_H
#define TRACE_PUT_H

#include "trace/cols.h"
#include "trace/keys.h"

/* A resource or a scope of a batch, and its row in the frame of now. */
struct put_group {
	struct str raw, url;
	uint32_t row;
	uint32_t frame;		/* number of the frame `row` is of */
};

#define PUT_WANTS	8u	/* keys that are told apart one by one */

struct put {
	struct frame *f;
	struct cols cols;
	struct keys span, res, scope, event, link;
	struct buf more, x, over;	/* over: as x, of another table */
	struct buf cut, cut_over;	/* which values were too long, likewise */
	uint64_t cuts;			/* values that were, so far */
	uint32_t frame;		/* counts up, from 1 */
	bool attrs, events, links; /* of spans are put; else passed over */
	bool attrs_all;		/* or only those named here */
	struct str want[PUT_WANTS];
	uint32_t wants;
	uint32_t rows[TR_TABLES];
	uint32_t roots, root;	/* of the trace being put: how many, the last */
};

void put_init(struct put *, struct frame *);
void put_new_block(struct put *);		/* a new block: all keys are welcome */
void put_frame(struct put *, const struct needs *);	/* resets the frame */
/* What the frame takes for attributes, when every row has every one. */
size_t put_memory(const struct put *);
void put_free(struct put *);

/* A span's place: what its message does not tell. */
struct put_at {
	struct put_group *res, *scope;
	uint64_t received;
	uint64_t start;		/* events are kept relative to it */
	int64_t dist;		/* as order_trace gives it */
};
/* Its start and end, as the columns have them. */
struct put_times { int64_t start, end; };
void put_span(struct put *, struct str message, const struct put_at *,
    struct put_times *);
/* The spans since row `first` are a trace, of which so many more were cut. */
void put_trace(struct put *, const uint8_t id[16], uint32_t first,
    const struct put_times *, uint32_t cut);
/* Tells the frame how many rows its tables have. */
void put_done(struct put *);

#endif
