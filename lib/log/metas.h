/*
 * metas: a line's metadata, put together from the places where it lies.
 *
 * Zero-initialise but for the arena, which takes all there is; add, and end.
 * Names and values are borrowed.
 */
#ifndef LOG_METAS_H
#define LOG_METAS_H

#include "loki/pairs.h"

struct metas {
	struct meta *v;
	uint32_t n, cap;
	struct arena *mem;
};

/* An empty value is none. */
void metas_add(struct metas *, struct str name, struct str value);
void metas_add_number(struct metas *, struct str name, uint64_t value);
/* All of such pairs (loki/pairs.h), up to where they are damaged. */
void metas_add_pairs(struct metas *, struct str pairs);
/* How many: by name, of equal names the first that was added. */
uint32_t metas_end(struct metas *, const struct log_pair **);

#endif
