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

/* Is it the name of one of the services that take a signal? */
bool otlp_service(struct str name);

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
/* An attribute with a string as its value. */
struct otlp_attr {
	struct str key, value;
};

/*
 * Appends the payload to out, each of its resources with these attributes in
 * place of those it had of the same keys; all else is as it was, fields of
 * later versions, too. 0, or -1 when it does not decode.
 */
int otlp_extend(struct str payload, const struct otlp_attr *, size_t n,
    struct buf *out, struct err *);

#endif
