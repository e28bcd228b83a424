/* pb: protobuf messages for tests, built by hand. */
#ifndef TESTS_PB_H
#define TESTS_PB_H

#include "base/buf.h"

static inline void
pb_bytes(struct buf *b, uint32_t no, struct str s)
{
	buf_varint(b, (uint64_t)no << 3 | 2);
	buf_varint(b, s.n);
	buf_adds(b, s);
}

static inline void
pb_varint(struct buf *b, uint32_t no, uint64_t v)
{
	buf_varint(b, (uint64_t)no << 3);
	buf_varint(b, v);
}

static inline void
pb_fixed64(struct buf *b, uint32_t no, uint64_t v)
{
	buf_varint(b, (uint64_t)no << 3 | 1);
	buf_u64(b, v);
}

static inline void
pb_fixed32(struct buf *b, uint32_t no, uint32_t v)
{
	buf_varint(b, (uint64_t)no << 3 | 5);
	buf_u32(b, v);
}

/* Puts what is in b into one message field: b then holds only that field. */
static inline void
pb_wrap(struct buf *b, uint32_t no)
{
	struct buf out = { 0 };

	pb_bytes(&out, no, buf_str(b));
	buf_free(b);
	*b = out;
}

/* A KeyValue, as field `no`: of an AnyValue, or of a text. */
static inline void
pb_kv(struct buf *b, uint32_t no, struct str key, struct str any)
{
	struct buf kv = { 0 };

	pb_bytes(&kv, 1, key);
	pb_bytes(&kv, 2, any);
	pb_bytes(b, no, buf_str(&kv));
	buf_free(&kv);
}

static inline void
pb_text(struct buf *b, uint32_t no, struct str key, struct str text)
{
	struct buf any = { 0 };

	pb_bytes(&any, 1, text);
	pb_kv(b, no, key, buf_str(&any));
	buf_free(&any);
}

static inline void
pb_attr(struct buf *b, uint32_t no, const char *key, const char *value)
{
	pb_text(b, no, str_of(key), str_of(value));
}

/* Appends one span, or log record, with its scope (empty: none) and resource
 * to a payload. */
static inline void
pb_item(struct buf *out, struct str resource, struct str scope,
    struct str item)
{
	struct buf of_resource = { 0 }, of_scope = { 0 };

	if (scope.n > 0)
		pb_bytes(&of_scope, 1, scope);
	pb_bytes(&of_scope, 2, item);
	pb_bytes(&of_resource, 1, resource);
	pb_bytes(&of_resource, 2, buf_str(&of_scope));
	pb_bytes(out, 1, buf_str(&of_resource));
	buf_free(&of_resource);
	buf_free(&of_scope);
}

#endif
