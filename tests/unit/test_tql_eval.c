/* Queries over a stripe built by hand: which rows, for each kind of column. */
#include "unit.h"
#include "block/frame.h"
#include "tql/part.h"

/*
 * Trace A: 0 root(web) -> 1 (web) -> 2 (db, error); 3 is cut off.
 * Trace B: 4 root(db) -> 5 (db).
 */
#define SPANS	6u

static struct frame *frame;

static void
ints(unsigned table, struct str name, const int64_t *v, uint32_t n)
{
	uint32_t col = frame_col(frame, table, name, VEC_INT);

	for (uint32_t r = 0; r < n; r++)
		frame_int(frame, col, r, v[r]);
}

static void
text(unsigned table, struct str name, uint32_t row, struct str v)
{
	frame_str(frame, frame_col(frame, table, name, VEC_STR), row, v);
}

static void
fill(void)
{
	static const int64_t start[] = { 100, 110, 120, 130, 200, 210 };
	static const int64_t duration[] = { 1000, 500, 200, 50, 90, 10 };
	static const int64_t parent[] = { 0, 1, 1, -1, 0, 1 };
	static const int64_t status[] = { 0, 0, 2, 0, 1, 0 };
	static const int64_t kind[] = { 2, 3, 2, 1, 2, 3 };
	static const int64_t res[] = { 0, 0, 1, 1, 1, 1 };
	static const int64_t scope[SPANS] = { 0 };
	static const int64_t first[] = { 0, 4 }, spans[] = { 4, 2 };
	static const int64_t begin[] = { 100, 200 }, end[] = { 1100, 290 };
	static const int64_t of[] = { 2, 2, 5 }, after[] = { 5, 9, 1 };
	static const struct str names[] = { S("get"), S("call"), S("query"),
	    S("lost"), S("get"), S("query") };
	uint32_t col;

	frame = frame_new(TR_TABLES);
	ints(TR_SPAN, S("start"), start, SPANS);
	ints(TR_SPAN, S("duration"), duration, SPANS);
	ints(TR_SPAN, S("parent"), parent, SPANS);
	ints(TR_SPAN, S("status"), status, SPANS);
	ints(TR_SPAN, S("kind"), kind, SPANS);
	ints(TR_SPAN, S("res"), res, SPANS);
	ints(TR_SPAN, S("scope"), scope, SPANS);
	ints(TR_TRACE, S("first"), first, 2);
	ints(TR_TRACE, S("spans"), spans, 2);
	ints(TR_TRACE, S("start"), begin, 2);
	ints(TR_TRACE, S("end"), end, 2);
	ints(TR_EVENT, S("span"), of, 3);
	ints(TR_EVENT, S("time"), after, 3);
	for (uint32_t r = 0; r < SPANS; r++)
		text(TR_SPAN, S("name"), r, names[r]);
	text(TR_RES, S("r.service.name"), 0, S("web"));
	text(TR_RES, S("r.service.name"), 1, S("db"));
	text(TR_RES, S("r.k"), 1, S("res"));
	text(TR_EVENT, S("name"), 0, S("x"));
	text(TR_EVENT, S("name"), 1, S("y"));
	text(TR_EVENT, S("name"), 2, S("x"));
	ints(TR_EVENT, S("e.n"), (const int64_t[]){ 1, 2 }, 2);
	/* m: of the first of two events, and of the library of all spans */
	ints(TR_EVENT, S("e.m"), (const int64_t[]){ 5 }, 1);
	ints(TR_SCOPE, S("i.m"), (const int64_t[]){ 9 }, 1);
	/* k: a string on 0, an int on 1, a float on 2; else the resource's */
	text(TR_SPAN, S("s.k"), 0, S("one"));
	frame_int(frame, frame_col(frame, TR_SPAN, S("s.k"), VEC_INT), 1, 1);
	frame_f64(frame, frame_col(frame, TR_SPAN, S("s.k"), VEC_F64), 2, 1.0);
	/* arr: [1, 2] on 4, as an AnyValue */
	col = frame_col(frame, TR_SPAN, S("s.arr"), VEC_ANY);
	frame_str(frame, col, 4, S("\x2a\x08\x0a\x02\x18\x01\x0a\x02\x18\x02"));
	/* far: in the shared map of 3, an int 7 */
	col = frame_col(frame, TR_SPAN, S("x"), VEC_ANY);
	frame_str(frame, col, 3, S("\x0a\x09\x0a\x03" "far\x12\x02\x18\x07"));
	for (uint32_t t = 0; t < 2; t++) {
		uint8_t id[16] = { [15] = (uint8_t)(0xa0 + t) };

		frame_fix(frame, frame_col(frame, TR_TRACE, S("id"),
		    VEC_FIX16), t, id);
	}
	for (uint32_t r = 0; r < SPANS; r++)
		frame_fix(frame, frame_col(frame, TR_SPAN, S("id"), VEC_FIX8),
		    r, (uint8_t[8]){ 1, [7] = (uint8_t)r });
	frame_rows(frame, TR_SPAN, SPANS);
	frame_rows(frame, TR_TRACE, 2);
	frame_rows(frame, TR_RES, 2);
	frame_rows(frame, TR_SCOPE, 1);
	frame_rows(frame, TR_EVENT, 3);
	frame_rows(frame, TR_LINK, 0);
}

