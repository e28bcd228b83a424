#include "otlp/walk.h"

#include "unit.h"
#include "unit/pb.h"

#define TRACE	S("\1\2\3\4\5\6\7\10\1\2\3\4\5\6\7\10")
#define SPAN	S("\1\2\3\4\5\6\7\10")
#define ZERO	S("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")

enum { TRACES = 1, METRICS, LOGS, PROFILES };

/* Wraps items (each a field 2) into a scope, a resource, a payload. */
static void
enclose(struct buf *b)
{
	pb_wrap(b, 2);		/* ScopeX of ResourceX */
	pb_attr(b, 9, "unknown", "field");
	pb_wrap(b, 1);
}

static void
put_span(struct buf *b, struct str trace, struct str span, uint64_t start)
{
	struct buf s = { 0 };

	pb_bytes(&s, 1, trace);
	pb_bytes(&s, 2, span);
	pb_bytes(&s, 5, S("name"));
	pb_fixed64(&s, 7, start);
	pb_attr(&s, 9, "k", "v");
	pb_varint(&s, 99, 5);
	pb_bytes(b, 2, buf_str(&s));
	buf_free(&s);
}

static void
test_span(void)
{
	struct buf b = { 0 }, st = { 0 };
	struct span s;
	struct cur c;
	struct attr a;

	/* out of order, a repeated field, status in two parts, unknowns */
	pb_fixed32(&b, 16, 0x301);
	pb_bytes(&b, 5, S("first"));
	pb_varint(&st, 3, 2);
	pb_bytes(&b, 15, buf_str(&st));
	buf_reset(&st);
	pb_bytes(&st, 2, S("no"));
	pb_bytes(&b, 15, buf_str(&st));
	pb_attr(&b, 9, "a", "1");
	pb_bytes(&b, 5, S("last"));
	pb_varint(&b, 5, 7);		/* another wire type: unknown */
	pb_fixed64(&b, 8, 9);
	pb_fixed64(&b, 7, 8);
	pb_attr(&b, 9, "b", "2");
	pb_bytes(&b, 1, TRACE);
	CHECK(otlp_span(&s, buf_str(&b)) == 0);
	CHECK(str_eq(s.name, S("last")));
	CHECK(s.flags == 0x301 && s.start == 8 && s.end == 9);
	CHECK(s.status == 2 && str_eq(s.status_message, S("no")));
	CHECK(str_eq(s.trace_id, TRACE) && s.span_id.n == 0);

	c = cur_of(s.raw);
	CHECK(otlp_attr(&c, 9, &a) == 1 && str_eq(a.key, S("a")));
	CHECK(a.value.type == VALUE_STR && str_eq(a.value.s, S("1")));
	CHECK(otlp_attr(&c, 9, &a) == 1 && str_eq(a.key, S("b")));
	CHECK(otlp_attr(&c, 9, &a) == 0);

	for (size_t n = 0; n < b.n; n++) {	/* no cut reads past its end */
		char *cut = memcpy(xmalloc(n), b.p, n);

		otlp_span(&s, str_mk(cut, n));
		free(cut);
	}
	CHECK(otlp_span(&s, str_mk(b.p, b.n - 1)) == -1);
	buf_free(&b);
	buf_free(&st);
}

static void
test_values(void)
{
	struct buf b = { 0 };
	struct value v;
	struct cur c;
	double f = -0.5;
	uint64_t bits;

	CHECK(otlp_value(S(""), &v) == 0 && v.type == VALUE_EMPTY);
	pb_varint(&b, 3, (uint64_t)INT64_MIN);	/* ten bytes */
	CHECK(otlp_value(buf_str(&b), &v) == 0);
	CHECK(v.type == VALUE_INT && v.i == INT64_MIN);
	memcpy(&bits, &f, sizeof bits);
	pb_fixed64(&b, 4, bits);		/* the last of the oneof wins */
	CHECK(otlp_value(buf_str(&b), &v) == 0);
	CHECK(v.type == VALUE_F64 && v.f == -0.5);
	pb_varint(&b, 2, 2);
	CHECK(otlp_value(buf_str(&b), &v) == 0);
	CHECK(v.type == VALUE_BOOL && v.i == 1);
	buf_reset(&b);
	pb_bytes(&b, 1, S(""));
	CHECK(otlp_value(buf_str(&b), &v) == 0);
	CHECK(v.type == VALUE_STR && v.s.n == 0);
	pb_wrap(&b, 1);
	pb_bytes(&b, 1, S("\x18\5"));
	pb_wrap(&b, 5);
	CHECK(otlp_value(buf_str(&b), &v) == 0 && v.type == VALUE_ARRAY);
	c = cur_of(v.s);
	CHECK(otlp_element(&c, &v) == 1 && v.type == VALUE_STR);
	CHECK(otlp_element(&c, &v) == 1 && v.type == VALUE_INT && v.i == 5);
	CHECK(otlp_element(&c, &v) == 0);
	c = cur_of(S("\12\2\x0a\5"));
	CHECK(otlp_element(&c, &v) == -1 && c.bad);
	CHECK(otlp_element(&c, &v) == -1);
	buf_free(&b);
}

