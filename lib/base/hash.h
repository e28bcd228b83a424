/* hash: XXH3, and a map from byte strings to small numbers. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

uint64_t hash_bytes(const void *, size_t);
uint64_t hash_seed(const void *, size_t, uint64_t seed);

static inline uint64_t
hash_u64(uint64_t x)	/* a mixer: splitmix64's */
{
	x ^= x >> 30;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	x *= UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

/*
 * map: interns byte strings, numbering them 0, 1, 2 ... in order of arrival.
 * Keys are copied into the map's arena. Zero-initialise; map_free ends it.
 */
struct map {
	struct str *key;	/* by number */
	uint32_t n;
	uint32_t *slot;		/* number + 1, 0 empty */
	uint32_t *tag;		/* upper hash bits of the slot */
	uint32_t slots, cap;
	size_t bytes;		/* of all keys */
	struct arena mem;
};

#define MAP_NONE	UINT32_MAX

uint32_t map_add(struct map *, struct str key, bool *fresh);
uint32_t map_find(const struct map *, struct str key);	/* or MAP_NONE */
void map_reset(struct map *);
void map_free(struct map *);

#endif
