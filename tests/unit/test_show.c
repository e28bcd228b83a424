#include "unit.h"

#include <math.h>

#include "show/fields.h"
#include "show/json.h"
#include "show/listing.h"
#include "show/show.h"
#include "show/waterfall.h"

#include "bufis.h"

static void
json(struct buf *b)
{
	struct json j = { .b = b };

	json_open(&j, '{');
	json_key(&j, S("a"));
	json_str(&j, S("x\"\\\n\t\x01\x7f\xff\xc3\xa9\xc2\x9b\xc2\xa0"));
	json_key(&j, S("n"));
	json_open(&j, '[');
	json_i64(&j, -5);
	json_i64_text(&j, INT64_MIN);
	json_u64_text(&j, UINT64_MAX);
	json_f64(&j, 0.5);
	json_f64(&j, NAN);
	json_bool(&j, true);
	json_null(&j);
	json_close(&j, ']');
	json_key(&j, S("r"));
	json_raw(&j, S("{}"));
	json_close(&j, '}');
	CHECK(is(b, "{\"a\":\"x\\\"\\\\\\n\\t\\u0001\\u007f\xef\xbf\xbd\xc3\xa9\\u009b\xc2\xa0\","
	    "\"n\":[-5,\"-9223372036854775808\",\"18446744073709551615\",0.5,\"NaN\",true,null],"
	    "\"r\":{}}"));
}

/* A byte is escaped alike wherever it stands in eight. */
static void
bytes(struct buf *b)
{
	for (unsigned c = 0; c < 256; c++) {
		struct buf alone = { 0 };

		json_text(&alone, str_mk((char[]){ (char)c }, 1));
		for (unsigned at = 0; at < 16; at++) {
			char s[] = "0123456789abcdef", want[64];

			s[at] = (char)c;
			snprintf(want, sizeof want, "\"%.*s%.*s%s\"", (int)at,
			    "0123456789abcdef", (int)alone.n - 2, alone.p + 1,
			    &"0123456789abcdef"[at + 1]);
			json_text(b, str_mk(s, 16));
			CHECK(is(b, want));
		}
		buf_free(&alone);
	}
}

static void
text(struct buf *b)
{
	show_text(b, S("a\x1b[31m\n\xff\xe2\x80\xae" "b"));
	CHECK(is(b, "a\\x1b[31m\\n\xef\xbf\xbd\xef\xbf\xbd" "b"));
	show_lines(b, S("a\tb\x1b\n\nc\xc2\x9b"));
	CHECK(is(b, "a\tb\\x1b\n\nc\xef\xbf\xbd"));
	CHECK(show_fit(b, S("hello"), 5, true) == 5);
	CHECK(is(b, "hello"));
	CHECK(show_fit(b, S("hello!"), 5, true) == 5);
	CHECK(is(b, "hell\xe2\x80\xa6"));
	CHECK(show_fit(b, S("hi"), 5, true) == 5);
	CHECK(is(b, "hi   "));
	CHECK(show_fit(b, S("a\nb"), 2, false) == 2);
	CHECK(is(b, "a\xe2\x80\xa6"));
	CHECK(show_width(S("\xe6\x97\xa5\xe6\x9c\xac")) == 4);
}

static void
table(struct buf *b)
{
	static const char *const head[] = { "NAME", "N" };
	struct show sh = { false, 0, NULL };
	struct show_table t = { .cols = 2, .head = head, .right = 2 };

	show_cell(&t, S("a"), SHOW_PLAIN);
	show_cell(&t, S("10"), SHOW_PLAIN);
	show_cell(&t, S("a-long-name"), SHOW_RED);
	show_cell(&t, S("7"), SHOW_PLAIN);
	show_table(&sh, &t, b);
	CHECK(is(b, "NAME          N\na            10\na-long-name   7\n"));
	sh.width = 12;
	show_table(&sh, &t, b);
	CHECK(is(b, "NAME       N\na         10\na-long-\xe2\x80\xa6   7\n"));
	show_table_free(&t);
}

