/*
 * What the gRPC server answers to a request, row by row of otlp.md 3.2 to
 * 3.4.
 */
#include "unit.h"

#include "base/time.h"
#include "h2rig.h"

static void
test_success(struct rig *g)
{
	struct buf msg = spans(3, 0), whole = framed(false, buf_str(&msg));
	struct str body = buf_str(&whole);

	CHECK(succeeded(call(g, (struct ask){ .body = body }), S("")));
	CHECK(g->items == 3 && g->body == msg.n);
	CHECK(succeeded(call(g, (struct ask){ .body = body,
	    .type = "application/grpc+proto" }), S("")));
	CHECK(g->items == 6);
	/* the encoding is of messages with the flag only */
	CHECK(succeeded(call(g, (struct ask){ .body = body,
	    .encoding = "gzip" }), S("")));
	CHECK(succeeded(call(g, (struct ask){ .body = body,
	    .encoding = "snappy" }), S("")));
	CHECK(g->items == 12);
	CHECK(succeeded(call(g, (struct ask){ .body = S("\0\0\0\0\0") }),
	    S("")));
	CHECK(g->items == 12 && g->body == 0);
	buf_free(&whole);
	buf_free(&msg);
}

static void
test_partial(struct rig *g)
{
	struct buf msg = spans(3, 2), whole = framed(false, buf_str(&msg));
	struct call *c = call(g, (struct ask){ .body = buf_str(&whole) });

	/* headers and trailers of success around field 1: rejected_spans 2 */
	CHECK(is_grpc(c) && strcmp(c->code, "0") == 0 && c->heads == 2);
	CHECK(c->data.n > 11 && c->data.p[5] == 0x0a &&
	    (size_t)c->data.p[6] == c->data.n - 7);
	CHECK(c->data.p[7] == 0x08 && c->data.p[8] == 2);
	CHECK(c->data.p[9] == 0x12 && c->data.p[10] > 0);
	CHECK(g->items == 1);
	buf_free(&whole);
	buf_free(&msg);
}

static void
test_not_served(struct rig *g)
{
	struct call *c;

	c = call(g, (struct ask){ .path = "/opentelemetry.proto.collector."
	    "trace.v1.TraceService/export", .body = S("\0\0\0\0\0") });
	CHECK(refused(c, "12"));
	c = call(g, (struct ask){ .path = "/grpc.health.v1.Health/Watch" });
	CHECK(refused(c, "12"));
	c = call(g, (struct ask){ .method = "GET" });
	CHECK(strcmp(c->status, "405") == 0 && c->ended && c->closed);
	CHECK(strcmp(c->allow, "POST") == 0);
	/* OTLP/HTTP has its own paths */
	c = call(g, (struct ask){ .type = "application/json",
	    .body = S("{}") });
	CHECK(strcmp(c->status, "404") == 0 && c->closed);
	c = call(g, (struct ask){ .type = "text/plain", .path = "/v1/traces",
	    .body = S("{}") });
	CHECK(strcmp(c->status, "415") == 0 && c->closed);
	CHECK(g->taken == 0);
}

static void
test_health(struct rig *g)
{
	struct ask ask = { .path = "/grpc.health.v1.Health/Check" };

	ask.body = S("\0\0\0\0\0");
	CHECK(succeeded(call(g, ask), S("\x08\1")));
	ask.body = S("\0\0\0\0\3\x0a\1x");
	CHECK(refused(call(g, ask), "5"));
	ask.body = S("\0\0\0\0\2\x0a\1");
	CHECK(refused(call(g, ask), "3"));
	ask.body = S("\0\0\0\4\1x");		/* 1025 bytes */
	ask.open = true;
	CHECK(refused(call(g, ask), "8"));
	g->net.draining = true;
	ask = (struct ask){ .path = ask.path, .body = S("\0\0\0\0\0") };
	CHECK(succeeded(call(g, ask), S("\x08\2")));
	CHECK(g->taken == 0);
}

