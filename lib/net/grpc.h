/*
 * grpc: the message framing and the small encodings of gRPC over HTTP/2.
 * otlp.md 3.2 to 3.5.
 *
 * No sockets and no HTTP/2 here: bytes of DATA frames go in, wherever they
 * were cut, and parts of the one message of a unary call come out.
 */
#ifndef NET_GRPC_H
#define NET_GRPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

enum grpc_code {
	GRPC_OK = 0,
	GRPC_CANCELLED = 1,
	GRPC_UNKNOWN = 2,
	GRPC_INVALID_ARGUMENT = 3,
	GRPC_DEADLINE_EXCEEDED = 4,
	GRPC_NOT_FOUND = 5,
	GRPC_PERMISSION_DENIED = 7,
	GRPC_RESOURCE_EXHAUSTED = 8,
	GRPC_ABORTED = 10,
	GRPC_OUT_OF_RANGE = 11,
	GRPC_UNIMPLEMENTED = 12,
	GRPC_INTERNAL = 13,
	GRPC_UNAVAILABLE = 14,
	GRPC_UNAUTHENTICATED = 16,
	GRPC_DATA_LOSS = 15,
};

/* Zero-initialise and set max. */
struct grpc_in {
	size_t max;		/* of the message, as sent */
	uint8_t head[5];
	unsigned head_n;	/* of its bytes seen */
	bool compressed;
	uint32_t length;	/* of the message, once head_n is 5 */
	uint32_t got;
	enum grpc_code code;	/* why it failed, and in words */
	const char *why;
};

/*
 * Takes bytes off the front of *data: 1 with a part of the message in *part
 * (a slice of *data, never empty), 0 when *data is used up, -1 with code and
 * why set.
 */
int grpc_in_next(struct grpc_in *, struct str *data, struct str *part);
/* The peer has ended: 0 when the message is whole, else -1 as above. */
int grpc_in_end(struct grpc_in *);

/* The five bytes before a message. */
void grpc_head(uint8_t out[5], bool compressed, uint32_t n);
/* grpc-message: percent-encodes what is outside 0x20-0x7e, and '%'. */
void grpc_percent(struct buf *, struct str);
/* And back; a percent sign that stands for nothing stands for itself. */
void grpc_unpercent(struct buf *, struct str);
/* The values of "-bin" headers, without padding. */
void grpc_base64(struct buf *, struct str);
/* grpc-timeout: up to eight digits and one of H M S m u n. */
bool grpc_timeout(struct str, uint64_t *ns);
/* The delay of the RetryInfo in a google.rpc.Status, if there is one. */
bool grpc_retry_info(struct str status, uint64_t *ns);

#endif