static void
waterfall(struct buf *b)
{
	static const struct show_event ev = { 5000000, { "exception", 9 },
		{ "boom\x1b[1m", 8 } };
	struct show_span s[] = {
		{ .name = S("GET /"), .service = S("gw"),
		  .duration = 100000000 },
		{ .depth = 1, .name = S("call"), .service = S("gw"),
		  .start = 10000000, .duration = 40000000 },
		{ .depth = 2, .name = S("handle"), .service = S("cart"),
		  .start = 12000000, .duration = 30000000, .error = true,
		  .message = S("no stock"), .events = &ev, .nevents = 1 },
		{ .depth = 1, .name = S("store"), .service = S("db"),
		  .start = 60000000, .duration = 1 },
	};
	struct show_trace t = { S("abc123"), UINT64_C(1767225600000000000),
		100000000, s, 4, false, false };
	struct show sh = { false, 70, NULL };

	show_waterfall(&sh, &t, b);
	CHECK(is(b,
"trace abc123\n"
"2026-01-01T00:00:00.000Z  100ms  4 spans  3 services  1 error\n"
"                  0s               50ms                TOTAL    SELF\n"
"GET /        gw   ███░░░░░░░░░░░░░░█████████████████   100ms  60.0ms\n"
"├─ call      gw      █░░░░░░░░░░███                   40.0ms  10.0ms\n"
"│  └─ handle cart     ██████████▎                     30.0ms  30.0ms ✗\n"
"│        ✗ no stock\n"
"│        • +5.00ms exception: boom\\x1b[1m\n"
"└─ store     db                       ▍                  1ns     1ns\n"
"critical path: gw 70.0ms, cart 30.0ms, db 1ns\n"));
}

/* Colours as letters: d dim, r red, 0 off. */
static bool
painted(struct buf *b, const char *line, const char *want)
{
	static const struct show sh = { true, 80, NULL };
	struct buf got = { 0 };
	bool same;

	show_fields(&sh, b, str_of(line), SHOW_RED);
	for (size_t i = 0; i < b->n; i++) {
		struct str rest = str_skip(buf_str(b), i);
		const char *letter = str_starts(rest, S("\x1b[2m")) ? "<d>" :
		    str_starts(rest, S("\x1b[31m")) ? "<r>" :
		    str_starts(rest, S("\x1b[0m")) ? "<0>" : NULL;

		if (!letter)
			buf_u8(&got, (uint8_t)rest.p[0]);
		else {
			buf_adds(&got, str_of(letter));
			i += *letter == '<' && letter[1] == 'r' ? 4 : 3;
		}
	}
	buf_reset(b);
	same = is(&got, want);
	buf_free(&got);
	return same;
}

/* A name keeps its colour; not many share one; none is that of an error. */
static void
colours(void)
{
	unsigned of[SHOW_STYLES] = { 0 }, most = 0;
	char name[16];

	for (unsigned i = 0; i < 120; i++) {
		snprintf(name, sizeof name, "service-%u", i);
		of[show_style_of(str_of(name))]++;
	}
	for (unsigned i = 0; i < SHOW_STYLES; i++)
		most = of[i] > most ? of[i] : most;
	CHECK(most < 30);
	CHECK(of[SHOW_RED] == 0 && of[SHOW_DIM] == 0 && of[SHOW_PLAIN] == 0);
	CHECK(show_style_of(S("cart")) == show_style_of(S("cart")));
}

static void
fields(struct buf *b)
{
	CHECK(painted(b, "plain words", "<r>plain words<0>"));
	CHECK(painted(b, "a=1 b=\"x y=2\" c",
	    "<r><0><d>a=<0><r>1 <0><d>b=<0><r>\"x y=2\" c<0>"));
	CHECK(painted(b, "{\"k\": \"v:\", \"n\":-1}",
	    "<r><0><d>{\"k\": <0><r>\"v:\"<0><d>, \"n\":<0><r>-1<0><d>}<0>"));
	/* what ends too soon, what is none, what a terminal must not see */
	CHECK(painted(b, "{\"k\\", "<r><0><d>{<0><r>\"k\\<0>"));
	CHECK(painted(b, "=x a= 1=2", "<r>=x <0><d>a=<0><r> 1=2<0>"));
	CHECK(painted(b, "k=\x1b[2J", "<r><0><d>k=<0><r>\\x1b[2J<0>"));
	show_fields(&(struct show){ false, 80, NULL }, b, str_mk("{\0}", 3),
	    SHOW_RED);
	CHECK(is(b, "{\\x00}"));
	show_fields(&(struct show){ true, 80, NULL }, b, str_mk("{\0}", 3),
	    SHOW_PLAIN);
	CHECK(b->n > 0);
	buf_reset(b);
}

/* ---- listing ------------------------------------------------------------- */