static void
test_parts(void)
{
	struct buf b = { 0 }, sub = { 0 };
	struct otlp_event ev;
	struct otlp_link l;
	struct otlp_scope sc;
	struct cur c;

	pb_bytes(&sub, 2, S("exception"));
	pb_fixed64(&sub, 1, 77);
	pb_varint(&sub, 4, 3);
	pb_bytes(&b, 11, buf_str(&sub));
	buf_reset(&sub);
	pb_bytes(&sub, 1, TRACE);
	pb_bytes(&sub, 2, SPAN);
	pb_fixed32(&sub, 6, 1);
	pb_bytes(&b, 13, buf_str(&sub));
	c = cur_of(buf_str(&b));
	CHECK(otlp_event(&c, &ev) == 1 && ev.time == 77 && ev.dropped == 3);
	CHECK(str_eq(ev.name, S("exception")) && otlp_event(&c, &ev) == 0);
	c = cur_of(buf_str(&b));
	CHECK(otlp_link(&c, &l) == 1 && l.flags == 1);
	CHECK(str_eq(l.trace_id, TRACE) && str_eq(l.span_id, SPAN));
	CHECK(otlp_link(&c, &l) == 0);
	CHECK(otlp_scope(S("\12\1a\22\1b"), &sc) == 0);
	CHECK(str_eq(sc.name, S("a")) && str_eq(sc.version, S("b")));
	buf_free(&b);
	buf_free(&sub);
}

static void
test_items(void)
{
	struct buf b = { 0 }, r = { 0 };
	struct otlp_items it;
	struct str item;

	/* the resource and the URLs come after the items */
	put_span(&b, TRACE, SPAN, 1);
	put_span(&b, TRACE, SPAN, 2);
	pb_bytes(&b, 3, S("scope-url"));
	pb_bytes(&b, 1, S("\12\1s"));
	pb_wrap(&b, 2);
	put_span(&r, TRACE, SPAN, 3);
	pb_bytes(&b, 2, buf_str(&r));
	pb_bytes(&b, 2, S(""));
	pb_bytes(&b, 3, S("url"));
	pb_bytes(&b, 1, S("\20\7"));
	pb_wrap(&b, 1);
	pb_bytes(&b, 1, S(""));
	otlp_items_init(&it, buf_str(&b));
	CHECK(otlp_items_next(&it, &item) == 1);
	CHECK(it.resource_no == 1 && it.scope_no == 1);
	CHECK(str_eq(it.resource_raw, S("\20\7")));
	CHECK(str_eq(it.resource_url, S("url")));
	CHECK(str_eq(it.scope_raw, S("\12\1s")));
	CHECK(str_eq(it.scope_url, S("scope-url")));
	CHECK(otlp_items_next(&it, &item) == 1 && it.scope_no == 1);
	CHECK(otlp_items_next(&it, &item) == 1 && it.scope_no == 2);
	CHECK(it.scope_raw.n == 0 && it.scope_url.n == 0);
	CHECK(str_eq(it.resource_url, S("url")));
	CHECK(otlp_items_next(&it, &item) == 0);
	CHECK(otlp_items_next(&it, &item) == 0);
	otlp_items_init(&it, str_mk(b.p, b.n - 1));
	while (otlp_items_next(&it, &item) == 1)
		;
	CHECK(it.bad && otlp_items_next(&it, &item) == -1);
	otlp_items_init(&it, S(""));
	CHECK(otlp_items_next(&it, &item) == 0);
	buf_free(&b);
	buf_free(&r);
}

