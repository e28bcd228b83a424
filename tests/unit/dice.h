/* dice: chance that is the same in each run. `seed` is the test's. */
#ifndef TESTS_DICE_H
#define TESTS_DICE_H

#include "base/hash.h"

static uint64_t seed;

/* Less than n. */
static inline uint32_t
roll(uint32_t n)
{
	seed += UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(hash_u64(seed) % n);
}

#endif
