#include "show/heat.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/err.h"

#define LEVELS_PLAIN	4u
#define LEVELS_COLOUR	8u
#define CELL_MAX	8u	/* columns of one step */

/* What a map is drawn from: its columns, and the range of what they hold. */
struct map_of {
	const struct show *show;
	const struct show_heat *heat;
	unsigned cols;		/* of the picture */
	unsigned levels;
	double min, max;	/* of what is not 0 */
	double *sum;		/* row * cols + col */
};

/* From dark to bright, of the 256 colours. */
static const uint8_t colour[LEVELS_COLOUR] = { 53, 89, 125, 161, 203, 209,
    215, 222 };

/* `last`: the level before, whose colour is still on; NONE at first. */
#define NONE	LEVELS_COLOUR

static void
level_put(const struct map_of *m, unsigned level, unsigned last,
    struct buf *b)
{
	static const struct str shade[LEVELS_PLAIN] = { S("░"), S("▒"),
	    S("▓"), S("█") };

	assert(level < m->levels && m->levels <= LEVELS_COLOUR);
	if (m->show->colour && level != last)
		buf_addf(b, "\x1b[38;5;%um", colour[level]);
	buf_adds(b, m->show->colour ? S("█") : shade[level]);
}

/* The least number of a level. */
static double
level_from(const struct map_of *m, unsigned level)
{
	return m->min * pow(m->max / m->min, (double)level / m->levels);
}

static unsigned
level_of(const struct map_of *m, double v)
{
	double l = m->max > m->min ? log(v / m->min) / log(m->max / m->min) *
	    m->levels : m->levels;

	return l >= m->levels - 1 ? m->levels - 1 : l > 0 ? (unsigned)l : 0;
}

/* Steps to columns: some columns each, or some steps to a column. */
static void
fill(struct map_of *m)
{
	const struct show_heat *h = m->heat;

	m->sum = xcalloc((size_t)h->rows * m->cols + 1, sizeof *m->sum);
	for (uint32_t r = 0; r < h->rows; r++)
		for (uint32_t i = 0; i < h->points; i++) {
			double v = h->count[(size_t)r * h->points + i];
			double *to = m->sum + (size_t)r * m->cols;
			unsigned c = (unsigned)((uint64_t)i * m->cols /
			    h->points), last = (unsigned)((i + UINT64_C(1)) *
			    m->cols / h->points);

			do
				to[c] += v;
			while (++c < last);
		}
	for (size_t i = 0; i < (size_t)h->rows * m->cols; i++) {
		double v = m->sum[i];

		if (v > 0 && (m->min == 0 || v < m->min))
			m->min = v;
		m->max = v > m->max ? v : m->max;
	}
}

static void
put_row(const struct map_of *m, uint32_t row, struct buf *b)
{
	const double *v = m->sum + (size_t)row * m->cols;
	unsigned n = m->cols, level, last = NONE;

	while (n > 0 && !(v[n - 1] > 0))
		n--;
	for (unsigned c = 0; c < n; c++) {
		if (!(v[c] > 0)) {
			buf_u8(b, ' ');
			continue;
		}
		level = level_of(m, v[c]);
		level_put(m, level, last, b);
		last = level;
	}
	show_off(m->show, b);
	buf_u8(b, '\n');
}

/* Of each level that a whole number is in, the least one. */
static void
put_legend(const struct map_of *m, unsigned gutter, struct buf *b)
{
	char text[32];

	for (unsigned i = 0; i < gutter; i++)
		buf_u8(b, ' ');
	for (unsigned k = 0; k < m->levels; k++) {
		double least = ceil(level_from(m, k) - 1e-9);

		if (level_of(m, least < m->max ? least : m->max) != k)
			continue;
		buf_adds(b, S("  "));
		level_put(m, k, NONE, b);
		show_off(m->show, b);
		buf_addf(b, " %s", show_number(text, least, SHOW_NUMBER));
	}
	buf_u8(b, '\n');
}

void
show_heat(const struct show *sh, const struct show_heat *h, struct buf *b)
{
	struct map_of m = { .show = sh, .heat = h, .levels = sh->colour ?
	    LEVELS_COLOUR : LEVELS_PLAIN };
	struct show_plot plot = { .from = h->from,
	    .to = h->from + h->points * h->step };
	unsigned room, every = h->rows / 24 + 1;

	for (uint32_t r = 0; r < h->rows; r++) {
		unsigned n = show_width(h->label[r]);

		plot.gutter = n > plot.gutter ? n : plot.gutter;
	}
	room = h->cols > plot.gutter + 12 ? h->cols - plot.gutter - 2 : 10;
	m.cols = room;
	if (h->points <= room)
		m.cols = h->points * (room / h->points > CELL_MAX ? CELL_MAX :
		    room / h->points);
	plot.cols = m.cols;
	fill(&m);
	for (uint32_t r = h->rows; r-- > 0;) {
		show_axis_left(sh, b, &plot, r % every == 0 ? h->label[r] :
		    S(""));
		put_row(&m, r, b);
	}
	show_axis_time(sh, b, &plot);
	put_legend(&m, plot.gutter, b);
	free(m.sum);
}