/* The rows as digits: "024"; "!" when the query fails. */
static const char *
rows(struct str query, const uint64_t *skip)
{
	static char out[SPANS + 1];
	struct arena a = { 0 };
	struct err e = { 0 };
	struct tql_query q;
	struct part p;
	struct spansets ss;
	size_t n = 0;

	if (tql_parse(&q, query, &a, &e) == -1) {
		fprintf(stderr, "%s\n", e.msg);
		arena_free(&a);
		return "?";
	}
	part_init(&p, frame_stripe(frame, &a), &q, &a);
	if (part_eval(&p, skip, &ss, &e) == -1)
		out[n++] = '!';
	else
		for (uint32_t r = 0; r < SPANS; r++)
			if (bit_get(ss.bits, r))
				out[n++] = (char)('0' + r);
	out[n] = '\0';
	tql_free(&q);
	arena_free(&a);
	return out;
}

static void
is(const char *query, const char *want)
{
	const char *got = rows(str_of(query), NULL);

	if (strcmp(got, want) != 0)
		fprintf(stderr, "%s: %s, not %s\n", query, got, want);
	CHECK(strcmp(got, want) == 0);
}

static void
test_columns(void)
{
	is("{}", "012345");
	is("{ false }", "");
	is("{ duration >= 200 }", "012");
	is("{ duration > 199.5 && duration < 1us }", "12");
	is("{ 200ns = duration }", "2");
	is("{ duration != 200 }", "01345");
	is("{ name = \"query\" }", "25");
	is("{ name =~ \"q.*|lost\" }", "235");
	is("{ name =~ \"uer\" }", "");
	is("{ name < \"get\" }", "1");
	is("{ status = error || kind = internal }", "23");
	is("{ status != unset }", "24");
	is("{ resource.service.name = \"web\" }", "01");
	is("{ trace:id = \"a1\" }", "45");
	is("{ trace:id = \"000000000000000000000000000000a0\" }", "0123");
	is("{ span:id = \"0100000000000003\" }", "3");
	is("{ traceDuration = 90 }", "45");
	is("{ rootName = \"get\" && rootServiceName = \"db\" }", "45");
}

