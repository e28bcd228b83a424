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

/* A KeyValue holding a string, as field `no`. */
static inline void
pb_attr(struct buf *b, uint32_t no, const char *key, const char *value)
{
	struct buf kv = { 0 }, any = { 0 };

	pb_bytes(&any, 1, str_of(value));
	pb_bytes(&kv, 1, str_of(key));
	pb_bytes(&kv, 2, buf_str(&any));
	pb_bytes(b, no, buf_str(&kv));
	buf_free(&any);
	buf_free(&kv);
}

#endif
