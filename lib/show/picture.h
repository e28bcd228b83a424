/*
 * picture: a waterfall in the making: waterfall.c has its rows, picture.c what
 * stands above and below them.
 */
#ifndef SHOW_PICTURE_H
#define SHOW_PICTURE_H

#include "show/waterfall.h"

#define PICTURE_DEPTH	40u	/* deeper ones are drawn at this depth */
#define PICTURE_TIME	7u	/* columns of a time */

struct picture {
	const struct show *show;
	const struct show_trace *trace;
	struct buf *b;
	struct arena mem;
	unsigned width, name_cols, service_cols, bar_cols, step;
	bool self;		/* times without children are shown */
	struct fold_row *row;
	uint32_t rows;
	struct show_timing tm;
	struct timing_path path;
	bool more[PICTURE_DEPTH + 1];	/* at a depth: a sibling comes later */
};

void picture_title(const struct picture *);
/* The time axis, and what the numbers are. */
void picture_axis(const struct picture *);
/* Whose the critical path was. */
void picture_blame(struct picture *);

#endif
