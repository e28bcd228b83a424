#include "codec/filter.h"

#define BITS_EACH	10u

static const uint32_t salt[8] = {
	0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d,
	0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31,
};

size_t
filter_size(uint32_t n)
{
	size_t bytes = ((size_t)n * BITS_EACH + 7) / 8;

	bytes = (bytes + FILTER_BLOCK - 1) / FILTER_BLOCK * FILTER_BLOCK;
	return bytes > 0 ? bytes : FILTER_BLOCK;
}

/* Where the hash's block begins: its upper half picks it. */
static size_t
block_at(size_t size, uint64_t hash)
{
	return (size_t)(((hash >> 32) * (size / FILTER_BLOCK)) >> 32) *
	    FILTER_BLOCK;
}

static uint32_t
word_bit(uint64_t hash, unsigned word)
{
	return UINT32_C(1) << ((uint32_t)hash * salt[word] >> 27);
}

void
filter_add(uint8_t *p, size_t size, uint64_t hash)
{
	p += block_at(size, hash);
	for (unsigned w = 0; w < 8; w++) {
		uint32_t bit = word_bit(hash, w);

		for (unsigned b = 0; b < 4; b++)
			p[w * 4 + b] |= (uint8_t)(bit >> 8 * b);
	}
}

bool
filter_may(struct str filter, uint64_t hash)
{
	const char *p;

	if (filter.n == 0 || filter.n % FILTER_BLOCK != 0)
		return true;
	p = filter.p + block_at(filter.n, hash);
	for (unsigned w = 0; w < 8; w++)
		if (!(load32(p + w * 4) & word_bit(hash, w)))
			return false;
	return true;
}
