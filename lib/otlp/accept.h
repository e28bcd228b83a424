/*
 * accept: what a receiver does with one request: decode, check, decide what
 * to keep and what to answer. otlp.md 3.2, 4.1, 6.6.
 *
 * Protobuf is kept byte for byte; only when some items are invalid it is
 * re-encoded without them, and the answer says so.
 */
#ifndef OTLP_ACCEPT_H
#define OTLP_ACCEPT_H

#include "base/buf.h"
#include "base/err.h"
#include "otlp/walk.h"

/* The signal that is sent to a path, 0: none. */
unsigned otlp_route(bool grpc, struct str path);
struct str otlp_path(bool grpc, unsigned signal);	/* signal 1 to 4 */

struct otlp_accepted {
	struct str payload;	/* to keep: of the body, or of `own` */
	struct buf own;		/* the caller frees it */
	struct otlp_sum sum;	/* of the request */
	uint32_t items;		/* that are kept */
};

/*
 * Looks at a whole body. 0: *a is set, and the message of success is appended
 * to reply, in the request's encoding; an empty payload needs no keeping.
 * -1: the request is refused whole, by ERR_LIMIT too large, else undecodable.
 */
int otlp_accept(unsigned signal, bool json, struct str body, size_t max,
    struct otlp_accepted *a, struct buf *reply, struct err *);

#endif
