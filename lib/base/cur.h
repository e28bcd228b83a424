/*
 * cur: read values from bytes we do not trust.
 *
 * A cursor that would run past its end goes bad and stays bad: each later
 * read gives zero or nothing and moves nowhere, so a fixed header is read
 * straight down and tested once. A loop tests `bad` in its condition. Slices
 * point into the caller's bytes and live as long as they do.
 */
#ifndef BASE_CUR_H
#define BASE_CUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct cur {
	const uint8_t *p, *end;
	bool bad;
};

static inline struct cur
cur_of(struct str s)
{
	const uint8_t *p = (const uint8_t *)s.p;

	/* NULL plus 0 is undefined */
	return (struct cur){ p, s.n > 0 ? p + s.n : p, false };
}

static inline size_t
cur_left(const struct cur *c)
{
	return c->bad ? 0 : (size_t)(c->end - c->p);
}

uint8_t cur_u8(struct cur *);
uint16_t cur_u16(struct cur *);
uint32_t cur_u32(struct cur *);
uint64_t cur_u64(struct cur *);
struct str cur_bytes(struct cur *, uint64_t n);
struct str cur_block(struct cur *);	/* varint n, then n bytes */
uint64_t cur_varint_slow(struct cur *);

/* At most ten bytes (bits past 64 are dropped, as protobuf does). */
static inline uint64_t
cur_varint(struct cur *c)
{
	if (!c->bad && c->p < c->end && *c->p < 0x80)
		return *c->p++;
	return cur_varint_slow(c);
}

/*
 * Protobuf fields: 1 with the next field in *f, 0 at the clean end, -1 with
 * `bad` set. Groups (wire types 3, 4) are skipped whole, at most 64 deep.
 */
struct field {
	uint32_t no;
	uint8_t wire;		/* 0 varint, 1 fixed64, 2 bytes, 5 fixed32 */
	uint64_t v;		/* varint and fixed values */
	struct str b;		/* bytes */
	const uint8_t *at;	/* where its tag begins */
};
int cur_field(struct cur *, struct field *f);

#endif
