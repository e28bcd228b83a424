/* tojson: one protobuf message as JSON, by its descriptor. */
#ifndef OTLP_TOJSON_H
#define OTLP_TOJSON_H

#include "base/buf.h"
#include "base/err.h"
#include "otlp/schema.h"

int tojson(const ProtobufCMessageDescriptor *, struct str raw, struct buf *,
    struct err *);

#endif
