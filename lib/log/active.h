/*
 * active: the streams that a tenant's lines came for lately, which are bounded:
 * labels that make a stream of each line would else make as many as there are
 * lines, however small the batches.
 *
 * A stream leaves when no line came for it in ACTIVE_NS, at least, and twice
 * that at most, by the time of receipt.
 */
#ifndef LOG_ACTIVE_H
#define LOG_ACTIVE_H

#include "base/hash.h"

#define ACTIVE_NS	(UINT64_C(1800) * 1000000000)

struct active {
	struct map streams;	/* their labels as pairs */
	bool *seen;		/* by number: since then */
	uint32_t cap;
	uint64_t since;
};				/* zero-initialise */

/* A line came for this stream. false: there are too many, and it is new. */
bool active_let(struct active *, struct str stream, uint64_t received);
void active_free(struct active *);

#endif
