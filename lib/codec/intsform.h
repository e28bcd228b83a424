/* intsform: the forms of a run of numbers, for codec/ints' two halves. */
#ifndef CODEC_INTSFORM_H
#define CODEC_INTSFORM_H

#include <stdbool.h>
#include <stdint.h>

enum ints_form {
	INTS_CONST,	/* zigzag varint */
	INTS_BITS,	/* head, then bits */
	INTS_PLANES,	/* head, then width planes of n bytes */
	INTS_LOG,	/* head, then n lengths (u8, 0 .. width), then bits */
	INTS_TABLE,	/* u8: distinct - 1; their run; n bytes */
	INTS_DELTA,	/* the first: u64; then a run of n - 1 zigzags */
	INTS_RUNS,	/* varint runs; their values; their lengths */
	INTS_GROUPS,	/* head (width: of the leasts); codec/groups */
};

/* base: zigzag varint, step: varint, width: u8 (bits; PLANES: bytes) */
struct ints_head {
	uint64_t base, step;
	unsigned width;
};

struct cur;

bool ints_read_head(struct cur *, uint8_t form, struct ints_head *);
/* CONST, BITS, PLANES or LOG. */
bool ints_read_leaf(struct cur *, uint8_t form, uint64_t *out, uint32_t n);

static inline uint64_t
zigzag_u(uint64_t v)
{
	return v << 1 ^ -(v >> 63);
}

static inline uint64_t
unzigzag_u(uint64_t v)
{
	return v >> 1 ^ -(v & 1);
}

#endif