/* A line at the second `s` of a stream in region eu (NULL: of no region). */
static void
listed(struct show_listing *li, unsigned s, const char *service,
    const char *pod, const char *region, bool gap)
{
	struct show_label v[4] = { { S("id"), str_of(pod) },
		{ S("pod"), str_of(pod) }, { S("service_name"),
		str_of(service) }, { S("region"), str_of(region ? region :
		"") } };
	struct show_line l = { .time = s * UINT64_C(1000000000),
		.severity = 9, .line = S("text"), .labels = v,
		.nlabels = region ? 4 : 3 };

	show_listing_add(li, &l, gap);
}

#define AT(s)	"1970-01-01 00:00:0" #s ".000 INFO  "
#define TIME	"TIME                    LEVEL "

static void
listing(struct buf *b)
{
	const struct show sh = { .width = 100 }, narrow = { .width = 40 };
	struct show_listing *li = show_listing_new(&sh, true);

	/* one stream: nothing to tell apart */
	listed(li, 1, "cart", "c-1", "eu", false);
	listed(li, 2, "cart", "c-1", "eu", false);
	show_listing_put(li, b);
	CHECK(is(b, "common labels {id=\"c-1\", pod=\"c-1\", "
	    "service_name=\"cart\", region=\"eu\"}\n"
	    AT(1) "text\n" AT(2) "text\n"));
	/* the next page has others; two labels that say the same: one column */
	listed(li, 3, "cart", "c-2", "eu", false);
	listed(li, 4, "cart", "c-2", "eu", false);
	listed(li, 5, "cart", "c-2", "eu", true);
	listed(li, 6, "payment", "c-2", "eu", false);
	show_listing_put(li, b);
	CHECK(is(b, "common labels {region=\"eu\"}\n"
	    TIME "service_name id  LINE\n"
	    AT(3) "cart         c-2 text\n" AT(4) "                 text\n"
	    "--\n" AT(5) "cart         c-2 text\n"
	    AT(6) "payment          text\n"));
	/* what fits is not laid out anew, and the line above is remembered */
	listed(li, 7, "payment", "c-3", "eu", false);
	show_listing_put(li, b);
	CHECK(is(b, AT(7) "             c-3 text\n"));
	listed(li, 8, "payment", "c-3", NULL, false);
	show_listing_put(li, b);
	CHECK(is(b, TIME "service_name id  region LINE\n"
	    AT(8) "payment      c-3        text\n"));
	show_listing_put(li, b);
	CHECK(is(b, ""));
	show_listing_free(li);

	/* the service comes first, also when it comes late */
	li = show_listing_new(&sh, false);
	listed(li, 1, "cart", "c-1", "eu", false);
	listed(li, 2, "cart", "c-2", "eu", false);
	show_listing_put(li, b);
	buf_reset(b);
	listed(li, 3, "payment", "c-2", "eu", false);
	show_listing_put(li, b);
	CHECK(is(b, TIME "service_name id  LINE\n"
	    AT(3) "payment      c-2 text\n"));
	show_listing_free(li);

	/* no room for a second column; labels not asked for */
	li = show_listing_new(&narrow, false);
	listed(li, 1, "cart", "c-1", "eu", false);
	listed(li, 2, "averylongservice", "c-2", "eu", false);
	show_listing_put(li, b);
	CHECK(is(b, "TIME           LEVEL service_n\xe2\x80\xa6 LINE\n"
	    "01-01 00:00:01 INFO  cart       text\n"
	    "01-01 00:00:02 INFO  averylong\xe2\x80\xa6 text\n"));
	show_listing_free(li);
}

/* More streams than a layout knows, in pages that end when they are full. */
static void
long_listing(struct buf *b)
{
	const struct show sh = { .width = 100 };
	struct show_listing *li = show_listing_new(&sh, false);
	unsigned pages = 0;
	char pod[16];

	for (unsigned i = 0; i < 2500; i++) {
		snprintf(pod, sizeof pod, "p%u", i);
		listed(li, 1, "cart", pod, "eu", false);
		if (show_listing_full(li)) {
			show_listing_put(li, b);
			pages++;
		}
	}
	show_listing_put(li, b);
	CHECK(pages == 2);
	for (unsigned i = 0; i < 2500; i += 499) {
		snprintf(pod, sizeof pod, " p%u ", i);
		CHECK(str_find(buf_str(b), str_of(pod)) < b->n);
	}
	buf_reset(b);
	show_listing_free(li);
}

int
main(void)
{
	struct buf b = { 0 };

	json(&b);
	bytes(&b);
	text(&b);
	table(&b);
	waterfall(&b);
	fields(&b);
	listing(&b);
	long_listing(&b);
	colours();
	buf_free(&b);
	return unit_done();
}
