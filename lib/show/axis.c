#include "show/axis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/time.h"

#define DAY		(86400 * NS_S)
#define DAYS_MAX	36500u
#define TICK_COLS	12u

char *
show_number(char out[32], double v, enum show_unit unit)
{
	static const char letter[] = "MGTPE";
	double a = fabs(v);
	unsigned k = 0;

	if (unit == SHOW_NANOS)
		return show_number(out, v / 1e9, SHOW_SECONDS);
	if (unit == SHOW_SECONDS && v == 0)
		return strcpy(out, "0s");
	if (unit == SHOW_SECONDS && a < 9e9)
		return num_fmt_short_duration(out, (int64_t)(v * 1e9));
	if (unit == SHOW_BYTES && v >= 0 && v < 1e18)
		return num_fmt_size(out, (uint64_t)v);
	if (!isfinite(v) || a < 1e4 || a >= 1e21) {
		snprintf(out, 32, "%.4g", v);
		return out;
	}
	if (a < 1e6) {
		snprintf(out, 32, "%.0f", v);
		return out;
	}
	for (v /= 1e6; fabs(v) >= 1e3 && letter[k + 1]; k++)
		v /= 1e3;
	snprintf(out, 32, "%.4g%c", v, letter[k]);
	return out;
}

char *
show_number_round(char out[40], double v, enum show_unit unit)
{
	if (unit == SHOW_NANOS)
		return show_number_round(out, v / 1e9, SHOW_SECONDS);
	if (unit == SHOW_SECONDS && fabs(v) < 60)
		return num_fmt_go_duration(out, llround(v * 1e9));
	return show_number(out, v, unit);
}

/* Round to a base: 1, 2, 5 times ten, or what is next to a base. */
static double
round_up(double least, double base)
{
	static const double part[] = { 1, 2, 5, 10, 20, 50, 100, 200, 500 };
	double one = pow(base, floor(log(least) / log(base) + 1e-9));

	for (size_t i = 0; i < sizeof part / sizeof *part; i++)
		if (part[i] < base && part[i] * one >= least * (1 - 1e-9))
			return part[i] * one;
	return base * one;
}

double
show_tick(double span, unsigned most, enum show_unit unit)
{
	static const double clock[] = { 60, 120, 300, 600, 900, 1800, 3600,
	    7200, 10800, 21600, 43200, 86400 };
	double least = span / most;

	if (unit == SHOW_NANOS)
		return 1e9 * show_tick(span / 1e9, most, SHOW_SECONDS);
	if (!(least > 0))
		return 1;
	if (unit == SHOW_SECONDS && least > 20)
		for (size_t i = 0; i < sizeof clock / sizeof *clock; i++)
			if (clock[i] >= least)
				return clock[i];
	return round_up(least, unit == SHOW_BYTES ? 1024 : 10);
}

uint64_t
show_round_time(uint64_t least)
{
	static const uint64_t ms[] = { 1, 2, 5, 10, 20, 50, 100, 200, 500,
	    1000, 2000, 5000, 10000, 15000, 30000, 60000, 120000, 300000,
	    600000, 900000, 1800000, 3600000, 7200000, 10800000, 21600000,
	    43200000, 86400000 };

	for (size_t i = 0; i < sizeof ms / sizeof *ms; i++)
		if (ms[i] * NS_MS >= least)
			return ms[i] * NS_MS;
	return 0;
}

uint64_t
show_tick_time(uint64_t span, unsigned most)
{
	uint64_t least = span / (most > 0 ? most : 1), days,
	    step = show_round_time(least);

	if (step > 0)
		return step;
	days = least / DAY + 1;
	days = days <= 2 ? 2 : days <= 7 ? 7 : (days + 29) / 30 * 30;
	return (days < DAYS_MAX ? days : DAYS_MAX) * DAY;
}

/* As much of the time as steps of this size need. */
static void
time_label(const struct show *sh, char out[40], uint64_t at, uint64_t step)
{
	char t[40];
	unsigned from = step < DAY ? 11 : 5;

	show_time(sh, t, at, step < NS_S ? 3 : 0);
	snprintf(out, 40, "%.*s", step < NS_S ? 12 : step < 60 * NS_S ? 8 : 5,
	    t + from);
}

void
show_axis_left(const struct show *sh, struct buf *b,
    const struct show_plot *p, struct str label)
{
	for (unsigned n = show_width(label); n < p->gutter; n++)
		buf_u8(b, ' ');
	show_text(b, label);
	show_on(sh, b, SHOW_DIM);
	buf_adds(b, label.n > 0 ? S(" ┤") : S(" │"));
	show_off(sh, b);
}

/* The ticks of a time axis. */
struct ticks { uint64_t first, step; unsigned n; };

/* Round in the zone, as it is at the beginning. */
static struct ticks
ticks_of(const struct show *sh, const struct show_plot *p)
{
	struct ticks t = { .step = show_tick_time(p->to - p->from,
	    p->cols / TICK_COLS) };
	int64_t ahead = show_ahead(sh, p->from), step = (int64_t)t.step;
	uint64_t over = (p->from + (uint64_t)(ahead % step + step)) % t.step;

	t.first = p->from + (t.step - over) % t.step;
	if (p->to > p->from && t.first >= p->from && t.first <= p->to)
		t.n = (unsigned)((p->to - t.first) / t.step) + 1;
	return t;
}

static unsigned
column_of(const struct show_plot *p, const struct ticks *t, unsigned no)
{
	uint64_t at = t->first + no * t->step;

	return (unsigned)((double)(at - p->from) / (double)(p->to - p->from) *
	    (p->cols - 1) + .5);
}

/* Each label begins below its tick, where there is room. */
static void
put_labels(const struct show *sh, struct buf *b, const struct show_plot *p,
    const struct ticks *t)
{
	unsigned col = 0;
	char text[40];

	for (unsigned i = 0; i < p->gutter + 2; i++)
		buf_u8(b, ' ');
	for (unsigned k = 0; k < t->n; k++) {
		unsigned to = column_of(p, t, k);

		time_label(sh, text, t->first + k * t->step, t->step);
		if (to + strlen(text) > p->cols + 1)
			break;
		if (k > 0 && to <= col)
			continue;
		for (; col < to; col++)
			buf_u8(b, ' ');
		buf_adds(b, str_of(text));
		col += (unsigned)strlen(text);
	}
	buf_u8(b, '\n');
}

void
show_axis_time(const struct show *sh, struct buf *b,
    const struct show_plot *p)
{
	struct ticks t = ticks_of(sh, p);

	for (unsigned i = 0; i < p->gutter; i++)
		buf_u8(b, ' ');
	show_on(sh, b, SHOW_DIM);
	buf_adds(b, S(" └"));
	for (unsigned c = 0, k = 0; c < p->cols; c++) {
		bool tick = k < t.n && column_of(p, &t, k) == c;

		buf_adds(b, tick ? S("┬") : S("─"));
		k += tick;
	}
	show_off(sh, b);
	buf_u8(b, '\n');
	if (t.n > 0)
		put_labels(sh, b, p, &t);
}
