/*
 * axis: round ticks, and numbers and times as short as people read them.
 */
#ifndef SHOW_AXIS_H
#define SHOW_AXIS_H

#include "show/show.h"

enum show_unit { SHOW_NUMBER, SHOW_SECONDS, SHOW_NANOS, SHOW_BYTES };

/* Some four digits: "12.5", "48210", "1.25M"; "12.5ms" of seconds and of
 * nanoseconds; "1.2 MiB". */
char *show_number(char out[32], double, enum show_unit);
/* The same of a round one: "50ms" rather than "50.0ms". */
char *show_number_round(char out[40], double, enum show_unit);

/* The least round step that cuts `span` in at most `most` parts. */
double show_tick(double span, unsigned most, enum show_unit);
/* The same of ns: round in a clock's way. */
uint64_t show_tick_time(uint64_t span, unsigned most);
/* The least round time of at least so many ns, up to a day; 0: none is. */
uint64_t show_round_time(uint64_t least);

/* Where a picture stands: beside `gutter` columns of labels and a line. */
struct show_plot {
	unsigned gutter, cols;
	uint64_t from, to;	/* ns: of its first and last column */
};
/* What stands left of a row: its label, "" for none, and the line. */
void show_axis_left(const struct show *, struct buf *,
    const struct show_plot *, struct str label);
/* Below the last row: the line with its ticks, and their times. */
void show_axis_time(const struct show *, struct buf *,
    const struct show_plot *);

#endif
