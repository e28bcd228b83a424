/* counts: what otlp-recv counts of itself. otlp-recv(1) lists the names. */
#ifndef RECV_COUNTS_H
#define RECV_COUNTS_H

#include "base/metrics.h"
#include "net/req.h"
#include "record/record.h"

enum { PROTOCOL_GRPC, PROTOCOL_HTTP, PROTOCOLS };

/* All NULL: nobody asks. */
struct counts {
	struct metric *requests[PROTOCOLS][SIGNALS];
	struct metric *items[PROTOCOLS][SIGNALS];
	struct metric *bytes[PROTOCOLS][SIGNALS];
	struct metric *invalid[SIGNALS];	/* items */
	struct metric *sink;			/* how long keeping took */
};

/* Makes them, and net's own, which must outlive the metrics. */
void counts_open(struct counts *, struct metrics *, struct net *);
/* A request that was accepted, so many bytes as they came. */
void counts_accept(struct counts *, const struct net_req *, size_t bytes,
    uint64_t items, uint64_t invalid);

#endif
