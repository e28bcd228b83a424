/*
 * bits: numbers of a fixed width in bits, back to back, low bit first.
 *
 * Value k takes bits k * width .. of the run, where bit b is bit b % 8 of
 * byte b / 8. The last byte is filled up with zeros, which a reader refuses
 * to find otherwise. Width 0 takes no bytes and reads as zeros.
 */
#ifndef CODEC_BITS_H
#define CODEC_BITS_H

#include "base/buf.h"

#define BITS_BYTES(n, width)	(((size_t)(n) * (width) + 7) / 8)

/* Bits needed for v: 0 to 64. */
static inline unsigned
bits_width(uint64_t v)
{
	return v == 0 ? 0 : 64 - (unsigned)__builtin_clzll(v);
}

void bits_pack(struct buf *out, const uint64_t *v, uint32_t n, unsigned width);
/*
 * p has BITS_BYTES(n, width) bytes; false when the bits after the last value
 * are not zero. The 32-bit form takes widths up to 32.
 */
bool bits_unpack64(const uint8_t *p, uint32_t n, unsigned width,
    uint64_t *out);
bool bits_unpack32(const uint8_t *p, uint32_t n, unsigned width,
    uint32_t *out);

uint64_t bits_near_end(const uint8_t *p, size_t end, uint64_t at,
    unsigned width);

/* The number of 1 to 64 bits at bit `at` of `end` bytes. */
static inline uint64_t
bits_at(const uint8_t *p, size_t end, uint64_t at, unsigned width)
{
	if (width > 57 || at / 8 + 8 > end)
		return bits_near_end(p, end, at, width);
	return load64(p + at / 8) >> at % 8 & ((UINT64_C(1) << width) - 1);
}

#endif
