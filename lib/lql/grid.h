/*
 * grid: the windows of a range function, and what lies in which.
 *
 * Window i is (base + i * step, base + i * step + width]; the edges of all
 * windows cut time into atoms. What falls into one atom falls into the same
 * windows, `lo` to `hi`, and window i is the `span` atoms from i * stride on.
 * logql.md 10.2, 10.3.
 */
#ifndef LQL_GRID_H
#define LQL_GRID_H

#include <stdint.h>

#include "base/err.h"

#define LQL_STEPS_MAX	100000u
#define LQL_ATOMS_MAX	1000000u

/* When a query is evaluated: at start, start + step, ..; ns. */
struct lql_times {
	int64_t start;
	uint64_t step;		/* > 0 */
	uint32_t steps;
	bool instant;		/* one step, asked for as such */
	uint64_t until;		/* ns: the range ends here; 0: with a step */
};

struct grid {
	int64_t base;
	uint64_t step, width, rest;	/* rest: width % step */
	uint32_t steps, stride, span;
	uint32_t atoms;
};

struct grid_at {
	uint32_t lo, hi, atom;	/* lo > hi: in no window */
	int64_t from, to;	/* and so for all times of [from, to) */
};

/* ERR_LIMIT: too many atoms. */
int grid_init(struct grid *, const struct lql_times *, uint64_t width,
    int64_t offset, struct err *);
void grid_find(const struct grid *, int64_t t, struct grid_at *);
/* The right edge of window i. */
int64_t grid_end(const struct grid *, uint32_t i);

#endif
