/*
 * places: for some ids, every place of a view where their traces lie.
 *
 * The heart of whole traces: S is those of the live blocks' split lists and of
 * the tail that have several places; its traces are left out where blocks are
 * evaluated, and are put together from their places instead.
 */
#ifndef TRACE_PLACES_H
#define TRACE_PLACES_H

#include "trace/gather.h"
#include "trace/tailpart.h"

#define PLACE_TAIL	UINT32_MAX	/* instead of a block's number: `stripe`
					   is that of a part of the tail */

struct place {
	uint32_t id;		/* of places.id */
	uint32_t block, stripe;
	uint32_t row, first, spans;
	int64_t start, end;
	uint64_t cut;		/* spans that were left out */
};

/* What a bad file says of a place may be anything: whether a stripe has it. */
static inline bool
place_inside(const struct place *pl, uint32_t rows)
{
	return pl->first <= rows && pl->spans <= rows - pl->first;
}

/* A trace with several places: place[at .. at + n). */
struct place_trace {
	uint32_t at, n, spans;
	int64_t start, end;
};

struct places {
	struct store_view *view;
	const struct store_block *block;
	size_t blocks;
	struct tail_parts *tail;
	struct id *id;		/* sorted, each once */
	size_t ids;
	struct id_index index;	/* of them */
	struct place *place;	/* by id, older block first, tail last */
	size_t places;
	struct place_trace *trace;
	size_t traces;
	struct arena mem;
};

/* Faults are the view's. */
void places_init(struct places *, struct store_view *, struct tail_parts *);
/* What may be in S; blocks are asked by so many threads. */
void places_of_split(struct places *, unsigned workers);
/* One id. */
void places_of_id(struct places *, const struct id *);
/* Groups places into traces; those with fewer than `least` are forgotten. */
void places_join(struct places *, uint32_t least);
void places_free(struct places *);

/* The stripe of a place, opened in the arena and counted; NULL: it failed. */
struct stripe *places_stripe(const struct places *, const struct place *,
    struct scan_count *, struct arena *, struct err *);
/* The places of a trace as gather wants them; stripes are opened in a. */
struct place_stripe { uint32_t block, no; struct stripe *stripe; };
struct place_stripes {
	struct place_stripe *v;
	size_t n, cap;
};
int places_gather(const struct places *, const struct place_trace *,
    struct place_stripes *, struct scan_count *, struct arena *,
    struct gather_trace *, struct err *);

#endif