static void
test_check_spans(void)
{
	struct buf b = { 0 }, out = { 0 };
	struct otlp_sum sum;
	struct err e = { 0 };

	put_span(&b, TRACE, SPAN, 30);
	put_span(&b, TRACE, S("\1\2"), 1);
	put_span(&b, str_mk(ZERO.p, 16), SPAN, 2);
	put_span(&b, TRACE, str_mk(ZERO.p, 8), 3);
	put_span(&b, S(""), SPAN, 4);
	put_span(&b, TRACE, SPAN, 20);
	pb_varint(&b, 77, 1);
	enclose(&b);
	CHECK(otlp_check(TRACES, buf_str(&b), &sum, &e) == 0);
	CHECK(sum.items == 6 && sum.invalid == 4);
	CHECK(sum.min_time == 20 && sum.max_time == 30);
	CHECK(strcmp(sum.why, "span 2: span id has 2 bytes, not 8") == 0);

	CHECK(otlp_strip(TRACES, buf_str(&b), &out, &e) == 0);
	buf_reset(&b);
	put_span(&b, TRACE, SPAN, 30);
	put_span(&b, TRACE, SPAN, 20);
	pb_varint(&b, 77, 1);
	enclose(&b);
	CHECK(str_eq(buf_str(&out), buf_str(&b)));

	/* a level that held only invalid items goes; an unknown time unsets */
	buf_reset(&b);
	put_span(&b, TRACE, S(""), 1);
	enclose(&b);
	buf_reset(&out);
	CHECK(otlp_strip(TRACES, buf_str(&b), &out, &e) == 0 && out.n == 0);
	buf_reset(&b);
	put_span(&b, TRACE, SPAN, 0);
	put_span(&b, TRACE, SPAN, 9);
	enclose(&b);
	CHECK(otlp_check(TRACES, buf_str(&b), &sum, &e) == 0);
	CHECK(sum.items == 2 && sum.invalid == 0);
	CHECK(sum.min_time == 0 && sum.max_time == 0);
	for (size_t n = 0; n < b.n; n++) {	/* one field: no cut is whole */
		char *cut = memcpy(xmalloc(n), b.p, n);

		CHECK(otlp_check(TRACES, str_mk(cut, n), &sum, &e) ==
		    (n == 0 ? 0 : -1));
		free(cut);
	}
	CHECK(otlp_check(0, S(""), &sum, &e) == -1);
	CHECK(otlp_check(5, S(""), &sum, &e) == -1);
	buf_free(&b);
	buf_free(&out);
}

/* AnyValues nested n deep, alternating arrays and maps. */
static void
nest(struct buf *b, unsigned n)
{
	pb_bytes(b, 1, S("x"));
	for (unsigned i = 0; i < n; i++) {
		if (i % 2) {
			pb_wrap(b, 2);
			pb_wrap(b, 1);
			pb_wrap(b, 6);
		} else {
			pb_wrap(b, 1);
			pb_wrap(b, 5);
		}
	}
}

static void
test_depth(void)
{
	struct buf b = { 0 };
	struct otlp_sum sum;
	struct err e = { 0 };

	for (unsigned n = 1; n < 70; n++) {
		buf_reset(&b);
		nest(&b, n);
		pb_wrap(&b, 5);		/* the body of a log record */
		pb_wrap(&b, 2);
		enclose(&b);
		e.kind = ERR_NONE;
		CHECK(otlp_check(LOGS, buf_str(&b), &sum, &e) ==
		    (n > VALUE_DEPTH_MAX ? -1 : 0));
		CHECK(e.kind == (n > VALUE_DEPTH_MAX ? ERR_LIMIT : ERR_NONE));
	}
	buf_reset(&b);
	nest(&b, 5000);
	pb_wrap(&b, 2);
	pb_wrap(&b, 1);			/* an attribute of the resource */
	pb_wrap(&b, 1);
	pb_wrap(&b, 1);
	CHECK(otlp_check(LOGS, buf_str(&b), &sum, &e) == -1);
	buf_free(&b);
}

