/*
 * tally: what a stream holds, added up a payload at a time.
 */
#ifndef OTLP_TALLY_H
#define OTLP_TALLY_H

#include "base/hash.h"
#include "otlp/walk.h"

#define TALLY_SERVICES_MAX	4096	/* names kept; more are not told apart */

struct tally {
	uint64_t records, items, bytes;
	uint64_t min_time, max_time;	/* of the items that have one */
	struct map services;
};

/* Counts items, and with `rows` times and services. 0, or -1 and why. */
int tally_add(struct tally *, unsigned signal, struct str payload, bool rows,
    struct err *);
void tally_free(struct tally *);

#endif
