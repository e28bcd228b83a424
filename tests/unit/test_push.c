/* push: records as Loki's push API takes them. logql.md 13 to 15. */
#include "loki/push.h"

#include "../loki.h"
#include "unit.h"
#include "unit/pb.h"

#define TRACE	S("\1\2\3\4\5\6\7\10\1\2\3\4\5\6\7\10")
#define SPAN	S("\1\2\3\4\5\6\7\10")
#define NOW	UINT64_C(1700000000000000007)

/* A LogsData of one resource, scope and record, from their fields. */
static void
enclose(struct buf *out, struct str resource, struct str scope,
    struct str record)
{
	struct buf b = { 0 }, s = { 0 };

	pb_bytes(&s, 1, scope);
	pb_bytes(&s, 2, record);
	pb_bytes(&b, 1, resource);
	pb_bytes(&b, 2, buf_str(&s));
	pb_bytes(out, 1, buf_str(&b));
	buf_free(&b);
	buf_free(&s);
}

static void
put_any(struct buf *b, uint32_t no, struct str any)
{
	pb_bytes(b, no, any);
}

/* All that a record can say. */
static void
full(struct buf *out)
{
	struct buf res = { 0 }, scope = { 0 }, l = { 0 }, any = { 0 };

	pb_attr(&res, 1, "service.name", "ca\"rt\n");
	pb_attr(&res, 1, "k8s.pod.name", "cart-1");
	pb_attr(&res, 1, "host.name", "h1");
	pb_bytes(&scope, 1, S("lib"));
	pb_bytes(&scope, 2, S("1.2"));
	pb_attr(&scope, 3, "scoped", "yes");
	pb_varint(&scope, 4, 3);
	pb_fixed64(&l, 1, NOW);
	pb_varint(&l, 2, 17);
	pb_bytes(&l, 3, S("ERROR"));
	pb_bytes(&any, 1, S("it \"failed\""));
	put_any(&l, 5, buf_str(&any));
	pb_attr(&l, 6, "http.route", "/x");
	pb_attr(&l, 6, "empty", "");
	pb_varint(&l, 7, 2);
	pb_fixed32(&l, 8, 1);
	pb_bytes(&l, 9, TRACE);
	pb_bytes(&l, 10, SPAN);
	pb_fixed64(&l, 11, NOW + 1);
	pb_bytes(&l, 12, S("evt"));
	enclose(out, buf_str(&res), buf_str(&scope), buf_str(&l));
	buf_free(&res);
	buf_free(&scope);
	buf_free(&l);
	buf_free(&any);
}

static void
silent(void *arg, const char *msg)
{
	(void)msg;
	++*(unsigned *)arg;
}

static struct buf
encode(enum body_form form, const char *promoted, struct str payload,
    uint64_t received)
{
	unsigned said = 0;
	struct push *p = push_new(form, str_of(promoted), silent, &said);
	struct body b = { .form = form };
	struct buf out = { 0 };
	struct err e = { 0 };

	push_payload(p, payload, received);
	CHECK(push_fill(p, &b, SIZE_MAX, &e) == 0);
	body_put(&b, &out);
	body_free(&b);
	push_free(p);
	return out;
}

static bool
json_is(const char *promoted, struct str payload, const char *want)
{
	struct buf b = encode(BODY_JSON, promoted, payload, NOW);
	bool same = str_eq(buf_str(&b), str_of(want));

	if (!same)
		fprintf(stderr, "%.*s\n", PS(buf_str(&b)));
	buf_free(&b);
	return same;
}

static void
test_full(void)
{
	struct buf in = { 0 };

	full(&in);
	CHECK(json_is(NULL, buf_str(&in), "{\"streams\":[{\"stream\":{"
	    "\"k8s_pod_name\":\"cart-1\",\"service_name\":\"ca\\\"rt\\n\"},"
	    "\"values\":[[\"1700000000000000007\",\"it \\\"failed\\\"\",{"
	    "\"http_route\":\"/x\","
	    "\"observed_timestamp\":\"1700000000000000008\","
	    "\"severity_number\":\"17\",\"severity_text\":\"ERROR\","
	    "\"dropped_attributes_count\":\"2\",\"flags\":\"1\","
	    "\"trace_id\":\"01020304050607080102030405060708\","
	    "\"span_id\":\"0102030405060708\",\"event_name\":\"evt\","
	    "\"host_name\":\"h1\",\"scoped\":\"yes\",\"scope_name\":\"lib\","
	    "\"scope_version\":\"1.2\","
	    "\"scope_dropped_attributes_count\":\"3\"}]]}]}"));
	buf_free(&in);
}