static void
test_attributes(void)
{
	is("{ span.k = 1 }", "12");
	is("{ span.k = \"one\" }", "0");
	is("{ span.k != 1 }", "");
	is("{ span.k != \"two\" }", "0");
	is("{ .k = \"res\" }", "345");
	is("{ .k != \"x\" }", "0345");
	is("{ resource.k = \"res\" }", "2345");
	is("{ span.k = nil }", "345");
	is("{ .k = nil }", "");
	is("{ !(span.k = 1) }", "0345");
	is("{ !span.k }", "!");
	is("{ span.far = 7 }", "3");
	is("{ .far > 6.5 && .far != nil }", "3");
	is("{ span.arr = 2 }", "4");
	is("{ span.arr != 2 }", "");
	is("{ span.arr != 3 }", "4");
	is("{ span.k + 1 = 2 }", "12");
	is("{ (.nope + .none) = false }", "012345");
	is("{ (span.arr + .nope) = false }", "012345");
	is("{ (span.arr + .k) = false }", "012345");
	is("{ span.arr + span.far = 1 || span.arr + 1 = 2 }", "!");
	is("{ span.arr != .arr }", "!");
	is("{ duration / 2 = 100 && 1 / span.far < 1 }", "");
	is("{ 1 / (span.far - 7) = 0 }", "!");
	is("{ span.far != 7 && 1 / (span.far - 7) = 0 }", "");
	is("{ span.far != duration - 43 && !(1 / (span.far - 7) = 0) }", "");
}

static void
test_events(void)
{
	is("{ event:name = \"x\" }", "25");
	is("{ event:name = \"x\" && event.n = 1 }", "2");
	is("{ event:name = \"x\" && event.n = 2 }", "");
	is("{ event:name = \"x\" && (event.n = 2 || false) }", "2");
	is("{ event.n = nil }", "5");
	is("{ event.n != nil }", "2");
	is("{ event:timeSinceStart > 8ns }", "2");
	is("{ event.n + 0 = 2 && event:name = \"y\" }", "2");
	is("{ event.n + 0 = 2 && event:name = \"x\" }", "");
	is("{ link.k != nil }", "");
	is("{ .m = 9 }", "01345");
	is("{ .m + 0 = 9 }", "01345");
	is("{ .m + 0 = 5 }", "2");
}

static void
test_sets(void)
{
	is("{ name = \"get\" } && { status = error }", "02");
	is("{ name = \"lost\" } || { name = \"call\" }", "13");
	is("{ name = \"get\" } >> { name = \"query\" }", "25");
	is("{ name = \"get\" } > { name = \"query\" }", "5");
	is("{ name = \"query\" } << { kind = server }", "04");
	is("{} >> { name = \"lost\" }", "");
	is("{ name = \"get\" } !>> { name = \"lost\" }", "3");
	is("{ kind = client } &> {}", "12");
	is("{ nestedSetParent = -1 }", "04");
	is("{ nestedSetLeft = 2 && nestedSetRight = 5 }", "1");
	is("{ nestedSetLeft = 0 }", "3");
	is("{ span:childCount = 1 }", "014");
	is("({ name = \"call\" } || { name = \"query\" }) >> { status = error }",
	    "2");
}

static void
test_pipes(void)
{
	is("{ duration > 40 } | { status = error }", "2");
	is("{} | count() > 2", "0123");
	is("{} | avg(duration) < 100", "45");
	is("{ kind = server } | max(duration) = 1us", "02");
	is("{} | sum(span.far) = 7", "0123");
	is("{} | min(span.nope) > 0", "");
	is("{} | by(name) | count() > 1", "");
	is("{} | by(resource.service.name) | count() = 2", "012345");
	is("{} | by(resource.service.name) | { kind = server } | count() = 1",
	    "024");
	is("{} | by(name) | coalesce() | count() = 4", "0123");
	is("{} | by(kind) | {} > {}", "");
	is("{} | by(kind = server) | { name = \"call\" } || { name = \"get\" }",
	    "014");
	is("({} | count() > 2) && ({ name = \"get\" } | count() = 1)", "0123");
	is("({} | by(name)) >> ({} | count() > 2)", "!");
	is("({} | by(name) | coalesce()) >> ({} | count() > 2)", "12");
	is("{} | select(span.k) | 1 / span.nope = 1", "?");
}

static void
test_skip(void)
{
	const uint64_t skip = 1;

	CHECK(strcmp(rows(S("{}"), &skip), "45") == 0);
	CHECK(strcmp(rows(S("{ status = error }"), &skip), "") == 0);
}

int
main(void)
{
	fill();
	test_columns();
	test_attributes();
	test_events();
	test_sets();
	test_pipes();
	test_skip();
	frame_free(frame);
	return unit_done();
}
