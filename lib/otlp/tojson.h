/*
 * tojson: one protobuf message as JSON, by its descriptor, as OTLP's JSON form
 * has it. otlp.md 4.3.
 */
#ifndef OTLP_TOJSON_H
#define OTLP_TOJSON_H

#include "base/buf.h"
#include "base/err.h"
#include "otlp/schema.h"

/* Appends it. ERR_CORRUPT: not well formed; ERR_LIMIT: nested too deep. */
int tojson(const ProtobufCMessageDescriptor *, struct str raw, struct buf *,
    struct err *);

#endif
