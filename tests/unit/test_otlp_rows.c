#include "otlp/rows.h"

#include "otlp/json.h"
#include "otlp/tally.h"
#include "unit.h"

#define SPANS "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":" \
	"\"service.name\",\"value\":{\"stringValue\":\"shop\"}}]}," \
	"\"scopeSpans\":[{\"spans\":[{\"traceId\":\"01\",\"spanId\":\"02\"," \
	"\"name\":\"a\",\"startTimeUnixNano\":\"1000\",\"endTimeUnixNano\":" \
	"\"2000\",\"status\":{\"code\":2}},{\"name\":\"b\"," \
	"\"startTimeUnixNano\":\"2000\",\"endTimeUnixNano\":\"1\"}]}]}," \
	"{\"scopeSpans\":[{\"spans\":[{\"name\":\"c\"}]}]}]}"
#define LOGS "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[" \
	"{\"observedTimeUnixNano\":\"5\",\"severityNumber\":18,\"body\":" \
	"{\"kvlistValue\":{\"values\":[{\"key\":\"k\",\"value\":" \
	"{\"intValue\":\"1\"}}]}}},{\"eventName\":\"e\",\"severityText\":" \
	"\"odd\"}]}]}]}"
#define METRICS "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[" \
	"{\"gauge\":{\"dataPoints\":[{\"timeUnixNano\":\"7\",\"asInt\":" \
	"\"-3\"},{\"asDouble\":0.5}]},\"name\":\"g\"},{\"name\":\"none\"}," \
	"{\"name\":\"h\",\"histogram\":{\"dataPoints\":[{\"count\":\"9\"}]}}" \
	"]}]}]}"

static void
payload(struct buf *b, struct str json)
{
	unsigned signal = 0;

	buf_reset(b);
	CHECK(otlp_from_json(&signal, json, b, NULL) == 0);
}

static void
test_spans(struct buf *b)
{
	struct otlp_rows it;
	struct otlp_row r;

	payload(b, S(SPANS));
	otlp_rows_init(&it, 1, buf_str(b));
	CHECK(otlp_rows_next(&it, &r) == 1);
	CHECK(r.time == 1000 && r.error && str_eq(r.name, S("a")));
	CHECK(str_eq(r.service, S("shop")) && r.detail.n > 0);
	CHECK(str_eq(r.trace_id, S("\1")) && str_eq(r.span_id, S("\2")));
	CHECK(otlp_rows_next(&it, &r) == 1);
	CHECK(str_eq(r.name, S("b")) && !r.error);
	CHECK(str_eq(r.service, S("shop")));
	CHECK(otlp_rows_next(&it, &r) == 1);
	CHECK(str_eq(r.name, S("c")) && r.service.n == 0);
	CHECK(otlp_rows_next(&it, &r) == 0);
	otlp_rows_free(&it);
	otlp_rows_init(&it, 1, str_mk(b->p, b->n - 1));
	while (otlp_rows_next(&it, &r) == 1)
		;
	CHECK(otlp_rows_next(&it, &r) == -1);
	otlp_rows_free(&it);
}

static void
test_logs(struct buf *b)
{
	struct otlp_rows it;
	struct otlp_row r;

	payload(b, S(LOGS));
	otlp_rows_init(&it, 3, buf_str(b));
	CHECK(otlp_rows_next(&it, &r) == 1);
	CHECK(r.time == 5 && str_eq(r.detail, S("ERROR")));
	CHECK(str_eq(r.name, S("{\"kvlistValue\":{\"values\":[{\"key\":\"k\","
	    "\"value\":{\"intValue\":\"1\"}}]}}")));
	CHECK(otlp_rows_next(&it, &r) == 1);
	CHECK(str_eq(r.name, S("e")) && str_eq(r.detail, S("odd")));
	CHECK(otlp_rows_next(&it, &r) == 0);
	otlp_rows_free(&it);
}

static void
test_metrics(struct buf *b)
{
	struct otlp_rows it;
	struct otlp_row r;

	payload(b, S(METRICS));
	otlp_rows_init(&it, 2, buf_str(b));
	CHECK(otlp_rows_next(&it, &r) == 1);
	CHECK(r.time == 7 && str_eq(r.name, S("g")));
	CHECK(str_eq(r.detail, S("-3")));
	CHECK(otlp_rows_next(&it, &r) == 1 && str_eq(r.detail, S("0.5")));
	CHECK(otlp_rows_next(&it, &r) == 1 && str_eq(r.name, S("h")));
	CHECK(str_eq(r.detail, S("count 9")));
	CHECK(otlp_rows_next(&it, &r) == 0);
	otlp_rows_free(&it);
}

static void
test_tally(struct buf *b)
{
	struct tally t = { .records = 0 };

	payload(b, S(SPANS));
	CHECK(tally_add(&t, 1, buf_str(b), true, NULL) == 0);
	CHECK(tally_add(&t, 1, buf_str(b), true, NULL) == 0);
	CHECK(t.records == 2 && t.items == 6 && t.bytes == 2 * b->n);
	CHECK(t.min_time == 1000 && t.max_time == 2000);
	CHECK(t.services.n == 1);
	CHECK(tally_add(&t, 1, str_mk(b->p, b->n - 1), true, NULL) == -1);
	tally_free(&t);
}

int
main(void)
{
	struct buf b = { 0 };

	test_spans(&b);
	test_logs(&b);
	test_metrics(&b);
	test_tally(&b);
	buf_free(&b);
	return unit_done();
}
