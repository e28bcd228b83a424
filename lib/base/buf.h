/*
 * buf: bytes that grow. Zero-initialise, append, take p and n, free.
 *
 * Integers are little-endian; varints are protobuf's. Out of memory stops the
 * program (base/err).
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct buf {
	char *p;
	size_t n, cap;
};

void buf_reserve(struct buf *, size_t more);
/* n more bytes at the end, not set; the pointer holds till the next append. */
char *buf_extend(struct buf *, size_t n);
void buf_add(struct buf *, const void *p, size_t n);
void buf_adds(struct buf *, struct str);
void buf_sized(struct buf *, struct str);	/* after a varint, its length */
void buf_addf(struct buf *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void buf_addv(struct buf *, const char *fmt, va_list)
    __attribute__((format(printf, 2, 0)));
void buf_u16(struct buf *, uint16_t);
void buf_u32(struct buf *, uint32_t);
void buf_u64(struct buf *, uint64_t);
void buf_varint(struct buf *, uint64_t);
void buf_digits(struct buf *, uint64_t);	/* in decimal */
void buf_free(struct buf *);

static inline void
buf_u8(struct buf *b, uint8_t v)
{
	if (b->n == b->cap)
		buf_reserve(b, 1);
	((uint8_t *)b->p)[b->n++] = v;
}

static inline void
buf_reset(struct buf *b)
{
	b->n = 0;
}

static inline struct str
buf_str(const struct buf *b)
{
	return str_mk(b->p, b->n);
}

/* The bytes a varint takes: 1 to 10. */
static inline unsigned
varint_size(uint64_t v)
{
	return (unsigned)(64 - __builtin_clzll(v | 1) + 6) / 7;
}

static inline uint64_t
zigzag(int64_t v)
{
	return (uint64_t)v << 1 ^ (uint64_t)(v >> 63);
}

static inline int64_t
unzigzag(uint64_t v)
{
	return (int64_t)(v >> 1 ^ -(v & 1));
}

static inline uint32_t
load32(const void *p)
{
	const uint8_t *b = p;

	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
	    (uint32_t)b[3] << 24;
}

static inline uint64_t
load64(const void *p)
{
	return load32(p) | (uint64_t)load32((const char *)p + 4) << 32;
}

#endif
