#include "codec/bits.h"

void
bits_pack(struct buf *out, const uint64_t *v, uint32_t n, unsigned width)
{
	uint8_t *p = (uint8_t *)buf_extend(out, BITS_BYTES(n, width));
	uint64_t acc = 0;
	unsigned have = 0;

	if (width == 0)
		return;
	for (uint32_t i = 0; i < n; i++) {
		acc |= v[i] << have;
		have += width;
		if (have >= 64) {
			for (unsigned k = 0; k < 8; k++)
				*p++ = (uint8_t)(acc >> 8 * k);
			have -= 64;
			acc = have > 0 ? v[i] >> (width - have) : 0;
		}
	}
	for (; have > 0; have = have > 8 ? have - 8 : 0, acc >>= 8)
		*p++ = (uint8_t)acc;
}

/* A byte at a time: where eight are not there, or do not hold the number. */
uint64_t
bits_near_end(const uint8_t *p, size_t end, uint64_t at, unsigned width)
{
	uint64_t v = 0;
	unsigned got = 0;

	for (size_t b = (size_t)(at / 8); got < width && b < end; b++) {
		unsigned skip = got == 0 ? (unsigned)(at % 8) : 0;

		v |= ((uint64_t)p[b] >> skip) << got;
		got += 8 - skip;
	}
	return width < 64 ? v & ((UINT64_C(1) << width) - 1) : v;
}

/* Values whose 8 bytes from their first byte on lie inside the run. */
static uint32_t
fast_values(uint32_t n, unsigned width)
{
	size_t bytes = BITS_BYTES(n, width);

	if (width == 0 || width > 57 || bytes < 8)
		return 0;
	uint64_t k = ((uint64_t)(bytes - 8) * 8) / width;

	return k < n ? (uint32_t)k : n;
}

static bool
tail_clean(const uint8_t *p, uint32_t n, unsigned width)
{
	unsigned used = (unsigned)((uint64_t)n * width % 8);

	return used == 0 || p[BITS_BYTES(n, width) - 1] >> used == 0;
}

bool
bits_unpack64(const uint8_t *p, uint32_t n, unsigned width, uint64_t *out)
{
	uint32_t fast = fast_values(n, width), i = 0;
	uint64_t mask = (UINT64_C(1) << (width & 63)) - 1, at = 0;

	if (width == 0) {
		memset(out, 0, n * sizeof *out);
		return true;
	}
	for (; i < fast; i++, at += width)
		out[i] = load64(p + at / 8) >> at % 8 & mask;
	for (; i < n; i++, at += width)
		out[i] = bits_near_end(p, BITS_BYTES(n, width), at, width);
	return tail_clean(p, n, width);
}

bool
bits_unpack32(const uint8_t *p, uint32_t n, unsigned width, uint32_t *out)
{
	uint32_t fast = fast_values(n, width), i = 0;
	uint64_t mask = (UINT64_C(1) << (width & 63)) - 1, at = 0;

	if (width == 0) {
		memset(out, 0, n * sizeof *out);
		return true;
	}
	for (; i < fast; i++, at += width)
		out[i] = (uint32_t)(load64(p + at / 8) >> at % 8 & mask);
	for (; i < n; i++, at += width)
		out[i] = (uint32_t)bits_near_end(p, BITS_BYTES(n, width), at,
		    width);
	return tail_clean(p, n, width);
}
