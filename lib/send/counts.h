/* counts: what a sink counts of itself. otlp-send(1) lists the names. */
#ifndef SEND_COUNTS_H
#define SEND_COUNTS_H

#include "base/metrics.h"
#include "net/client.h"

enum send_end { SEND_KEPT, SEND_REFUSED, SEND_GIVEN_UP, SEND_DEAD,
	SEND_ENDS };

/* All NULL: nobody asks. */
struct send_counts {
	struct metric *records[SEND_ENDS];
	struct metric *posts[FATES];
	struct metric *items, *rejected, *bytes;	/* of posts kept */
	struct metric *seconds;				/* of each post */
	struct metric *flying, *waiting, *held;
};

void send_counts_open(struct send_counts *, struct metrics *);

#endif
