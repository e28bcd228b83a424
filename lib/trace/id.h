/*
 * id: trace ids, sorted, and a directory by which many of them are found.
 */
#ifndef TRACE_ID_H
#define TRACE_ID_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"

struct id { uint8_t b[16]; };

/* Half of an id, 0 or 1, as a number that sorts as its bytes do. */
static inline uint64_t
id_half(const struct id *id, unsigned no)
{
	uint64_t x;

	memcpy(&x, id->b + 8 * no, sizeof x);
	return __builtin_bswap64(x);
}

static inline int
id_cmp(const struct id *a, const struct id *b)
{
	uint64_t x = id_half(a, 0), y = id_half(b, 0);

	if (x == y) {
		x = id_half(a, 1);
		y = id_half(b, 1);
	}
	return (x > y) - (x < y);
}

void id_sort(struct id *, size_t n);
size_t id_unique(struct id *, size_t n);	/* of sorted ones */

/*
 * Ids, sorted, each once, and where those with the same leading bits begin: of
 * random ids most that are not among them are told by one look.
 */
struct id_index {
	const struct id *v;	/* the caller's */
	size_t n;		/* below 2^31 */
	unsigned shift;		/* of the first half: what is not looked at */
	const uint32_t *from;	/* in v, by leading bits, and the end */
};

#define ID_NONE	SIZE_MAX

void id_index(struct id_index *, const struct id *sorted, size_t n,
    struct arena *);
/* The number of an id, or ID_NONE. */
static inline size_t id_find(const struct id_index *, const struct id *);

static inline size_t
id_find(const struct id_index *ix, const struct id *id)
{
	uint64_t lead = id_half(id, 0) >> ix->shift;
	size_t lo = ix->from[lead], end = ix->from[lead + 1], hi = end;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (id_cmp(&ix->v[mid], id) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < end && id_cmp(&ix->v[lo], id) == 0 ? lo : ID_NONE;
}

#endif