/* OTLP/HTTP on the same connection. */
static void
test_web(struct rig *g)
{
	struct buf msg = spans(3, 0), gz = gzipped(buf_str(&msg));
	struct ask ask = { .path = "/v1/traces", .body = buf_str(&msg),
		.type = "application/x-protobuf" };
	struct call *c;

	for (ask.frame = 0; ask.frame < 2; ask.frame++) {
		c = call(g, ask);
		CHECK(strcmp(c->status, "200") == 0 && c->closed &&
		    c->heads == 1 && strcmp(c->type, ask.type) == 0);
	}
	CHECK(g->items == 6 && g->body == msg.n);
	ask.body = S("hello");
	c = call(g, ask);
	CHECK(strcmp(c->status, "400") == 0 && c->data.n > 2 &&
	    memcmp(c->data.p, "\x08\x03\x12", 3) == 0);
	c = call(g, (struct ask){ .path = "/v1/traces?x", .body = S("{}"),
	    .type = "application/json; charset=utf-8" });
	CHECK(strcmp(c->status, "200") == 0);
	CHECK(str_eq(buf_str(&c->data), S("{}")) &&
	    strcmp(c->type, "application/json") == 0);
	c = call(g, (struct ask){ .path = "/v1/traces", .method = "GET" });
	CHECK(strcmp(c->status, "405") == 0 && strcmp(c->allow, "POST") == 0);
	c = call(g, (struct ask){ .path = "/v1/traces", .open = true,
	    .type = "text/plain", .body = S("x") });
	CHECK(strcmp(c->status, "415") == 0 && !c->reset);
	h2_look(g->c.h2, time_mono() + 60 * NS_S);
	run(g);
	CHECK(c->reset && c->error == NGHTTP2_NO_ERROR);
	g->fail = "no room";
	c = call(g, (struct ask){ .path = "/v1/traces", .body = S("{}"),
	    .type = "application/json" });
	CHECK(strcmp(c->status, "503") == 0 && strstr(c->data.p, "no room"));
	buf_free(&gz);
	buf_free(&msg);
}

