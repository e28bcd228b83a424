#include "otlp/json.h"

#include "otlp/tidy.h"
#include "otlp/walk.h"
#include "unit.h"
#include "unit/pb.h"

enum { TRACES = 1, METRICS, LOGS, PROFILES };

static bool
same(struct buf *b, struct str want)
{
	bool ok = str_eq(buf_str(b), want);

	if (!ok)
		fprintf(stderr, "got  %.*s\nwant %.*s\n", PS(buf_str(b)),
		    PS(want));
	buf_reset(b);
	return ok;
}

/* `in` is read, and comes back as `want`. */
static bool
becomes(unsigned signal, struct str in, struct str want)
{
	struct buf b = { 0 }, out = { 0 };
	struct err e = { 0 };
	unsigned told = 0;
	bool ok = otlp_from_json(&told, in, &b, &e) == 0 && told == signal &&
	    otlp_to_json(signal, buf_str(&b), &out, &e) == 0;

	if (!ok)
		fprintf(stderr, "%s\n", e.msg);
	ok = ok && same(&out, want);
	buf_free(&b);
	buf_free(&out);
	return ok;
}

#define STAYS(signal, text)	CHECK(becomes(signal, S(text), S(text)))
#define BECOMES(signal, in, want)	CHECK(becomes(signal, S(in), S(want)))

static struct str
refused(unsigned signal, struct str in)
{
	static struct err e;
	struct buf b = { 0 };

	e.msg[0] = '\0';
	CHECK(otlp_from_json(&signal, in, &b, &e) == -1);
	buf_free(&b);
	return str_of(e.msg);
}

#define SPAN(fields)	\
	"{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{" fields "}]}]}]}"
#define BODY(value)	\
	"{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"body\":" \
	value "}]}]}]}"
#define POINT(kind, fields)	\
	"{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[{\"" kind \
	"\":{\"dataPoints\":[{" fields "}]}}]}]}]}"

static void
test_spans(void)
{
	STAYS(TRACES, "{\"resourceSpans\":[{\"resource\":{\"attributes\":["
	    "{\"key\":\"service.name\",\"value\":{\"stringValue\":\"a\"}}],"
	    "\"droppedAttributesCount\":1,\"entityRefs\":[{\"type\":\"t\","
	    "\"idKeys\":[\"a\",\"b\"]}]},\"scopeSpans\":[{\"scope\":{"
	    "\"name\":\"n\",\"version\":\"1\"},\"spans\":[{"
	    "\"traceId\":\"5b8efff798038103d269b633813fc60c\","
	    "\"spanId\":\"eee19b7ec3c1b174\",\"traceState\":\"a=b\","
	    "\"parentSpanId\":\"eee19b7ec3c1b173\",\"name\":\"GET\","
	    "\"kind\":2,\"startTimeUnixNano\":\"1544712660000000000\","
	    "\"endTimeUnixNano\":\"18446744073709551615\",\"events\":[{"
	    "\"timeUnixNano\":\"1\",\"name\":\"e\"}],\"links\":[{"
	    "\"traceId\":\"5b8efff798038103d269b633813fc60c\",\"flags\":"
	    "4294967295}],\"status\":{\"message\":\"no\",\"code\":2},"
	    "\"flags\":257}],\"schemaUrl\":\"u\"}],\"schemaUrl\":\"v\"}]}");
	BECOMES(TRACES, SPAN("\"traceId\":\"5B8EFFF798038103d269b633813fc60c\","
	    "\"spanId\":\"\",\"parentSpanId\":null,\"kind\":"
	    "\"SPAN_KIND_SERVER\",\"name\":\"\",\"trace_state\":\"x\","
	    "\"unknown\":{\"a\":[1,{\"b\":[null,1e999]}]},\"status\":{}"),
	    SPAN("\"traceId\":\"5b8efff798038103d269b633813fc60c\","
	    "\"kind\":2,\"status\":{}"));
	BECOMES(TRACES, SPAN("\"startTimeUnixNano\":1544712660000000001,"
	    "\"endTimeUnixNano\":1e3,\"kind\":7,\"flags\":2.0"),
	    SPAN("\"kind\":7,\"startTimeUnixNano\":\"1544712660000000001\","
	    "\"endTimeUnixNano\":\"1000\",\"flags\":2"));
	BECOMES(TRACES, SPAN("\"endTimeUnixNano\":18446744073709551615,"
	    "\"startTimeUnixNano\":\"1.5447126600000000010e18\""),
	    SPAN("\"startTimeUnixNano\":\"1544712660000000001\","
	    "\"endTimeUnixNano\":\"18446744073709551615\""));
	STAYS(METRICS, "{\"resourceMetrics\":[]}");
	STAYS(TRACES, "{\"resourceSpans\":[{},{\"resource\":{}}]}");
	STAYS(TRACES, SPAN("\"traceId\":\"0102\""));
}

