/* fromjson: one JSON object as a protobuf message, by its descriptor. */
#ifndef OTLP_FROMJSON_H
#define OTLP_FROMJSON_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "otlp/schema.h"

/* The object is left as it is. Errors name the key, from the outside in. */
int fromjson(const ProtobufCMessageDescriptor *, json_t *, struct buf *,
    struct err *);
/*
 * A number meant as an integer: an integer, a real without a fraction, or a
 * text of either ("12", "1.0", "1e3"), exactly. 0, or -1.
 */
int fromjson_integer(json_t *, bool *negative, uint64_t *magnitude);

#endif