static void
test_check_logs(void)
{
	struct buf b = { 0 }, l = { 0 };
	struct otlp_sum sum;
	struct logrec lr;
	struct err e = { 0 };

	pb_fixed64(&l, 11, 50);
	pb_bytes(&l, 9, S("odd"));	/* not associated; not invalid */
	pb_bytes(&l, 5, S("\12\2hi"));
	pb_varint(&l, 2, 17);
	CHECK(otlp_logrec(&lr, buf_str(&l)) == 0);
	CHECK(lr.severity == 17 && lr.observed == 50 && lr.time == 0);
	CHECK(lr.body.type == VALUE_STR && str_eq(lr.body.s, S("hi")));
	pb_bytes(&b, 2, buf_str(&l));
	pb_fixed64(&l, 1, 40);
	pb_bytes(&b, 2, buf_str(&l));
	enclose(&b);
	CHECK(otlp_check(LOGS, buf_str(&b), &sum, &e) == 0);
	CHECK(sum.items == 2 && sum.invalid == 0);
	CHECK(sum.min_time == 40 && sum.max_time == 50);
	CHECK(otlp_check(PROFILES, buf_str(&b), &sum, &e) == 0);
	CHECK(sum.items == 2 && sum.max_time == 0);
	buf_free(&b);
	buf_free(&l);
}

/* A metric with one data field, and a point in it. */
static struct otlp_sum
judge(uint32_t no, int temporality, struct str point)
{
	struct buf b = { 0 }, out = { 0 };
	struct otlp_sum sum = { 0 }, after;
	struct err e = { 0 };

	pb_bytes(&b, 1, point);
	if (temporality >= 0)
		pb_varint(&b, 2, (uint64_t)temporality);
	pb_wrap(&b, no);
	pb_bytes(&b, 1, S("cpu"));
	pb_wrap(&b, 2);
	enclose(&b);
	CHECK(otlp_check(METRICS, buf_str(&b), &sum, &e) == 0);
	CHECK(otlp_strip(METRICS, buf_str(&b), &out, &e) == 0);
	CHECK(sum.invalid ? out.n == 0 : str_eq(buf_str(&out), buf_str(&b)));
	CHECK(otlp_check(METRICS, buf_str(&out), &after, &e) == 0);
	CHECK(after.invalid == 0 && after.items == sum.items - sum.invalid);
	buf_free(&b);
	buf_free(&out);
	return sum;
}

static bool
valid(uint32_t no, int temporality, const struct buf *point)
{
	struct otlp_sum sum = judge(no, temporality, buf_str(point));

	CHECK(sum.items == 1);
	return sum.invalid == 0;
}

static void
test_check_numbers(void)
{
	struct buf p = { 0 };
	struct otlp_sum sum;

	pb_fixed64(&p, 6, 0);
	CHECK(!valid(5, -1, &p));	/* time 0 */
	sum = judge(5, -1, buf_str(&p));
	CHECK(strcmp(sum.why, "point 1, of metric cpu: time is 0") == 0);
	pb_fixed64(&p, 3, 5);
	CHECK(valid(5, -1, &p) && valid(7, 1, &p) && valid(7, 9, &p));
	CHECK(!valid(7, 0, &p) && !valid(7, -1, &p));
	CHECK(valid(11, -1, &p));
	buf_reset(&p);
	pb_fixed64(&p, 3, 5);
	CHECK(!valid(5, -1, &p));	/* no value */
	pb_varint(&p, 8, 1);		/* and none was recorded */
	CHECK(valid(5, -1, &p));
	buf_free(&p);
}

static uint64_t
bits_of(double f)
{
	uint64_t bits;

	memcpy(&bits, &f, sizeof bits);
	return bits;
}

static void
histogram(struct buf *p, uint64_t count, const double *bound, size_t bounds,
    size_t counts, bool packed)
{
	struct buf b = { 0 }, c = { 0 };

	buf_reset(p);
	pb_fixed64(p, 3, 5);
	pb_fixed64(p, 4, count);
	for (size_t i = 0; i < bounds; i++)
		if (packed)
			buf_u64(&b, bits_of(bound[i]));
		else
			pb_fixed64(p, 7, bits_of(bound[i]));
	for (size_t i = 0; i < counts; i++)
		if (packed)
			buf_u64(&c, 2);
		else
			pb_fixed64(p, 6, 2);
	if (packed) {
		pb_bytes(p, 7, buf_str(&b));
		pb_bytes(p, 6, buf_str(&c));
	}
	buf_free(&b);
	buf_free(&c);
}