static void
test_values(void)
{
	STAYS(LOGS, BODY("{}"));
	STAYS(LOGS, BODY("{\"stringValue\":\"\"}"));
	STAYS(LOGS, BODY("{\"boolValue\":false}"));
	STAYS(LOGS, BODY("{\"intValue\":\"0\"}"));
	STAYS(LOGS, BODY("{\"intValue\":\"-9223372036854775808\"}"));
	STAYS(LOGS, BODY("{\"doubleValue\":0}"));
	STAYS(LOGS, BODY("{\"doubleValue\":0.1}"));
	STAYS(LOGS, BODY("{\"doubleValue\":-0}"));
	STAYS(LOGS, BODY("{\"doubleValue\":\"NaN\"}"));
	STAYS(LOGS, BODY("{\"doubleValue\":\"-Infinity\"}"));
	STAYS(LOGS, BODY("{\"bytesValue\":\"\"}"));
	STAYS(LOGS, BODY("{\"bytesValue\":\"AP/+\"}"));
	STAYS(LOGS, BODY("{\"arrayValue\":{\"values\":[{\"intValue\":\"1\"},"
	    "{},{\"kvlistValue\":{\"values\":[{\"key\":\"k\",\"value\":{"
	    "\"stringValue\":\"\\u0000\\n\xc3\xa9\"}},{}]}}]}}"));
	BECOMES(LOGS, BODY("{\"bytesValue\":\"AP_-\"}"),
	    BODY("{\"bytesValue\":\"AP/+\"}"));
	BECOMES(LOGS, BODY("{\"bytesValue\":\"AA\"}"),
	    BODY("{\"bytesValue\":\"AA==\"}"));
	BECOMES(LOGS, BODY("{\"doubleValue\":\"-1.5e-3\"}"),
	    BODY("{\"doubleValue\":-0.0015}"));
	BECOMES(LOGS, BODY("{\"intValue\":-9007199254740993}"),
	    BODY("{\"intValue\":\"-9007199254740993\"}"));
	BECOMES(LOGS, BODY("{\"stringValue\":\"a\\ud83d\xff\"}"),
	    BODY("{\"stringValue\":\"a\xef\xbf\xbd\xef\xbf\xbd\"}"));
	BECOMES(LOGS, BODY("{\"stringValue\":\"\\ud83d\\ude00\\udc00\"}"),
	    BODY("{\"stringValue\":\"\xf0\x9f\x98\x80\xef\xbf\xbd\"}"));
	BECOMES(LOGS, "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{"
	    "\"severityNumber\":\"SEVERITY_NUMBER_WARN2\"}]}]}]}",
	    "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{"
	    "\"severityNumber\":14}]}]}]}");
}

static void
test_metrics(void)
{
	STAYS(METRICS, POINT("gauge", "\"timeUnixNano\":\"1\","
	    "\"exemplars\":[{\"asDouble\":0.5,\"spanId\":\"0102030405060708\","
	    "\"traceId\":\"01\",\"filteredAttributes\":[{\"key\":\"k\"}]}],"
	    "\"asInt\":\"0\",\"flags\":1"));
	STAYS(METRICS, POINT("histogram", "\"count\":\"3\",\"sum\":0,"
	    "\"bucketCounts\":[\"0\",\"3\"],\"explicitBounds\":[0,1e+21],"
	    "\"min\":-1,\"max\":0"));
	STAYS(METRICS, POINT("exponentialHistogram", "\"scale\":-3,"
	    "\"zeroCount\":\"2\",\"positive\":{\"offset\":-7,\"bucketCounts\":"
	    "[\"1\",\"300\",\"18446744073709551615\"]},\"negative\":{},"
	    "\"zeroThreshold\":1e-09"));
	STAYS(METRICS, POINT("summary", "\"count\":\"1\",\"sum\":1.5,"
	    "\"quantileValues\":[{\"quantile\":1,\"value\":2}]"));
	STAYS(METRICS, "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":"
	    "[{\"name\":\"n\",\"description\":\"d\",\"unit\":\"By\",\"sum\":{"
	    "\"aggregationTemporality\":2,\"isMonotonic\":true},\"metadata\":"
	    "[{\"key\":\"a\",\"value\":{\"boolValue\":true}}]}]}]}]}");
	BECOMES(METRICS, POINT("gauge", "\"asDouble\":3"),
	    POINT("gauge", "\"asDouble\":3"));
}

