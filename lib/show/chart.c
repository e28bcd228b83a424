#include "show/chart.h"

#include <math.h>
#include <stdlib.h>

#include "base/err.h"

#define AXIS_ROWS	2u
#define ROWS_A_LABEL	3u
#define VALUE_MAX	1e200	/* there is no axis beyond, nor below 1 / it */

struct canvas {
	unsigned cols, rows;
	double lo, hi;
	bool letters;
	uint8_t *dots;		/* by character: bits of a braille pattern */
	uint8_t *of;		/* whose curve, from 1; 0: none */
};

enum show_style
show_chart_style(uint32_t curve)
{
	static const enum show_style of[CHART_CURVES] = { SHOW_CYAN,
		SHOW_YELLOW, SHOW_GREEN, SHOW_MAGENTA, SHOW_BLUE, SHOW_RED,
		SHOW_PLAIN };

	return of[curve % CHART_CURVES];
}

/* A dot: x of 2 * cols, y of 4 * rows, from the upper left. */
static void
dot(struct canvas *cv, unsigned x, unsigned y, uint32_t curve)
{
	static const uint8_t bit[4][2] = { { 0x01, 0x08 }, { 0x02, 0x10 },
	    { 0x04, 0x20 }, { 0x40, 0x80 } };
	size_t at = (size_t)(y / 4) * cv->cols + x / 2;

	cv->dots[at] |= bit[y % 4][x % 2];
	cv->of[at] = (uint8_t)(curve + 1);
}

static unsigned
y_of(const struct canvas *cv, double v)
{
	unsigned most = 4 * cv->rows - 1;
	double y = (cv->hi - v) / (cv->hi - cv->lo) * most + .5;

	return !(y > 0) ? 0 : y >= most ? most : (unsigned)y;
}

static unsigned
x_of(const struct canvas *cv, uint32_t i, uint32_t points)
{
	return points < 2 ? 0 : (unsigned)((double)i / (points - 1) *
	    (2 * cv->cols - 1) + .5);
}

static void
line(struct canvas *cv, unsigned x0, unsigned y0, unsigned x1, unsigned y1,
    uint32_t curve)
{
	unsigned dx = x1 - x0, dy = y1 > y0 ? y1 - y0 : y0 - y1;
	unsigned n = dx > dy ? dx : dy;

	for (unsigned k = 0; k <= n; k++) {
		double part = n > 0 ? (double)k / n : 0;

		dot(cv, x0 + (unsigned)(part * dx + .5),
		    (unsigned)(y0 + part * ((double)y1 - y0) + .5), curve);
	}
}

static void
draw(struct canvas *cv, const struct show_chart *c, uint32_t curve)
{
	const double *v = c->curve[curve];

	for (uint32_t i = 0; i < c->points; i++) {
		unsigned x = x_of(cv, i, c->points);

		if (!isfinite(v[i]))
			continue;
		if (i + 1 < c->points && isfinite(v[i + 1]))
			line(cv, x, y_of(cv, v[i]), x_of(cv, i + 1, c->points),
			    y_of(cv, v[i + 1]), curve);
		else
			dot(cv, x, y_of(cv, v[i]), curve);
	}
}

/* From 0, or below, to a round number above all: the step of the labels. */
static double
find_range(struct canvas *cv, const struct show_chart *c)
{
	double min = 0, max = 0, tick;

	for (uint32_t k = 0; k < c->curves; k++)
		for (uint32_t i = 0; i < c->points; i++) {
			double v = c->curve[k][i];

			if (!isfinite(v) || fabs(v) > VALUE_MAX)
				continue;	/* drawn at the edge */
			min = v < min ? v : min;
			max = v > max ? v : max;
		}
	if (max - min < 1 / VALUE_MAX)
		max = min + 1;
	tick = show_tick(max - min, cv->rows / ROWS_A_LABEL, c->unit);
	cv->lo = floor(min / tick) * tick;
	cv->hi = ceil(max / tick) * tick;
	return tick;
}

/* The labels, by row; the widest's columns. */
static unsigned
find_labels(const struct canvas *cv, double tick, enum show_unit unit,
    char (*label)[40])
{
	unsigned n = (unsigned)((cv->hi - cv->lo) / tick + .5), wide = 0;

	for (unsigned k = 0; k <= n; k++) {
		double v = cv->lo + k * tick;
		char *text = show_number_round(label[y_of(cv, v) / 4],
		    fabs(v) < tick / 2 ? 0 : v, unit);
		unsigned cols = show_width(str_of(text));

		wide = cols > wide ? cols : wide;
	}
	return wide;
}

static void
put_cell(const struct canvas *cv, size_t at, struct buf *b)
{
	uint8_t d = cv->dots[at];

	if (d == 0) {
		buf_u8(b, ' ');
	} else if (cv->letters) {
		buf_u8(b, (uint8_t)('a' + cv->of[at] - 1));
	} else {	/* U+2800 + d */
		buf_u8(b, 0xe2);
		buf_u8(b, (uint8_t)(0xa0 | d >> 6));
		buf_u8(b, (uint8_t)(0x80 | (d & 0x3f)));
	}
}

static void
put_row(const struct show *sh, const struct canvas *cv, unsigned row,
    struct buf *b)
{
	size_t at = (size_t)row * cv->cols, end = at + cv->cols;
	unsigned of = 0;

	while (end > at && cv->of[end - 1] == 0)
		end--;
	for (; at < end; at++) {
		if (cv->of[at] != 0 && cv->of[at] != of) {
			of = cv->of[at];
			show_off(sh, b);
			show_on(sh, b, show_chart_style(of - 1));
		}
		put_cell(cv, at, b);
	}
	show_off(sh, b);
	buf_u8(b, '\n');
}

void
show_chart(const struct show *sh, const struct show_chart *c, struct buf *b)
{
	struct canvas cv = { .rows = c->rows > AXIS_ROWS + ROWS_A_LABEL ?
	    c->rows - AXIS_ROWS : ROWS_A_LABEL,
	    .letters = !sh->colour && c->curves > 1 };
	double tick = find_range(&cv, c);
	char (*label)[40] = xcalloc(cv.rows, sizeof *label);
	struct show_plot plot = { .gutter = find_labels(&cv, tick, c->unit,
	    label), .from = c->first, .to = c->first + (c->points - 1) *
	    c->step };

	cv.cols = plot.cols = c->cols > plot.gutter + 12 ? c->cols -
	    plot.gutter - 2 : 10;
	cv.dots = xcalloc((size_t)cv.rows * cv.cols, 1);
	cv.of = xcalloc((size_t)cv.rows * cv.cols, 1);
	for (uint32_t k = c->curves; k-- > 0;)
		draw(&cv, c, k);
	for (unsigned r = 0; r < cv.rows; r++) {
		show_axis_left(sh, b, &plot, str_of(label[r]));
		put_row(sh, &cv, r, b);
	}
	show_axis_time(sh, b, &plot);
	free(label);
	free(cv.dots);
	free(cv.of);
}
