/* Charts and heat maps, and the series drawn as such. */
#include "unit.h"

#include <math.h>

#include "query/sheet.h"
#include "show/chart.h"
#include "show/heat.h"
#include "show/spark.h"

#include "bufis.h"

#define START	UINT64_C(1767225600000000000)	/* 2026-01-01T00:00:00Z */
#define MINUTE	UINT64_C(60000000000)

static bool
has(const struct buf *b, const char *what)
{
	return str_find(buf_str(b), str_of(what)) <= b->n;
}

static void
numbers(void)
{
	char t[40];

	CHECK(strcmp(show_number(t, 0.086139, SHOW_SECONDS), "86.1ms") == 0);
	CHECK(strcmp(show_number(t, 0, SHOW_SECONDS), "0s") == 0);
	CHECK(strcmp(show_number(t, 86139000, SHOW_NANOS), "86.1ms") == 0);
	CHECK(strcmp(show_number_round(t, 5e7, SHOW_NANOS), "50ms") == 0);
	CHECK(show_tick(1e12, 5, SHOW_NANOS) == 3e11);
	CHECK(strcmp(show_number(t, 48210.4, SHOW_NUMBER), "48210") == 0);
	CHECK(strcmp(show_number(t, -1.25e9, SHOW_NUMBER), "-1.25G") == 0);
	CHECK(strcmp(show_number(t, 1e30, SHOW_NUMBER), "1e+30") == 0);
	CHECK(strcmp(show_number(t, INFINITY, SHOW_SECONDS), "inf") == 0);
	CHECK(strcmp(show_number(t, 0.25, SHOW_NUMBER), "0.25") == 0);
	CHECK(strcmp(show_number_round(t, .05, SHOW_SECONDS), "50ms") == 0);
	CHECK(strcmp(show_number_round(t, 300, SHOW_SECONDS), "5m00s") == 0);
}

static void
ticks(void)
{
	CHECK(fabs(show_tick(7, 4, SHOW_NUMBER) - 2) < 1e-12);
	CHECK(fabs(show_tick(.3, 5, SHOW_NUMBER) - .1) < 1e-12);
	CHECK(fabs(show_tick(10, 5, SHOW_NUMBER) - 2) < 1e-12);
	CHECK(show_tick(1000, 5, SHOW_SECONDS) == 300);
	CHECK(show_tick(3000, 2, SHOW_BYTES) == 2048);
	CHECK(show_tick(0, 5, SHOW_NUMBER) == 1);
	CHECK(show_tick_time(10 * MINUTE, 5) == 2 * MINUTE);
	CHECK(show_tick_time(UINT64_MAX, 1) % (1440 * MINUTE) == 0);
}

static void
bars(struct buf *b)
{
	show_bar(b, 0, .5, 4);
	CHECK(is(b, "██"));
	show_bar(b, .25, .3, 8);
	CHECK(is(b, "  ▍"));
	show_bar(b, 1, 1, 4);
	CHECK(is(b, "   █"));
	show_bar(b, 0, 0, 4);
	CHECK(is(b, "▏"));
}

static const double up[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 };
static const double gaps[] = { 4, NAN, 4, NAN, NAN, 2, 2, NAN, NAN };

static void
curves(struct buf *b)
{
	const double *curve[] = { up, gaps };
	struct show_chart c = { .curve = curve, .curves = 1, .points = 9,
	    .first = START, .step = MINUTE, .cols = 30, .rows = 8 };
	struct show plain = { false, 30, NULL }, bright = { true, 30, NULL };

	show_chart(&plain, &c, b);
	CHECK(is(b,
"10 ┤\n"
"   │                      ⣀⡠⠤⠒\n"
"   │                 ⣀⠤⠒⠉⠉\n"
" 5 ┤          ⢀⣀⡠⠤⠒⠊⠉\n"
"   │     ⣀⠤⠔⠒⠉⠁\n"
" 0 ┤⣀⠤⠔⠒⠉\n"
"   └┬───────────────┬─────────\n"
"    00:00           00:05\n"));
	c.curves = 2;	/* letters; points alone, and gaps */
	show_chart(&plain, &c, b);
	CHECK(is(b, 
"10 ┤\n"
"   │                      aaaa\n"
"   │                 aaaaa\n"
" 5 ┤b     b   aaaaaaa\n"
"   │     aaaaaa     bbbb\n"
" 0 ┤aaaaa\n"
"   └┬───────────────┬─────────\n"
"    00:00           00:05\n"));
	show_chart(&bright, &c, b);
	CHECK(has(b, "\x1b[36m") && has(b, "\x1b[33m") && !has(b, "b"));
	buf_reset(b);
	c.points = 1;	/* nothing to draw along */
	show_chart(&plain, &c, b);
	CHECK(has(b, "└") && !has(b, "┬"));
	buf_reset(b);
}