static void
test_check_histograms(void)
{
	static const double up[] = { 0, 1, 2 }, flat[] = { 0, 1, 1 },
	    nan[] = { 0, __builtin_nan(""), 2 };
	struct buf p = { 0 }, b = { 0 };

	for (int packed = 0; packed < 2; packed++) {
		histogram(&p, 8, up, 3, 4, packed);
		CHECK(valid(9, 2, &p) && !valid(9, 0, &p));
		histogram(&p, 7, up, 3, 4, packed);
		CHECK(!valid(9, 2, &p));
		pb_varint(&p, 10, 1);
		CHECK(valid(9, 2, &p));
		histogram(&p, 6, up, 3, 3, packed);
		CHECK(!valid(9, 2, &p));
		histogram(&p, 8, flat, 3, 4, packed);
		CHECK(!valid(9, 2, &p));
		histogram(&p, 8, nan, 3, 4, packed);
		CHECK(!valid(9, 2, &p));
		histogram(&p, 8, up, 0, 0, packed);
		CHECK(valid(9, 2, &p));
		histogram(&p, 2, up, 0, 1, packed);
		CHECK(valid(9, 2, &p));
	}
	buf_reset(&p);
	pb_fixed64(&p, 3, 5);
	pb_fixed64(&p, 4, 6);
	pb_fixed64(&p, 7, 1);
	pb_bytes(&b, 2, S("\1\2"));	/* packed */
	pb_bytes(&p, 8, buf_str(&b));
	CHECK(!valid(10, 1, &p));
	buf_reset(&b);
	pb_varint(&b, 2, 2);		/* not packed */
	pb_bytes(&p, 9, buf_str(&b));
	CHECK(valid(10, 1, &p) && !valid(10, 0, &p));
	pb_fixed64(&p, 7, UINT64_MAX);	/* the sum wraps to the count */
	CHECK(!valid(10, 1, &p));
	buf_free(&p);
	buf_free(&b);
}

/* otlp.md section 10: groups, long varints, long tags; and what is refused. */
static void
test_odd(void)
{
	static const struct { struct str item; int r; } odd[] = {
		{ S(""), 0 },
		{ S("\x9b\6\x08\1\x13\x14\x9c\6"), 0 },	/* groups, nested */
		{ S("\x9b\6\x08\1"), -1 },		/* ended early */
		{ S("\x9c\6"), -1 },			/* an end alone */
		{ S("\x30\x80\x80\x80\x80\x80\x80\x80\x80\x80\1"), 0 },
		{ S("\x30\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\1"), -1 },
		{ S("\x30\x80"), -1 },
		{ S("\xb0\x80\x80\x00\1"), 0 },		/* a tag of 4 bytes */
		{ S("\x2a\x84\x80\x80\x00name"), 0 },	/* length likewise */
		{ S("\2\0"), -1 },			/* field 0 */
		{ S("\x36"), -1 }, { S("\x37\0"), -1 },	/* wire types 6, 7 */
		{ S("\x2a\xff\xff\xff\xff\xff\xff\xff\xff\xff\1"), -1 },
		{ S("\x2a\5nam"), -1 },
		{ S("\x39\1\2\3\4\5\6\7"), -1 },
		{ S("\x85\1\1\2\3"), -1 },
		{ S("\x2a\4\xff\xfe\x80\xc0"), 0 },	/* not UTF-8 */
	};
	struct otlp_sum sum;
	struct span s;

	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		struct buf b = { 0 };

		pb_bytes(&b, 2, odd[i].item);
		enclose(&b);
		CHECK(otlp_span(&s, odd[i].item) == odd[i].r);
		CHECK(otlp_check(TRACES, buf_str(&b), &sum, NULL) ==
		    odd[i].r);
		buf_free(&b);
	}
}

int
main(void)
{
	test_span();
	test_values();
	test_parts();
	test_items();
	test_check_spans();
	test_depth();
	test_check_logs();
	test_check_numbers();
	test_check_histograms();
	test_odd();
	return unit_done();
}
