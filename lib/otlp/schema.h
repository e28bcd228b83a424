/*
 * schema: the OTLP messages as tables, for conversion to and from JSON.
 *
 * The tables are the descriptors that protoc-c generates from proto/. What
 * JSON needs beside them is here: keys in lowerCamelCase, and which bytes are
 * ids, written in hex (otlp.md 4.2).
 */
#ifndef OTLP_SCHEMA_H
#define OTLP_SCHEMA_H

#include <protobuf-c/protobuf-c.h>

#include "base/str.h"
#include "model/value.h"

#define SCHEMA_FIELDS_MAX	20	/* of one message */
#define SCHEMA_KEY_MAX		48

/*
 * Messages in messages: nine down to an exemplar's AnyValue, and each level of
 * a map adds three.
 */
#define SCHEMA_DEPTH_MAX	(9 + 3 * VALUE_DEPTH_MAX)

/* The payload of a signal; NULL for profiles and unknown ones. */
const ProtobufCMessageDescriptor *schema_root(unsigned signal);
/* The one key of a payload in JSON, which tells its signal; or NULL. */
const char *schema_top(unsigned signal);
/* The answer to an export of that signal. */
const ProtobufCMessageDescriptor *schema_answer(unsigned signal);
const ProtobufCMessageDescriptor *schema_status(void);

/* The field with that key, or NULL. */
const ProtobufCFieldDescriptor *schema_find(
    const ProtobufCMessageDescriptor *, struct str key);
/* Does such a message hold many items, or points, somewhere in it? */
bool schema_holds_items(const ProtobufCMessageDescriptor *);
/* The field's key: its name with "_x" made "X". */
struct str schema_key(char out[SCHEMA_KEY_MAX],
    const ProtobufCFieldDescriptor *);
bool schema_is_hex(const ProtobufCFieldDescriptor *);
/* How the field's values are encoded, one by one. */
uint8_t schema_wire(const ProtobufCFieldDescriptor *);
/* In an array of such values several may share one length (packed). */
bool schema_packs(const ProtobufCFieldDescriptor *);

static inline bool
schema_repeats(const ProtobufCFieldDescriptor *f)
{
	return f->label == PROTOBUF_C_LABEL_REPEATED;
}

/* A set member of a oneof is there even when it is zero. */
static inline bool
schema_oneof(const ProtobufCFieldDescriptor *f)
{
	return f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF;
}

#endif
