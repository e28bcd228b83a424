#include "base/distinct.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/* The place of the first that is not less. */
static uint32_t
place_of(const struct distinct *d, uint64_t hash)
{
	uint32_t lo = 0, hi = d->n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (d->hash[mid] < hash)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

void
distinct_add(struct distinct *d, uint64_t hash)
{
	uint32_t at;

	if (d->n == DISTINCT_MAX && hash >= d->hash[d->n - 1])
		return;
	at = place_of(d, hash);
	if (at < d->n && d->hash[at] == hash)
		return;
	if (d->n == d->cap) {
		d->cap = d->cap * 2 + 16;
		d->cap = d->cap < DISTINCT_MAX ? d->cap : DISTINCT_MAX + 1;
		d->hash = xrealloc(d->hash, d->cap, sizeof *d->hash);
	}
	d->n -= d->n == DISTINCT_MAX;	/* the greatest goes */
	memmove(d->hash + at + 1, d->hash + at,
	    (d->n - at) * sizeof *d->hash);
	d->hash[at] = hash;
	d->n++;
}

uint64_t
distinct_count(const struct distinct *d, bool *exact)
{
	*exact = d->n < DISTINCT_MAX;
	if (*exact)
		return d->n;
	return (uint64_t)((double)(d->n - 1) * 18446744073709551616.0 /
	    (double)d->hash[d->n - 1]);
}

void
distinct_free(struct distinct *d)
{
	free(d->hash);
	*d = (struct distinct){ .n = 0 };
}