/* What no axis can hold. */
static void
extremes(struct buf *b)
{
	static const double v[][3] = { { 1e308, -1e308, 1 },
	    { 1e-310, 0, 5e-324 }, { INFINITY, NAN, -INFINITY },
	    { -5, -6, -7 } };
	struct show sh = { false, 30, NULL };

	for (unsigned i = 0; i < 4; i++) {
		const double *curve[] = { v[i] };
		struct show_chart c = { .curve = curve, .curves = 1,
		    .points = 3, .step = 1, .cols = 30, .rows = 8 };

		show_chart(&sh, &c, b);
		CHECK(has(b, "┤") && has(b, "└"));
		buf_reset(b);
	}
	show_bar(b, NAN, NAN, 4);
	CHECK(is(b, "▏"));
}

static void
heat(struct buf *b)
{
	static const double count[] = { 1, 0, 3, 1000, 30, 30 };
	const struct str label[] = { S("1ms"), S("2ms") };
	struct show_heat h = { .count = count, .label = label, .rows = 2,
	    .points = 3, .from = START, .step = MINUTE, .cols = 30 };
	struct show plain = { false, 30, NULL }, bright = { true, 30, NULL };

	show_heat(&plain, &h, b);
	CHECK(is(b, 
"2ms ┤████████▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒\n"
"1ms ┤░░░░░░░░        ░░░░░░░░\n"
"    └┬──────────────┬────────\n"
"     00:00          00:02\n"
"     ░ 1  ▒ 6  ▓ 32  █ 178\n"));
	show_heat(&bright, &h, b);
	CHECK(has(b, "\x1b[38;5;53m████████"));
	CHECK(has(b, "\x1b[38;5;222m████████\x1b[38;5;"));
	buf_reset(b);
	h.cols = 0;	/* as narrow as it gets */
	show_heat(&plain, &h, b);
	CHECK(has(b, "2ms ┤"));
	buf_reset(b);
}

/* ---- series ---------------------------------------------------------------- */

static struct arena mem;

static void
row(struct table *t, const char *name, const char *value, double a, double c)
{
	struct label *l = arena_new(&mem, struct label, 1);
	struct series *s;

	*l = (struct label){ str_of(name), str_of(value), LABEL_STR };
	s = table_add(t, labels_sort(l, 1), NULL);
	table_put(s, 0, a);
	if (t->steps > 1)
		table_put(s, t->steps - 1, c);
}

static struct sheet
sheet_of(const struct show *sh, struct table *t)
{
	return (struct sheet){ .show = sh, .t = t, .from = START,
	    .first = START + MINUTE, .step = MINUTE,
	    .last = START + t->steps * MINUTE, .mem = &mem };
}

/* A last step that is not over is not shown. */
static void
cut(struct buf *b)
{
	struct show sh = { false, 80, NULL };
	struct table t;
	struct sheet s;

	table_init(&t, 3, &mem);
	row(&t, "svc", "cart", 4, 1);
	table_put(&t.s[0], 1, 5);
	s = sheet_of(&sh, &t);
	s.until = s.last - MINUTE / 2;
	sheet_table(&s, b);
	CHECK(is(b,
"svc   MIN  MAX  LAST  \n"
"cart    4    5     5  ▇█\n"
"2026-01-01T00:00:00.000Z to 2026-01-01T00:02:00.000Z, 2 steps of 1m00s; not the\n"
"next one, which is not over\n"));
	sheet_csv(&s, b);		/* programs get all */
	CHECK(has(b, "2026-01-01T00:03:00.000Z,cart,1\n"));
	buf_reset(b);
	s.until = s.last - MINUTE / 20;	/* nearly over */
	sheet_table(&s, b);
	CHECK(has(b, "cart    1    5     1"));
	buf_reset(b);
	row(&t, "svc", "new", 0, 2);
	t.s[1].has[0] = 4;		/* what is in that step alone */
	s.until = s.last - MINUTE / 2;
	sheet_table(&s, b);
	CHECK(has(b, "3 steps of 1m00s\n"));
	buf_reset(b);
}

