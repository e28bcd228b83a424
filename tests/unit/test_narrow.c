/* Tables and waterfalls at any width: no line is wider than its terminal. */
#include "unit.h"

#include "show/flow.h"
#include "show/waterfall.h"
#include "bufis.h"
#include "dice.h"

static const char *const names[] = { "GET", "shop.currency/Convert", "",
	"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", "e\xcc\x81\xe2\x9c\x85",
	"a\x1b[31mb\n", "SELECT products", "x\xff\xfe\xf0\x9f\x98\x80" };

static struct str
name(void)
{
	return str_of(names[roll(sizeof names / sizeof *names)]);
}

/* The lines wider than `width`; no control character but the newlines. */
static unsigned
too_wide(const struct buf *b, unsigned width)
{
	struct str rest = buf_str(b), line;
	unsigned n = 0;

	while (str_cut(&rest, '\n', &line)) {
		bool wide = show_width(line) > width;

		for (size_t i = 0; i < line.n; i++)
			wide |= (unsigned char)line.p[i] < 0x20;
		if (wide)
			fprintf(stderr, "  at %u: %.*s\n", width, PS(line));
		n += wide;
	}
	return n;
}

#define SPANS	60u

static void
a_waterfall(struct buf *b, unsigned width)
{
	struct show sh = { false, width, NULL };
	struct show_span s[SPANS];
	struct show_event ev[SPANS];
	struct show_trace t = { S("0123456789abcdef0123456789abcdef"),
		UINT64_C(1767225600000000000), 1 + roll(2000000000), s,
		1 + roll(SPANS), roll(4) == 0 ? 123456789 : 0, roll(2) == 0 };

	for (uint32_t i = 0; i < t.n; i++) {
		ev[i] = (struct show_event){ roll(1000000000), name(),
		    name() };
		s[i] = (struct show_span){ .name = name(), .service = name(),
		    .depth = i == 0 ? 0 : roll(3) > 0 ? s[i - 1].depth + 1 :
		    roll(s[i - 1].depth + 2), .start = (int64_t)roll(1000),
		    .duration = roll(2000000000), .error = roll(3) == 0,
		    .orphan = roll(9) == 0, .message = name(),
		    .events = &ev[i], .nevents = roll(2) };
	}
	show_waterfall(&sh, &t, b);
	CHECK(too_wide(b, width) == 0);
	buf_reset(b);
}

static void
a_table(struct buf *b, unsigned width)
{
	static const char *const head[] = { "START", "TRACE", "SERVICE",
	    "NAME", "N", "MATCHED" };
	struct show sh = { false, width, NULL };
	struct show_table t = { .cols = 6, .head = head, .right = 0x10,
	    .keep = 3, .spare = roll(64) };

	for (unsigned i = roll(9) * t.cols; i > 0; i--)
		show_cell(&t, name(), SHOW_PLAIN);
	show_table(&sh, &t, b);
	CHECK(too_wide(b, width) == 0);
	buf_reset(b);
	show_table_free(&t);
}

/* Spare columns go from the right, before texts get too short. */
static void
spare(struct buf *b)
{
	static const char *const head[] = { "NAME", "A", "B", "C" };
	struct show sh = { false, 24, NULL };
	struct show_table t = { .cols = 4, .head = head, .right = 0xe,
	    .spare = 0xa };

	show_cell(&t, S("a name of twenty-two.."), SHOW_PLAIN);
	show_cell(&t, S("1111"), SHOW_PLAIN);
	show_cell(&t, S("22"), SHOW_PLAIN);
	show_cell(&t, S("3333"), SHOW_PLAIN);
	show_table(&sh, &t, b);
	CHECK(is(b, "NAME               A   B\n"
	    "a name of twe\xe2\x80\xa6  1111  22\n"));
	sh.width = 17;
	show_table(&sh, &t, b);
	CHECK(is(b, "NAME            B\na name of tw\xe2\x80\xa6  22\n"));
	sh.width = 9;
	show_table(&sh, &t, b);
	CHECK(is(b, "NAME    B\na na\xe2\x80\xa6  22\n"));
	sh.width = 6;	/* cut off: even that is too much */
	show_table(&sh, &t, b);
	CHECK(too_wide(b, 6) == 0);
	buf_reset(b);
	show_table_free(&t);
}

static void
folds(struct buf *b)
{
	struct show_span s[] = {
		{ .name = S("root"), .service = S("a"), .duration = 100 },
		{ .depth = 1, .name = S("call"), .service = S("a"),
		  .start = 10, .duration = 10 },
		{ .depth = 1, .name = S("call"), .service = S("a"),
		  .start = 20, .duration = 10 },
		{ .depth = 1, .name = S("call"), .service = S("a"),
		  .start = 40, .duration = 10 },
	};
	struct show_trace t = { S("abc"), UINT64_C(1767225600000000000), 100,
		s, 4, 0, false };
	struct show sh = { false, 40, NULL };

	show_waterfall(&sh, &t, b);
	CHECK(is(b,
"trace abc\n"
"2026-01-01T00:00:00.000Z  100ns  4 spans\n"
"1 service\n"
"                 0s    50ns      TOTAL\n"
"root        a    █░░░█░███████   100ns\n"
"├call       a     █▌              10ns\n"
"└×2 similar a      █▉ █▌          20ns\n"
"critical path: a 100ns\n"));
}

static void
flow(struct buf *b)
{
	struct show sh = { false, 12, NULL };
	struct flow f = { .show = &sh, .b = b, .indent = 2 };

	flow_words(&f, S("one two three four seventeen-characters five"));
	CHECK(is(b, "one two\n  three four\n  seventeen-characters\n  five"));
	sh.width = 0;
	f.used = 0;
	flow_words(&f, S("one two three four five six seven eight nine ten"));
	CHECK(is(b, "one two three four five six seven eight nine ten"));
}

/* Columns as terminals count them. */
static void
widths(void)
{
	CHECK(show_width(S("e\xcc\x81")) == 1);			/* combining */
	CHECK(show_width(S("\xe0\xb9\x80\xe0\xb8\x81\xe0\xb9\x87")) == 2);
	CHECK(show_width(S("\xe2\x9c\x85")) == 2);		/* check mark */
	CHECK(show_width(S("\xe2\x9c\x97")) == 1);		/* cross */
	CHECK(show_width(S("\xf0\x9f\x98\x80")) == 2);		/* a face */
	CHECK(show_width(S("\xed\x95\x9c")) == 2);		/* Hangul */
	CHECK(show_width(S("\xc3\xa9")) == 1);
}

int
main(void)
{
	struct buf b = { 0 };

	spare(&b);
	folds(&b);
	flow(&b);
	widths();
	for (unsigned long i = unit_rounds(2000, 200000); i > 0; i--) {
		seed = i;
		a_waterfall(&b, 40 + roll(110));
		a_table(&b, 20 + roll(110));
	}
	buf_free(&b);
	return unit_done();
}