static void
test_refused(void)
{
	CHECK(str_eq(refused(TRACES, S(SPAN("\"traceId\":\"012\""))),
	    S("resourceSpans: [0]: scopeSpans: [0]: spans: [0]: traceId: "
	    "not hexadecimal, or of odd length")));
	CHECK(str_ends(refused(TRACES, S(SPAN("\"spanId\":\"0x\""))),
	    S("not hexadecimal, or of odd length")));
	refused(TRACES, S(SPAN("\"kind\":\"SPAN_KIND_OF\"")));
	refused(TRACES, S(SPAN("\"kind\":2147483648")));
	refused(TRACES, S(SPAN("\"flags\":-1")));
	refused(TRACES, S(SPAN("\"flags\":4294967296")));
	refused(TRACES, S(SPAN("\"name\":1")));
	refused(TRACES, S(SPAN("\"startTimeUnixNano\":-1")));
	refused(TRACES, S(SPAN("\"startTimeUnixNano\":1.5")));
	refused(TRACES, S(SPAN("\"startTimeUnixNano\":15e-1")));
	refused(TRACES, S(SPAN("\"startTimeUnixNano\":18446744073709551616")));
	refused(TRACES, S(SPAN("\"startTimeUnixNano\":1e20")));
	refused(TRACES, S(SPAN("\"startTimeUnixNano\":\"\"")));
	refused(TRACES, S(SPAN("\"startTimeUnixNano\":\"0x10\"")));
	refused(TRACES, S(SPAN("\"startTimeUnixNano\":0001234567890123456")));
	refused(TRACES, S(SPAN("\"events\":{}")));
	refused(TRACES, S(SPAN("\"events\":[1]")));
	refused(TRACES, S(SPAN("\"status\":[]")));
	refused(LOGS, S(BODY("{\"intValue\":9223372036854775808}")));
	refused(LOGS, S(BODY("{\"boolValue\":\"true\"}")));
	refused(LOGS, S(BODY("{\"doubleValue\":1e999}")));
	refused(LOGS, S(BODY("{\"doubleValue\":\"0x1p3\"}")));
	refused(LOGS, S(BODY("{\"doubleValue\":\"inf\"}")));
	refused(LOGS, S(BODY("{\"bytesValue\":\"A\"}")));
	refused(LOGS, S(BODY("{\"bytesValue\":\"A=A=\"}")));
	refused(LOGS, S(BODY("{\"bytesValue\":\"AAA=====\"}")));
	refused(LOGS, S(BODY("{\"bytesValue\":\"A!==\"}")));
	CHECK(str_starts(refused(LOGS, S("{\"resourceLogs\":[\n1e")),
	    S("resourceLogs: [0]: json: byte ")));
	refused(LOGS, S("[]"));
	refused(LOGS, S(""));
	refused(LOGS, S("{} {}"));
	refused(0, S("{}"));
	refused(0, S("{\"resourceLogs\":[],\"resourceSpans\":[]}"));
	refused(PROFILES, S("{\"resourceProfiles\":[]}"));
}

/* Arrays n deep as the body. */
static void
nested(struct buf *b, unsigned n)
{
	buf_adds(b, S("{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{"
	    "\"body\":"));
	for (unsigned i = 0; i < n; i++)
		buf_adds(b, S("{\"arrayValue\":{\"values\":["));
	for (unsigned i = 0; i < n; i++)
		buf_adds(b, S("]}}"));
	buf_adds(b, S("}]}]}]}"));
}