/* The bytes, as the field tables have them. */
static void
test_golden(void)
{
	struct buf in = { 0 }, res = { 0 }, l = { 0 }, any = { 0 }, b;

	pb_attr(&res, 1, "service.name", "a");
	pb_attr(&res, 1, "zone", "z");
	pb_fixed64(&l, 1, UINT64_C(3000000007));
	pb_bytes(&any, 1, S("hi"));
	put_any(&l, 5, buf_str(&any));
	enclose(&in, buf_str(&res), S(""), buf_str(&l));
	b = encode(BODY_PROTOBUF, NULL, buf_str(&in), NOW);
	CHECK(str_eq(buf_str(&b), S("\x0a\x2b"
	    "\x0a\x12{service_name=\"a\"}"
	    "\x12\x15"
	    "\x0a\x04\x08\x03\x10\x07"
	    "\x12\x02hi"
	    "\x1a\x09\x0a\x04zone\x12\x01z")));
	buf_free(&b);
	b = encode(BODY_PROTOBUF, "zone,service.name", buf_str(&in), NOW);
	CHECK(str_eq(buf_str(&b), S("\x0a\x2a"
	    "\x0a\x1c{service_name=\"a\", zone=\"z\"}"
	    "\x12\x0a\x0a\x04\x08\x03\x10\x07\x12\x02hi")));
	buf_free(&b);
	buf_free(&in);
	buf_free(&res);
	buf_free(&l);
	buf_free(&any);
}

/* Bodies and values of other types, times and ids that are missing. */
static void
test_odd(void)
{
	struct buf in = { 0 }, l = { 0 }, any = { 0 }, map = { 0 };

	pb_varint(&any, 3, 7);
	pb_fixed64(&l, 11, 5);			/* observed only */
	pb_bytes(&l, 9, S("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"));
	pb_bytes(&l, 10, S("\1\2"));
	put_any(&l, 5, buf_str(&any));
	pb_attr(&map, 1, "in.ner", "v");
	pb_attr(&map, 1, "9", "w");
	pb_wrap(&map, 6);			/* AnyValue.kvlist_value */
	pb_wrap(&map, 2);
	pb_bytes(&map, 1, S("m"));
	pb_bytes(&l, 6, buf_str(&map));
	pb_attr(&l, 6, "..", "no letter");
	enclose(&in, S(""), S(""), buf_str(&l));
	CHECK(json_is(NULL, buf_str(&in), "{\"streams\":[{\"stream\":{"
	    "\"service_name\":\"unknown_service\"},\"values\":["
	    "[\"5\",\"7\",{\"m_in_ner\":\"v\",\"m_9\":\"w\","
	    "\"_\":\"no letter\"}]]}]}"));
	buf_reset(&in);
	enclose(&in, S(""), S(""), S(""));	/* nothing at all */
	CHECK(json_is(NULL, buf_str(&in), "{\"streams\":[{\"stream\":{"
	    "\"service_name\":\"unknown_service\"},\"values\":["
	    "[\"1700000000000000007\",\"\"]]}]}"));
	buf_reset(&in);
	CHECK(json_is(NULL, buf_str(&in), "{\"streams\":[]}"));
	buf_free(&in);
	buf_free(&l);
	buf_free(&any);
	buf_free(&map);
}

static void
test_bad(void)
{
	struct push *p = push_new(BODY_PROTOBUF, S("a"), NULL, NULL);
	struct body b = { .form = BODY_PROTOBUF };
	struct buf in = { 0 };
	struct err e = { 0 };

	full(&in);
	enclose(&in, S(""), S(""), S("\x0a"));		/* cut short */
	push_payload(p, buf_str(&in), 0);
	CHECK(push_fill(p, &b, SIZE_MAX, &e) == -1 && e.kind == ERR_CORRUPT);
	CHECK(b.lines == 1);
	body_free(&b);
	push_free(p);
	buf_free(&in);
}

static uint32_t
below(uint32_t n)
{
	static uint64_t seed = 3;

	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(seed >> 33) % n;
}

/* What an entry says, in one line of text; entries may come in any order. */
struct seen { struct map *texts; uint32_t n; };

static void
add_text(void *arg, const struct loki_entry *l)
{
	struct seen *s = arg;
	struct buf b = { 0 };

	buf_digits(&b, l->time);
	for (size_t i = 0; i < l->labels; i++)
		buf_addf(&b, " %.*s=%.*s", PS(l->label[i].name),
		    PS(l->label[i].value));
	for (size_t i = 0; i < l->metas; i++)
		buf_addf(&b, " %.*s:%.*s", PS(l->meta[i].name),
		    PS(l->meta[i].value));
	buf_u8(&b, ' ');
	buf_adds(&b, l->line);
	map_add(s->texts, buf_str(&b), NULL);
	s->n++;
	buf_free(&b);
}

