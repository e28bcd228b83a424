/* fromjson: parsed JSON as protobuf, by the descriptor of its field. */
#ifndef OTLP_FROMJSON_H
#define OTLP_FROMJSON_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "otlp/schema.h"

/*
 * One value, or all those of a field, appended with its tag. `depth`: of the
 * messages around it. Errors name the key, from the outside in.
 */
int fromjson_one(const ProtobufCFieldDescriptor *, json_t *, unsigned depth,
    struct buf *, struct err *);
int fromjson_field(const ProtobufCFieldDescriptor *, json_t *, unsigned depth,
    struct buf *, struct err *);
/* Puts the length before what was appended since `at`. */
void fromjson_close(struct buf *, size_t at);

#endif
