#include "base/hash.h"

#include <stdlib.h>
#include <xxhash.h>

#include "base/err.h"

uint64_t
hash_bytes(const void *p, size_t n)
{
	return XXH3_64bits(p, n);
}

uint64_t
hash_seed(const void *p, size_t n, uint64_t seed)
{
	return XXH3_64bits_withSeed(p, n, seed);
}

/*
 * Keys come from outside: where they meet is not for a sender to know. (The
 * order of a map's keys does not depend on it.)
 */
static uint64_t
hash_key(const struct map *m, struct str key)
{
	return hash_seed(key.p, key.n, (uintptr_t)m->slot);
}

/* The slot of the key, or the empty one where it belongs. */
static uint32_t
probe(const struct map *m, struct str key, uint64_t h)
{
	uint32_t mask = m->slots - 1, tag = (uint32_t)(h >> 32);

	for (uint32_t i = (uint32_t)h & mask;; i = (i + 1) & mask)
		if (m->slot[i] == 0 || (m->tag[i] == tag &&
		    str_eq(m->key[m->slot[i] - 1], key)))
			return i;
}

static void
grow(struct map *m)
{
	uint32_t slots = m->slots > 0 ? m->slots * 2 : 64;

	if (slots == 0 || slots > UINT32_C(1) << 30)
		die("map: too many keys");
	free(m->slot);
	free(m->tag);
	m->slot = xcalloc(slots, sizeof *m->slot);
	m->tag = xcalloc(slots, sizeof *m->tag);
	m->slots = slots;
	for (uint32_t k = 0; k < m->n; k++) {
		uint64_t h = hash_key(m, m->key[k]);
		uint32_t i = probe(m, m->key[k], h);

		m->slot[i] = k + 1;
		m->tag[i] = (uint32_t)(h >> 32);
	}
}

uint32_t
map_add(struct map *m, struct str key, bool *fresh)
{
	if (m->n >= m->slots / 2)
		grow(m);
	uint64_t h = hash_key(m, key);
	uint32_t i = probe(m, key, h);

	if (fresh)
		*fresh = m->slot[i] == 0;
	if (m->slot[i] != 0)
		return m->slot[i] - 1;
	if (m->n == m->cap) {
		m->cap = m->cap > 0 ? m->cap * 2 : 64;
		m->key = xrealloc(m->key, m->cap, sizeof *m->key);
	}
	m->key[m->n] = arena_str(&m->mem, key);
	m->bytes += key.n;
	m->tag[i] = (uint32_t)(h >> 32);
	m->slot[i] = ++m->n;
	return m->n - 1;
}

uint32_t
map_find(const struct map *m, struct str key)
{
	if (m->slots == 0)
		return MAP_NONE;
	uint32_t i = probe(m, key, hash_key(m, key));

	return m->slot[i] - 1;	/* MAP_NONE when the slot is empty */
}

void
map_reset(struct map *m)
{
	if (m->slots > 0)
		memset(m->slot, 0, m->slots * sizeof *m->slot);
	m->n = 0;
	m->bytes = 0;
	arena_reset(&m->mem);
}

void
map_free(struct map *m)
{
	free(m->key);
	free(m->slot);
	free(m->tag);
	arena_free(&m->mem);
	*m = (struct map){ 0 };
}
