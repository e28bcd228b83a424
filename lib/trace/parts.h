/*
 * parts: all traces of several blocks, by id, each with the places it lies in.
 *
 * What a merge goes through, in the order of the blocks it writes.
 */
#ifndef TRACE_PARTS_H
#define TRACE_PARTS_H

#include "store/store.h"
#include "trace/gather.h"

struct part {
	struct id id;
	int64_t start, received;	/* earliest start, last received */
	uint32_t stripe;		/* of parts.stripe */
	uint32_t row, first, spans;	/* row: in TR_TRACE */
	uint64_t cut;			/* spans that were left out */
};

struct part_stripe {
	struct stripe *stripe;
	uint32_t traces, rows;	/* in all */
	uint64_t *dead;		/* traces that are replaced, or NULL */
	uint32_t only;		/* traces that lie nowhere else, and stay */
	uint32_t only_rows;	/* their spans */
	bool kept, copied;	/* the merge's: it is to be, it was */
	uint64_t *gone;		/* and without these traces, or NULL */
};

/* A trace: its parts are part[at .. at + n). */
struct whole {
	int64_t start;
	uint32_t at, n, spans;
	bool rest;
};

struct parts {
	struct part *part;	/* by id, then by block and stripe */
	struct whole *whole;	/* by start, then by id */
	struct part_stripe *stripe;
	uint32_t parts, wholes, stripes;
	struct arena mem;
};

/* Zero-initialise. received: load that, too. */
int parts_read(struct parts *, const struct store_block *, size_t n,
    bool received, struct err *);
void parts_free(struct parts *);

#endif