static void
series(struct buf *b)
{
	struct show sh = { false, 80, NULL }, narrow = { false, 40, NULL };
	struct table t;
	struct sheet s;
	char name[32][8];

	table_init(&t, 2, &mem);
	row(&t, "svc", "cart", 1, 3);
	row(&t, "svc", "ad", 5, .25);
	s = sheet_of(&sh, &t);
	sheet_table(&s, b);
	CHECK(is(b,
"svc    MIN  MAX  LAST  \n"
"cart     1    3     3  ▂▅\n"
"ad    0.25    5  0.25  █▁\n"
"2026-01-01T00:00:00.000Z to 2026-01-01T00:02:00.000Z, 2 steps of 1m00s\n"));
	sheet_chart(&s, b);
	CHECK(has(b, "\na  ad    0.25  2.625    5  0.25\n"
	    "b  cart     1      2    3     3\n"));
	buf_reset(b);
	s.show = &narrow;
	sheet_chart(&s, b);
	CHECK(has(b, "cart     1    3     3  ▂▅\n"));
	buf_reset(b);
	s.show = &sh;
	row(&t, "other", "x", 1, 1);	/* the labels differ */
	sheet_table(&s, b);
	CHECK(has(b, "other  svc    MIN"));
	CHECK(has(b, "\n       cart     1"));
	CHECK(has(b, "\nx               1"));
	buf_reset(b);
	for (unsigned i = 0; i < 32; i++) {
		snprintf(name[i], sizeof *name, "n%u", i);
		row(&t, "svc", name[i], .1, .2);
	}
	sheet_chart(&s, b);
	CHECK(has(b, "\nand 28 more, at most 0.2 each (all: -o table)\n"));
	buf_reset(b);
}

/* Bars have a third of the line. */
static void
ranks(struct buf *b)
{
	struct show sh = { false, 80, NULL };
	struct table t;
	struct sheet s;

	table_init(&t, 1, &mem);
	row(&t, "svc", "cart", .5, 0);
	row(&t, "svc", "ad", 1, 0);
	s = sheet_of(&sh, &t);
	s.unit = SHOW_SECONDS;
	sheet_chart(&s, b);
	CHECK(is(b,
"svc   VALUE  \n"
"ad    1.00s  ████████████████████████████████████████\n"
"cart  500ms  ████████████████████\n"
"2026-01-01T00:00:00.000Z to 2026-01-01T00:01:00.000Z\n"));
}

/* Buckets in any order, one of them missing. */
static void
maps(struct buf *b)
{
	struct show sh = { false, 60, NULL };
	struct table t;
	struct sheet s;

	table_init(&t, 3, &mem);
	row(&t, "__bucket", "8", 2, 2);
	row(&t, "__bucket", "2", 1, 9);
	s = sheet_of(&sh, &t);
	sheet_chart(&s, b);
	CHECK(is(b, 
"8 ┤▒▒▒▒▒▒▒▒        ▒▒▒▒▒▒▒▒\n"
"4 ┤\n"
"2 ┤░░░░░░░░        ████████\n"
"  └┬──────────────┬────────\n"
"   00:00          00:02\n"
"   ░ 1  ▒ 2  ▓ 3  █ 6\n"
"2026-01-01T00:00:00.000Z to 2026-01-01T00:03:00.000Z, 3\nsteps of 1m00s\n"));
}

int
main(void)
{
	struct buf b = { 0 };

	numbers();
	ticks();
	bars(&b);
	curves(&b);
	extremes(&b);
	heat(&b);
	cut(&b);
	series(&b);
	ranks(&b);
	maps(&b);
	buf_free(&b);
	arena_free(&mem);
	return unit_done();
}
