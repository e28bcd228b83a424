/*
 * timing: where the time of a trace went.
 *
 * Spans stand in pre-order, siblings in the order of their starts, as traces
 * are kept. `up` is the index of a span's parent, TIMING_TOP where it has none.
 * Times are ns since whatever the caller counts from.
 */
#ifndef SHOW_TIMING_H
#define SHOW_TIMING_H

#include <stdint.h>

#include "base/arena.h"

#define TIMING_TOP	UINT32_MAX

struct timing {
	const uint32_t *up;
	const int64_t *start, *duration;
	uint32_t n;
};

/* By span: how long none of its children ran. */
void timing_self(const struct timing *, int64_t *self, struct arena *);

/*
 * The critical path: from the end backwards, always what was waited for last.
 * At each moment it is in one span, or in none; a span's pieces stand together.
 */
struct timing_piece { uint32_t span; int64_t from, to; };
struct timing_path {
	const struct timing_piece *piece;
	const uint32_t *first;	/* by span, n + 1 of them: its pieces */
};
void timing_path(const struct timing *, struct timing_path *, struct arena *);

#endif
