/*
 * build: records in, whole stripes of ordered traces out.
 *
 * A batch keeps the records' bytes and, per span, where it lies, its ids and
 * start. Only when it is written are traces put in order and the spans read
 * into columns, each once and in its final place. Used by seals, and by scans
 * for the tail.
 */
#ifndef TRACE_BUILD_H
#define TRACE_BUILD_H

#include "record/record.h"
#include "trace/ids.h"
#include "trace/order.h"
#include "trace/put.h"

struct build_span {
	uint64_t id, parent;
	int64_t start;
	const char *p;		/* the Span message */
	uint32_t n;
	uint32_t before;	/* in its trace, received before: number + 1 */
	uint32_t from;		/* of lot.from */
	uint32_t kind;
	bool root;
	bool held;		/* its trace is, as written */
};

struct build_trace {
	uint8_t id[16];
	int64_t start;
	uint32_t last;		/* span received last: number + 1 */
	uint32_t spans;
	bool held;		/* goes on in what comes */
};

struct build_from { uint32_t res, scope; uint64_t received; };

/* One tenant's spans. */
struct lot {
	struct str tenant;
	struct arena mem;	/* payloads */
	struct build_span *span;
	struct build_trace *trace;
	struct build_from *from;
	uint32_t spans, spans_cap, traces, traces_cap, froms, froms_cap;
	uint32_t *slot;		/* trace number + 1, by id */
	uint32_t mask;
	struct map groups;	/* resources and scopes by content */
	struct put_group *group;
	uint32_t groups_cap;
	uint64_t raw_bytes;
};

/*
 * A batch may be told of records that come later: traces they go on with are
 * left out of the next writing, and stay.
 */
struct batch {
	struct lot *lot;
	uint32_t lots;
	struct frame *frame;	/* made at the first writing */
	struct put put;
	struct order order;
	struct buf key;
	const struct id *from, *to;	/* only ids in [from, to]; NULL: all */
	uint64_t cut;		/* spans over order.max that were left out */
	uint64_t cuts;		/* put.cuts of before */
	bool ahead;		/* was told of what comes */
	bool stays;		/* what batch_take is given outlives the batch */
};

void batch_init(struct batch *);
/* -1, and the batch as before, when the payload cannot be read. */
int batch_take(struct batch *, const struct rec *, struct err *);
size_t batch_memory(const struct batch *);
/* A record that comes after those taken. */
void batch_ahead(struct batch *, const struct rec *);
/* How many of the lot's spans to hold; none, if that would be most of them. */
uint32_t lot_hold(struct lot *);
/* The part of the raw bytes that falls to so many of its spans. */
uint64_t lot_raw(const struct lot *, uint32_t spans);
/* After the writing: as batch_reset, but for what was held. */
void batch_keep(struct batch *);
/* Without what only saves the next writing from asking for it again. */
void batch_thin(struct batch *);
void batch_reset(struct batch *);	/* empty; memory is given back */
void batch_done(struct batch *);

/*
 * Goes through a lot in the order of blocks. Each time the frame is full, and
 * at the end, `full` is called; rows[t] of each table are to be kept (they may
 * be fewer than the frame has). max_rows: of each table, in a frame; max_bytes:
 * of attributes, 0: any number.
 */
struct lot_out {
	uint32_t max_rows;
	size_t max_bytes;
	struct needs needs;
	int (*full)(void *arg, struct frame *, const uint32_t rows[TR_TABLES],
	    struct err *);
	void *arg;
};
int lot_order(struct batch *, struct lot *, const struct lot_out *,
    struct err *);

#endif