static void
test_limits(void)
{
	struct buf b = { 0 }, out = { 0 };
	struct otlp_sum sum;
	struct err e = { 0 };
	unsigned signal = LOGS;

	nested(&b, 64);
	CHECK(otlp_from_json(&signal, buf_str(&b), &out, &e) == 0);
	CHECK(otlp_check(LOGS, buf_str(&out), &sum, &e) == 0);
	buf_reset(&b);
	buf_reset(&out);
	nested(&b, 65);
	CHECK(otlp_from_json(&signal, buf_str(&b), &out, &e) == 0);
	CHECK(otlp_check(LOGS, buf_str(&out), &sum, &e) == -1);
	buf_reset(&b);
	nested(&b, 500);
	CHECK(otlp_from_json(&signal, buf_str(&b), &out, &e) == -1);
	CHECK(e.kind == ERR_LIMIT);
	buf_reset(&b);
	nested(&b, 100000);
	CHECK(otlp_from_json(&signal, buf_str(&b), &out, &e) == -1);

	buf_reset(&b);			/* a wire bomb, likewise */
	for (unsigned i = 0; i < 20000; i++) {
		pb_wrap(&b, 1);
		pb_wrap(&b, 5);
		if (b.n > 20000)
			break;
	}
	pb_wrap(&b, 5);
	pb_wrap(&b, 2);
	pb_wrap(&b, 2);
	pb_wrap(&b, 1);
	CHECK(otlp_to_json(LOGS, buf_str(&b), &out, &e) == -1);
	CHECK(e.kind == ERR_LIMIT);

	buf_reset(&b);			/* many small values */
	buf_adds(&b, S("{\"resourceLogs\":[{\"unknown\":["));
	for (unsigned i = 0; i < 500000; i++)
		buf_adds(&b, S("{},"));
	buf_adds(&b, S("{}]}]}"));
	CHECK(otlp_from_json(&signal, buf_str(&b), &out, &e) == -1);
	CHECK(e.kind == ERR_LIMIT);
	buf_free(&b);
	buf_free(&out);
}

/* What no usual encoder writes, and every reader must take. */
static void
test_odd_wire(void)
{
	struct buf b = { 0 }, kv = { 0 }, out = { 0 };

	pb_bytes(&b, 15, S("\x18\2"));		/* a status in two pieces */
	pb_bytes(&b, 5, S("first"));
	pb_bytes(&b, 15, S("\x12\1m"));
	buf_adds(&b, S("\x9b\6\x08\1\x9c\6"));	/* a group */
	pb_bytes(&b, 5, S("n\0\xff"));
	pb_varint(&b, 1, 3);			/* wrong wire type */
	buf_adds(&b, S("\x30\x82\x80\x80\x80\x80\x80\x80\x80\x80\0"));
	pb_wrap(&b, 2);
	pb_wrap(&b, 2);
	pb_wrap(&b, 1);
	CHECK(otlp_to_json(TRACES, buf_str(&b), &out, NULL) == 0);
	CHECK(same(&out, S(SPAN("\"name\":\"n\\u0000\xef\xbf\xbd\",\"kind\":2,"
	    "\"status\":{\"message\":\"m\",\"code\":2}"))));

	buf_reset(&b);
	pb_fixed64(&b, 6, 1);			/* not packed, then packed */
	pb_bytes(&b, 6, S("\2\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0"));
	pb_fixed64(&b, 6, 4);
	pb_wrap(&b, 1);
	pb_wrap(&b, 9);
	pb_wrap(&b, 2);
	pb_wrap(&b, 2);
	pb_wrap(&b, 1);
	CHECK(otlp_to_json(METRICS, buf_str(&b), &out, NULL) == 0);
	CHECK(same(&out, S(POINT("histogram",
	    "\"bucketCounts\":[\"1\",\"2\",\"3\",\"4\"]"))));

	buf_reset(&b);				/* two of a oneof */
	pb_varint(&kv, 3, 5);
	pb_bytes(&kv, 1, S("s"));
	pb_bytes(&b, 5, buf_str(&kv));
	pb_wrap(&b, 2);
	pb_wrap(&b, 2);
	pb_wrap(&b, 1);
	CHECK(otlp_to_json(LOGS, buf_str(&b), &out, NULL) == 0);
	CHECK(same(&out, S(BODY("{\"stringValue\":\"s\"}"))));
	for (size_t n = 1; n < b.n; n++)
		CHECK(otlp_to_json(LOGS, str_mk(b.p, n), &out, NULL) == -1);
	buf_free(&b);
	buf_free(&kv);
	buf_free(&out);
}