static void
test_framing_errors(struct rig *g)
{
	static const struct str bad[] = {
		S(""),				/* no message */
		S("\0\0\0"),			/* its head cut short */
		S("\0\0\0\0\2\x0a"),		/* END_STREAM inside */
		S("\0\0\0\0\0\0\0\0\0\0"),	/* two of them */
		S("\0\0\0\0\2\x0a\0\0"),	/* bytes after it */
		S("\2\0\0\0\0"),		/* a flag of no meaning */
		S("\1\0\0\0\0"),		/* compressed, by nothing */
		S("\1\0\0\0\2\x0a\0"),
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		for (size_t frame = 0; frame < 2; frame++)
			CHECK(refused(call(g, (struct ask){ .body = bad[i],
			    .frame = frame }), "13"));
	CHECK(refused(call(g, (struct ask){ .body = S("\1\0\0\0\2\x0a\0"),
	    .encoding = "identity" }), "13"));
	CHECK(g->taken == 0);
}

static void
test_encodings(struct rig *g)
{
	struct buf msg = spans(3, 0), gz = gzipped(buf_str(&msg));
	struct buf whole = framed(true, buf_str(&gz));
	struct ask ask = { .body = buf_str(&whole), .encoding = "gzip" };
	struct call *c;

	CHECK(succeeded(call(g, ask), S("")));
	ask.frame = 1;
	CHECK(succeeded(call(g, ask), S("")));
	CHECK(g->items == 6 && g->body == msg.n);
	ask.encoding = "snappy";
	c = call(g, ask);
	CHECK(refused(c, "12") && strcmp(c->accepts, NET_CODINGS) == 0);
	c = call(g, (struct ask){ .body = S("\1\0\0\0\0"),
	    .encoding = "snappy" });
	CHECK(refused(c, "12") && strcmp(c->accepts, NET_CODINGS) == 0);
	CHECK(refused(call(g, (struct ask){ .body = S("\1\0\0\0\0"),
	    .encoding = "zstd" }), "3"));
	/* not gzip, or cut short in a whole frame */
	c = call(g, (struct ask){ .body = S("\1\0\0\0\2\x0a\0"),
	    .encoding = "gzip" });
	CHECK(refused(c, "3") && c->accepts[0] == '\0');
	CHECK(refused(call(g, (struct ask){ .body = S("\1\0\0\0\0"),
	    .encoding = "gzip" }), "3"));
	CHECK(g->items == 6);
	buf_free(&whole);
	buf_free(&gz);
	buf_free(&msg);
}

static void
test_too_large(struct rig *g)
{
	size_t max = g->net.max.message;
	struct buf msg = { 0 }, gz, whole;
	struct call *c;

	/* by its head alone: the rest is not waited for */
	c = call(g, (struct ask){ .body = S("\0\xff\xff\xff\xff" "abc"),
	    .open = true });
	CHECK(refused(c, "8"));
	CHECK(details(c, 8, "message is over the limit", false));
	CHECK(c->reset && c->error == NGHTTP2_NO_ERROR);
	CHECK(g->taken == 0);

	/* field 1000, which no reader knows, fills it to the limit */
	pb_bytes(&msg, 1000, S(""));
	msg.n--;
	buf_varint(&msg, max - msg.n - 3);
	memset(buf_extend(&msg, max - msg.n), 0, max - msg.n);
	CHECK(msg.n == max);
	gz = gzipped(buf_str(&msg));
	whole = framed(true, buf_str(&gz));
	CHECK(succeeded(call(g, (struct ask){ .body = buf_str(&whole),
	    .encoding = "gzip" }), S("")));
	buf_free(&gz);
	buf_free(&whole);
	whole = framed(false, buf_str(&msg));
	CHECK(succeeded(call(g, (struct ask){ .body = buf_str(&whole) }),
	    S("")));
	buf_free(&whole);

	buf_u8(&msg, 0);
	gz = gzipped(buf_str(&msg));
	whole = framed(true, buf_str(&gz));
	c = call(g, (struct ask){ .body = buf_str(&whole),
	    .encoding = "gzip" });
	CHECK(refused(c, "8") && !strstr(c->message, "retry"));
	CHECK(details(c, 8, c->message, false));
	buf_free(&gz);
	buf_free(&whole);
	buf_free(&msg);
}

static void
test_bad_protobuf(struct rig *g)
{
	struct call *c = call(g, (struct ask){ .body =
	    S("\0\0\0\0\5hello") });

	CHECK(refused(c, "3"));
	CHECK(details(c, 3, c->message, false));
	CHECK(g->items == 0);
}

static void
test_overload(struct rig *g)
{
	struct buf msg = { 0 };
	struct call *c[4];

	for (unsigned i = 0; i < g->net.max.requests; i++)
		client_call(&g->c, (struct ask){ .path = TRACES,
		    .body = S("\0\0\0\0\0") });
	c[0] = client_call(&g->c, (struct ask){ .path = TRACES,
	    .body = S("\0\0\0\0\0") });
	client_pump(&g->c);
	CHECK(g->taken == g->net.max.requests);
	CHECK(refused(c[0], "14"));
	CHECK(details(c[0], 14, "too many requests in flight", true));
	run(g);

	/* each within its limit, together above theirs */
	grpc_head((uint8_t *)buf_extend(&msg, 5), false,
	    (uint32_t)g->net.max.message);
	memset(buf_extend(&msg, g->net.max.message), 0, g->net.max.message);
	for (unsigned i = 0; i < 4; i++)
		c[i] = client_call(&g->c, (struct ask){ .path = TRACES,
		    .body = buf_str(&msg) });
	client_pump(&g->c);
	CHECK(refused(c[3], "14"));
	CHECK(details(c[3], 14, "requests in flight hold too much memory",
	    true));
	run(g);
	CHECK(g->net.bytes == 0);

	/* what the handler says, such as of a full spool, in any alphabet */
	g->fail = "50% \xc3\xa9\n~";
	c[0] = call(g, (struct ask){ .body = S("\0\0\0\0\0") });
	CHECK(refused(c[0], "14"));
	CHECK(strcmp(c[0]->message, "50%25 %C3%A9%0A~") == 0);
	CHECK(details(c[0], 14, g->fail, true));
	buf_free(&msg);
}

/* What one request inflates to is held, too. */
static void
test_inflated_is_held(struct rig *g)
{
	size_t max = g->net.max.message;
	struct buf msg = { 0 }, gz, whole;
	struct call *c[4];
	unsigned refusals = 0;

	pb_bytes(&msg, 1000, S(""));
	msg.n--;
	buf_varint(&msg, max - msg.n - 3);
	memset(buf_extend(&msg, max - msg.n), 0, max - msg.n);
	gz = gzipped(buf_str(&msg));
	whole = framed(true, buf_str(&gz));
	for (unsigned i = 0; i < 4; i++)
		c[i] = client_call(&g->c, (struct ask){ .path = TRACES,
		    .body = buf_str(&whole), .encoding = "gzip" });
	client_pump(&g->c);
	CHECK(g->taken == 4);
	for (struct net_req *r = g->waiting; r; r = r->next)
		if (net_req_inflate(r) == -1) {
			CHECK(r->code == GRPC_UNAVAILABLE && r->retry == 1);
			refusals++;
		}
	CHECK(refusals > 0 && refusals < 4);
	CHECK(g->net.bytes <= g->net.max.bytes);
	while (g->waiting) {
		struct net_req *r = g->waiting;

		g->waiting = r->next;
		net_req_done(r);
	}
	client_pump(&g->c);
	CHECK(succeeded(c[0], S("")));
	CHECK(refused(c[3], "14"));
	CHECK(g->net.bytes == 0);
	buf_free(&gz);
	buf_free(&whole);
	buf_free(&msg);
}

int
main(void)
{
	static void (*const tests[])(struct rig *) = {
		test_success, test_partial, test_not_served, test_web,
		test_health,
		test_framing_errors, test_encodings, test_too_large,
		test_bad_protobuf, test_overload, test_inflated_is_held,
	};

	rig_each(tests, sizeof tests / sizeof tests[0]);
	return unit_done();
}
