/*
 * stream: a payload's JSON, read an item at a time.
 *
 * What holds the items (ResourceSpans, ScopeSpans, Metric ...) is read here;
 * each span, log record, point, and each Resource and the like, is parsed on
 * its own. So memory goes with the largest item, not with the request.
 */
#ifndef OTLP_STREAM_H
#define OTLP_STREAM_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "otlp/schema.h"

struct stream {
	struct str in;
	size_t at;		/* the next byte to read */
	unsigned depth;		/* of messages */
	struct buf *out;
	struct err *e;
};

/* The whole text is one object: the message, appended to out. */
int stream_message(struct stream *, const ProtobufCMessageDescriptor *);
/* The next value, parsed; NULL and why. */
json_t *stream_value(struct stream *);
/*
 * The signal whose key the top object has, 0 if none or several. Only looks:
 * what is no JSON shows when it is read.
 */
unsigned stream_signal(struct str json);
/* Nothing but blanks may follow. */
int stream_end(struct stream *);

#endif