static void
test_profiles(void)
{
	struct buf b = { 0 }, out = { 0 };
	unsigned signal = 0;

	CHECK(otlp_to_json(PROFILES, S("\x0a\0"), &b, NULL) == 0);
	CHECK(str_eq(buf_str(&b), S("{\"profilesData\":\"CgA=\"}")));
	CHECK(otlp_from_json(&signal, buf_str(&b), &out, NULL) == 0);
	CHECK(signal == PROFILES && str_eq(buf_str(&out), S("\x0a\0")));
	CHECK(otlp_to_json(9, S(""), &b, NULL) == -1);
	buf_free(&b);
	buf_free(&out);
}

static void
test_answers(void)
{
	struct buf b = { 0 };

	otlp_put_partial(&b, TRACES, false, 0, S(""));
	CHECK(same(&b, S("")));
	otlp_put_partial(&b, TRACES, true, 0, S(""));
	CHECK(same(&b, S("{}")));
	otlp_put_partial(&b, TRACES, true, 3, S("w\xffy"));
	CHECK(same(&b, S("{\"partialSuccess\":{\"rejectedSpans\":\"3\","
	    "\"errorMessage\":\"w\xef\xbf\xbdy\"}}")));
	otlp_put_partial(&b, METRICS, true, 1, S(""));
	CHECK(same(&b,
	    S("{\"partialSuccess\":{\"rejectedDataPoints\":\"1\"}}")));
	otlp_put_partial(&b, LOGS, true, 1, S(""));
	CHECK(same(&b,
	    S("{\"partialSuccess\":{\"rejectedLogRecords\":\"1\"}}")));
	otlp_put_partial(&b, PROFILES, true, 1, S(""));
	CHECK(same(&b,
	    S("{\"partialSuccess\":{\"rejectedProfiles\":\"1\"}}")));
	otlp_put_partial(&b, LOGS, false, 300, S("why"));
	CHECK(same(&b, S("\x0a\x08\x08\xac\2\x12\3why")));
	otlp_put_status(&b, true, 3, S("no"), 7);
	CHECK(same(&b, S("{\"code\":3,\"message\":\"no\"}")));
	otlp_put_status(&b, false, 14, S("no"), 0);
	CHECK(same(&b, S("\x08\x0e\x12\2no")));
	otlp_put_status(&b, false, 14, S("no"), 7);
	CHECK(same(&b, S("\x08\x0e\x12\2no\x1a\x30\x0a\x28type.googleapis.com/"
	    "google.rpc.RetryInfo\x12\4\x0a\2\x08\7")));
	buf_free(&b);
}

static void
test_tidy(void)
{
	static const struct { struct str in, out; } t[] = {
		{ S("[1,-2.5,123456789012345]"), S("[1,-2.5,123456789012345]") },
		{ S("[1234567890123456]"), S("[\"1234567890123456\"]") },
		{ S("[1E2,1e,01e1] [1e9]"), S("[\"1E2\",1e,01e1]") },
		{ S("[\"\\\\\\\"\\ud800\", 1e1]"),
		    S("[\"\\\\\\\"\\ufffd\", \"1e1\"]") },
		{ S("true,"), S("true") }, { S(" }"), S(" ") },
		{ S("\"\\ud800\\ud800\\udc00\""),
		    S("\"\\ufffd\\ud800\\udc00\"") },
		{ S("\"\\ud80"), S("\"\\ud80") },
		{ S("\"\\"), S("\"\\") },
		{ S("\"\xe2\x82\""), S("\"\xef\xbf\xbd\xef\xbf\xbd\"") },
	};

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		char *exact = memcpy(xmalloc(t[i].in.n), t[i].in.p, t[i].in.n);
		struct tidy tidy;

		tidy_json(&tidy, str_mk(exact, t[i].in.n));
		CHECK(str_eq(tidy.text, t[i].out));
		buf_free(&tidy.b);
		free(exact);
	}
}

int
main(void)
{
	test_tidy();
	test_spans();
	test_values();
	test_metrics();
	test_refused();
	test_limits();
	test_odd_wire();
	test_profiles();
	test_answers();
	return unit_done();
}
