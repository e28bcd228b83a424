/*
 * heat: how values spread over time, as a map: a row a bucket, the greatest
 * on top, a column or more a step, brighter where there are more. Levels are
 * even in the logarithm: a bucket of a thousand does not hide one of three.
 */
#ifndef SHOW_HEAT_H
#define SHOW_HEAT_H

#include "show/axis.h"

struct show_heat {
	const double *count;	/* row * points + point; 0: none. Row 0 is the
				   lowest */
	const struct str *label;	/* by row */
	uint32_t rows, points;
	uint64_t from, step;	/* ns: point i is [from + i * step, + step) */
	unsigned cols;		/* of characters, with the labels */
};

/* With its axes, and below them what the levels stand for. */
void show_heat(const struct show *, const struct show_heat *, struct buf *);

#endif
