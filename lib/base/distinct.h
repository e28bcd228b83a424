/*
 * distinct: how many different values there are, in little memory.
 *
 * The smallest DISTINCT_MAX hashes are kept. Fewer: the count is exact; else
 * how close they lie together tells it, within some 2 %. Zero-initialise;
 * distinct_free ends it.
 */
#ifndef BASE_DISTINCT_H
#define BASE_DISTINCT_H

#include <stdbool.h>
#include <stdint.h>

#define DISTINCT_MAX	4096u

struct distinct {
	uint64_t *hash;		/* ascending */
	uint32_t n, cap;
};

void distinct_add(struct distinct *, uint64_t hash);
/* The count; *exact: whether it is that. */
uint64_t distinct_count(const struct distinct *, bool *exact);
void distinct_free(struct distinct *);

#endif