/* A record with its own number in time, so that each text is there once. */
static void
random_record(struct buf *in, uint64_t no, struct map *want)
{
	static const char *const words[] = { "x", "", "a \"b\"\\",
		"l\303\244nger, with more text in it \001\n", "{}" };
	struct buf res = { 0 }, l = { 0 }, any = { 0 }, text = { 0 };
	const char *service = words[below(5)], *attr = words[below(5)];
	const char *line = words[below(5)], *host = words[below(5)];

	buf_addf(&text, "%u service_name=%s", (unsigned)no,
	    *service ? service : "unknown_service");
	buf_addf(&text, *attr ? " at_tr:%s" : "%s", attr);
	buf_addf(&text, *host ? " host:%s" : "%s", host);
	buf_addf(&text, " %s", line);
	map_add(want, buf_str(&text), NULL);
	pb_attr(&res, 1, "host", host);
	pb_attr(&res, 1, "service.name", service);
	pb_fixed64(&l, 1, no);
	pb_attr(&l, 6, "at.tr", attr);
	pb_bytes(&any, 1, str_of(line));
	put_any(&l, 5, buf_str(&any));
	enclose(in, buf_str(&res), S(""), buf_str(&l));
	buf_free(&res);
	buf_free(&l);
	buf_free(&any);
	buf_free(&text);
}

static void
flush(struct body *b, struct seen *s, size_t max)
{
	struct buf out = { 0 };

	body_put(b, &out);
	CHECK(out.n <= body_size(b) + 32);
	CHECK(b->lines == 1 || out.n <= max + 32);
	CHECK(b->form == BODY_JSON ? loki_json(buf_str(&out), add_text, s) :
	    loki_protobuf(buf_str(&out), add_text, s));
	body_reset(b);
	buf_free(&out);
}

/* What goes in comes out, however it is cut into bodies. */
static void
test_round(enum body_form form)
{
	struct push *p = push_new(form, S("service.name"), NULL, NULL);
	struct map want = { 0 }, got = { 0 };
	struct seen seen = { .texts = &got };
	struct body b = { .form = form };
	uint64_t no = 1;
	size_t max = 0;
	int r;

	for (unsigned round = 0; round < unit_rounds(300, 30000); round++) {
		struct buf in = { 0 };
		if (b.lines == 0)
			max = below(4) > 0 ? 20 + below(2000) : SIZE_MAX / 2;

		for (unsigned n = below(20); n > 0; n--)
			random_record(&in, no++, &want);
		push_payload(p, buf_str(&in), 0);
		while ((r = push_fill(p, &b, max, NULL)) == 1)
			flush(&b, &seen, max);
		CHECK(r == 0);
		if (below(2) > 0 && b.lines > 0)
			flush(&b, &seen, max);
		buf_free(&in);
		if (want.n > 5000)
			break;
	}
	if (b.lines > 0)
		flush(&b, &seen, SIZE_MAX / 2);
	CHECK(seen.n == no - 1 && got.n == want.n && want.n == no - 1);
	for (uint32_t i = 0; i < want.n; i++)
		CHECK(map_find(&got, want.key[i]) != MAP_NONE);
	map_free(&want);
	map_free(&got);
	body_free(&b);
	push_free(p);
}

/* A label with many values is named once, whatever is kept of the contexts. */
static void
test_watch(void)
{
	unsigned said = 0;
	struct push *p = push_new(BODY_PROTOBUF, S("pod"), silent, &said);
	struct body b = { .form = BODY_PROTOBUF };
	struct buf in = { 0 }, res = { 0 };
	char name[16];

	for (unsigned i = 0; i < 10000; i++) {
		buf_reset(&res);
		buf_reset(&in);
		snprintf(name, sizeof name, "p%u", i % 5000);
		pb_attr(&res, 1, "pod", name);
		enclose(&in, buf_str(&res), S(""), S(""));
		push_payload(p, buf_str(&in), 1);
		CHECK(push_fill(p, &b, SIZE_MAX, NULL) == 0);
		body_reset(&b);
		CHECK(said == (i >= PUSH_VALUES_MAX - 1));
	}
	buf_free(&in);
	buf_free(&res);
	body_free(&b);
	push_free(p);
}

int
main(void)
{
	test_full();
	test_golden();
	test_odd();
	test_bad();
	test_round(BODY_PROTOBUF);
	test_round(BODY_JSON);
	test_watch();
	return unit_done();
}
