/* fetch: one trace out of a view, by its id. */
#ifndef TQL_FETCH_H
#define TQL_FETCH_H

#include "show/graph.h"
#include "tql/answer.h"

/* A trace and what it lies in. */
struct fetched {
	struct frame *frame;
	struct arena mem;
	struct stripe *stripe;
};

void fetched_free(struct fetched *);
/* The one trace that begins so: 0, -1. Free it either way. */
int fetch_one(struct store_view *, struct str id, struct fetched *,
    struct err *);
/* How many spans of it were left out, as it had too many. */
int fetched_cut(struct fetched *, uint64_t *n, struct err *);
/* picture.c: as lib/show takes it, in its memory. */
int fetched_trace(struct fetched *, struct show_trace *, struct err *);

/* Appends the whole trace as one record. */
int fetch_record(struct store_view *, const uint8_t id[16], struct buf *,
    struct err *);
/* Adds it to a graph. */
int fetch_graph(struct store_view *, const uint8_t id[16], struct graph *,
    struct err *);

#endif
