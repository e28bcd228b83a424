/*
 * chart: curves over time, in braille dots, eight to a character.
 *
 *  400 ┤        ⢀⡠⠤⡀
 *      │ ⣀⡠⠤⠤⠒⠉   ⠈⠢⣀
 *  200 ┤⠉           ⠑⠤
 *      └─┬────────┬─────
 *        15:00    15:10
 *
 * Where there is no colour to tell several curves apart they are drawn in
 * letters: a, b, c ... in their order. What the letters and colours stand for,
 * the caller says below.
 */
#ifndef SHOW_CHART_H
#define SHOW_CHART_H

#include "show/axis.h"

#define CHART_CURVES	7u	/* that can be told apart */

struct show_chart {
	const double *const *curve;	/* by point, NaN: none; the first is
					   drawn on top */
	uint32_t curves, points;
	uint64_t first, step;		/* ns: point i is at first + i * step */
	enum show_unit unit;
	unsigned cols, rows;		/* of characters, with axes; all */
};

void show_chart(const struct show *, const struct show_chart *, struct buf *);
/* The colour of a curve. */
enum show_style show_chart_style(uint32_t curve);

#endif
