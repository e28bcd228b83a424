/*
 * json: OTLP/JSON to and from the protobuf encoding. otlp.md 4.2, 4.3, 8.
 *
 * Goes through the generated messages (proto/) and jansson.
 */
#ifndef OTLP_JSON_H
#define OTLP_JSON_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/*
 * Appends the payload encoded as protobuf. `signal` as in record.h; 0: told
 * by the top key, and *signal is set.
 */
int otlp_from_json(unsigned *signal, struct str json, struct buf *,
    struct err *);
/* Appends one line of JSON, without the newline. */
int otlp_to_json(unsigned signal, struct str payload, struct buf *,
    struct err *);
/* The two small answers: partial success and google.rpc.Status, in either. */
void otlp_put_partial(struct buf *, unsigned signal, bool json,
    uint64_t rejected, struct str message);
void otlp_put_status(struct buf *, bool json, int code, struct str message,
    unsigned retry_seconds);

#endif
