/* recsame: are two records the same? */
#ifndef TESTS_RECSAME_H
#define TESTS_RECSAME_H

#include "record/record.h"

static inline bool
rec_same(const struct rec *a, const struct rec *b)
{
	return a->signal == b->signal && str_eq(a->payload, b->payload) &&
	    str_eq(a->tenant, b->tenant) && a->received == b->received &&
	    a->items == b->items && a->min_time == b->min_time &&
	    a->max_time == b->max_time && a->has_origin == b->has_origin &&
	    memcmp(&a->origin, &b->origin, sizeof a->origin) == 0 &&
	    str_eq(a->parts, b->parts) && str_eq(a->unknown, b->unknown);
}

#endif
