/*
 * The gRPC server, row by row of otlp.md 3.2 to 3.4 and 3.7, with a client in
 * memory and a handler that accepts as otlp-recv does.
 */
#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "base/time.h"
#include "h2client.h"
#include "net/servers.h"
#include "otlp/accept.h"
#include "otlp/base64.h"
#include "otlp/json.h"
#include "pb.h"

#define TRACES "/opentelemetry.proto.collector.trace.v1.TraceService/Export"

/* A server's connection, its client, and the handler between them. */
struct rig {
	struct net net;
	struct h2_home home;
	struct client c;
	struct net_req *waiting;
	unsigned taken, items;
	size_t body;			/* of the last request */
	const char *fail;		/* the answer is this error */
};

static void
take(void *arg, struct net_req *req)
{
	struct rig *g = arg;
	struct net_req **at = &g->waiting;

	while (*at)
		at = &(*at)->next;
	req->next = NULL;
	*at = req;
	g->taken++;
}

static void
done(struct net_req *req)
{
	h2_reply(req);
}

static void
judge(struct rig *g, struct net_req *req)
{
	struct otlp_accepted got = { 0 };
	struct err e = { 0 };

	if (g->fail)
		net_req_fail(req, GRPC_UNAVAILABLE, str_of(g->fail), true);
	else if (net_req_inflate(req) == 0 && otlp_accept(req->route,
	    req->json, buf_str(&req->body), g->net.max.message, &got,
	    &req->reply, &e) == -1)
		net_req_fail(req, GRPC_INVALID_ARGUMENT, str_of(e.msg), false);
	g->items += got.items;
	g->body = req->body.n;
	buf_free(&got.own);
	net_req_done(req);
}

static void
answer_all(struct rig *g)
{
	while (g->waiting) {
		struct net_req *req = g->waiting;

		g->waiting = req->next;
		judge(g, req);
	}
}

static void
run(struct rig *g)
{
	client_pump(&g->c);
	answer_all(g);
	client_pump(&g->c);
}

static void
rig_open(struct rig *g, const struct net_limits *max)
{
	struct net_handler on = { g, otlp_route, take, otlp_put_status };

	*g = (struct rig){ .home = { .net = &g->net, .done = done } };
	net_init(&g->net, max, &on);
	client_open(&g->c, h2_new(&g->home, g));
}

/* However it went, nothing is held at the end. */
static void
rig_close(struct rig *g)
{
	h2_free(g->c.h2);
	answer_all(g);
	CHECK(g->home.away == 0);
	CHECK(g->net.bytes == 0);
	CHECK(g->net.requests == 0);
	net_free(&g->net);
	client_free(&g->c);
}

static struct call *
call(struct rig *g, struct ask ask)
{
	struct call *c;

	if (!ask.path)
		ask.path = TRACES;
	c = client_call(&g->c, ask);
	run(g);
	return c;
}

/* The five bytes and the message. */
static struct buf
framed(bool compressed, struct str message)
{
	struct buf b = { 0 };

	grpc_head((uint8_t *)buf_extend(&b, 5), compressed,
	    (uint32_t)message.n);
	buf_adds(&b, message);
	return b;
}

/* A request of n spans, the first `bad` of them without an id. */
static struct buf
spans(unsigned n, unsigned bad)
{
	struct buf scope = { 0 }, b = { 0 };

	for (unsigned i = 0; i < n; i++) {
		struct buf span = { 0 };

		pb_bytes(&span, 1, S("0123456789abcdef"));
		pb_bytes(&span, 2, i < bad ? S("\0\0\0\0\0\0\0\0") :
		    S("01234567"));
		pb_bytes(&span, 5, S("GET /"));
		pb_fixed64(&span, 7, 1700000000000000000 + i);
		pb_fixed64(&span, 8, 1700000001000000000 + i);
		pb_bytes(&scope, 2, buf_str(&span));
		buf_free(&span);
	}
	pb_wrap(&scope, 2);
	pb_bytes(&b, 1, buf_str(&scope));
	buf_free(&scope);
	return b;
}

static struct buf
gzipped(struct str s)
{
	struct buf b = { 0 };
	z_stream z = { 0 };

	deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	buf_extend(&b, deflateBound(&z, s.n));
	z.next_in = (z_const Bytef *)(uintptr_t)s.p;
	z.avail_in = (uInt)s.n;
	z.next_out = (Bytef *)b.p;
	z.avail_out = (uInt)b.n;
	CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
	b.n = z.total_out;
	deflateEnd(&z);
	return b;
}

static bool
is_grpc(const struct call *c)
{
	return strcmp(c->status, "200") == 0 &&
	    strcmp(c->type, "application/grpc") == 0 && c->closed;
}

/* Headers, this message, trailers with status 0. */
static bool
succeeded(const struct call *c, struct str message)
{
	struct buf want = framed(false, message);
	bool ok = is_grpc(c) && strcmp(c->code, "0") == 0 && c->heads == 2 &&
	    c->ended && str_eq(buf_str(&c->data), buf_str(&want)) &&
	    !c->reset;

	buf_free(&want);
	return ok;
}

/* Trailers-Only with this code, and a message. */
static bool
refused(const struct call *c, const char *code)
{
	return is_grpc(c) && strcmp(c->code, code) == 0 && c->heads == 1 &&
	    c->ended && c->data.n == 0 && c->message[0] != '\0';
}

/* Is grpc-status-details-bin this Status, with the retry or without? */
static bool
details(const struct call *c, unsigned code, const char *why, bool retry)
{
	struct buf want = { 0 }, got = { 0 }, any = { 0 };
	bool ok;

	pb_varint(&want, 1, code);
	pb_bytes(&want, 2, str_of(why));
	if (retry) {
		pb_bytes(&any, 1,
		    S("type.googleapis.com/google.rpc.RetryInfo"));
		pb_bytes(&any, 2, S("\x0a\x02\x08\x01"));	/* 1 s */
		pb_bytes(&want, 3, buf_str(&any));
	}
	ok = base64_read(&got, str_of(c->details)) == 0 &&
	    str_eq(buf_str(&got), buf_str(&want));
	buf_free(&want);
	buf_free(&got);
	buf_free(&any);
	return ok;
}

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

/* However the message is cut into frames, and frames into reads. */
static void
test_frames(struct rig *g)
{
	struct buf msg = spans(5, 0), whole = framed(false, buf_str(&msg));
	struct ask ask = { .path = TRACES, .body = buf_str(&whole) };
	static const size_t frames[] = { 0, 1, 2, 5, 6, 7, 100 };
	static const size_t steps[] = { 0, 1, 9, 13, 64 };
	static const size_t pads[] = { 0, 1, 50 };

	for (size_t f = 0; f < 7; f++)
		for (size_t s = 0; s < 5; s++) {
			struct client *c = &g->c;

			g->items = 0;
			ask.frame = frames[f];
			ask.pad = pads[(f + s) % 3];
			c->step = steps[s];
			for (unsigned i = 0; i < 3; i++)
				client_call(c, ask);
			run(g);
			for (unsigned i = 0; i < 3; i++) {
				c->calls--;
				CHECK(succeeded(&c->call[c->calls], S("")));
				buf_free(&c->call[c->calls].data);
				c->call[c->calls] = (struct call){ 0 };
			}
			CHECK(g->items == 15 && g->body == msg.n);
		}
	g->c.step = 0;
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
	c = call(g, (struct ask){ .path = "/grpc.health.v1.Health/Check" });
	CHECK(refused(c, "12"));
	c = call(g, (struct ask){ .method = "GET" });
	CHECK(strcmp(c->status, "405") == 0 && c->ended && c->closed);
	CHECK(strcmp(c->allow, "POST") == 0);
	c = call(g, (struct ask){ .type = "application/json",
	    .body = S("{}") });
	CHECK(strcmp(c->status, "415") == 0 && c->ended && c->closed);
	CHECK(g->taken == 0);
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
	ask.encoding = "zstd";
	c = call(g, ask);
	CHECK(refused(c, "12") && strcmp(c->accepts, "identity,gzip") == 0);
	c = call(g, (struct ask){ .body = S("\1\0\0\0\0"),
	    .encoding = "zstd" });
	CHECK(refused(c, "12") && strcmp(c->accepts, "identity,gzip") == 0);
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

static void
test_headers_too_large(struct rig *g)
{
	struct call *c = call(g, (struct ask){ .extra = g->net.max.headers,
	    .body = S("\0\0\0\0\0") });

	CHECK(strcmp(c->status, "431") == 0 && c->closed);
	CHECK(g->taken == 0);
	CHECK(succeeded(call(g, (struct ask){ .body = S("\0\0\0\0\0"),
	    .extra = g->net.max.headers / 2 }), S("")));
}

static void
test_settings(struct rig *g)
{
	nghttp2_session *s = g->c.session;

	client_pump(&g->c);
	CHECK(nghttp2_session_get_remote_settings(s,
	    NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE) == 1 << 20);
	CHECK(nghttp2_session_get_remote_window_size(s) == 4 << 20);
	CHECK(nghttp2_session_get_remote_settings(s,
	    NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS) == g->net.max.streams);
	CHECK(nghttp2_session_get_remote_settings(s,
	    NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE) == g->net.max.headers);
	nghttp2_submit_ping(s, NGHTTP2_FLAG_NONE, (const uint8_t *)"12345678");
	client_pump(&g->c);
	CHECK(g->c.pongs == 1);
}

/* A client that has not seen our SETTINGS yet asks for too many. */
static void
test_streams(struct rig *g)
{
	unsigned n = g->net.max.streams;
	struct call *c[CALLS];

	g->net.max.requests = n;
	for (unsigned i = 0; i < n + 2; i++)
		c[i] = client_call(&g->c, (struct ask){ .path = TRACES,
		    .body = S("\0\0\0\0\0") });
	run(g);
	for (unsigned i = 0; i < n; i++)
		CHECK(succeeded(c[i], S("")));
	for (unsigned i = n; i < n + 2; i++)
		CHECK(c[i]->closed && c[i]->heads == 0 &&
		    c[i]->close_error == NGHTTP2_REFUSED_STREAM);
	CHECK(g->taken == n);
	CHECK(succeeded(call(g, (struct ask){ .body = S("\0\0\0\0\0") }),
	    S("")));
}

/* An answer before END_STREAM: the client need not send the rest. */
static void
test_early_answer(struct rig *g)
{
	struct call *c = call(g, (struct ask){ .path = "/nothing",
	    .body = S("\0\0\0\0\5a"), .open = true });

	CHECK(refused(c, "12"));
	CHECK(c->reset && c->error == NGHTTP2_NO_ERROR);
	/* and when it has ended, there is no reset */
	c = call(g, (struct ask){ .path = "/nothing" });
	CHECK(refused(c, "12") && !c->reset);
	CHECK(h2_idle(g->c.h2));
}

/* A call that is cancelled while the handler has it. */
static void
test_cancel(struct rig *g)
{
	struct call *c = client_call(&g->c, (struct ask){ .path = TRACES,
	    .body = S("\0\0\0\0\0") });

	client_pump(&g->c);
	CHECK(g->taken == 1 && g->home.away == 1);
	nghttp2_submit_rst_stream(g->c.session, NGHTTP2_FLAG_NONE, c->id,
	    NGHTTP2_CANCEL);
	client_pump(&g->c);
	CHECK(h2_idle(g->c.h2) && g->home.away == 1);
	run(g);
	CHECK(g->home.away == 0 && c->heads == 0);
}

/* More than the windows hold: they are given back as bytes are taken. */
static void
test_windows(struct rig *g)
{
	struct buf body = { 0 };
	struct call *c[6];

	grpc_head((uint8_t *)buf_extend(&body, 5), false,
	    (uint32_t)((3 << 20) + 4));
	pb_bytes(&body, 1000, S(""));
	body.n--;
	buf_varint(&body, (3 << 20) - 2);
	memset(buf_extend(&body, (3 << 20) - 2), 0, (3 << 20) - 2);
	grpc_head((uint8_t *)body.p, false, (uint32_t)(body.n - 5));
	for (unsigned i = 0; i < 6; i++)
		c[i] = client_call(&g->c, (struct ask){ .path = TRACES,
		    .body = buf_str(&body) });
	run(g);
	for (unsigned i = 0; i < 6; i++)
		CHECK(succeeded(c[i], S("")));
	buf_free(&body);
}

/* Two-step GOAWAY: what was sent before it was seen is served. */
static void
test_drain(struct rig *g)
{
	const struct ask ask = { .path = TRACES, .body = S("\0\0\0\0\0") };
	struct call *c[3];

	c[0] = client_call(&g->c, ask);
	client_pump(&g->c);
	CHECK(!h2_drain_seen(g->c.h2));
	h2_drain(g->c.h2);
	c[1] = client_call(&g->c, ask);
	client_send(&g->c);
	CHECK(g->taken == 2);
	client_recv(&g->c);
	CHECK(g->c.goaways == 1 && g->c.last[0] == INT32_MAX &&
	    g->c.goaway_error == NGHTTP2_NO_ERROR);
	client_pump(&g->c);
	CHECK(h2_drain_seen(g->c.h2) && !h2_over(g->c.h2));
	h2_drain(g->c.h2);
	client_pump(&g->c);
	CHECK(g->c.goaways == 2 && g->c.last[1] == c[1]->id);
	CHECK(!h2_idle(g->c.h2) && !h2_over(g->c.h2));
	run(g);
	CHECK(succeeded(c[0], S("")) && succeeded(c[1], S("")));
	CHECK(h2_idle(g->c.h2) && h2_over(g->c.h2));
	h2_drain(g->c.h2);
	client_pump(&g->c);
	CHECK(g->c.goaways == 2);
}

/* A stream above the last one that is served is told so, not lost. */
static void
test_drain_late(struct rig *g)
{
	const struct ask ask = { .path = TRACES, .body = S("\0\0\0\0\0") };
	struct call *c[2];

	c[0] = client_call(&g->c, ask);
	client_pump(&g->c);
	h2_drain(g->c.h2);
	h2_drain(g->c.h2);
	c[1] = client_call(&g->c, ask);
	client_recv(&g->c);
	run(g);
	CHECK(g->taken == 1 && succeeded(c[0], S("")));
	CHECK(c[1]->closed || nghttp2_session_get_stream_user_data(
	    g->c.session, c[1]->id) == NULL);
	CHECK(g->c.last[g->c.goaways - 1] == c[0]->id);
}

/* One frame that no peer may send; then nothing more is read. */
static void
test_broken(struct rig *g)
{
	static const char frame[] = "\0\0\0\0\0\0\0\0\0";	/* DATA on 0 */

	client_pump(&g->c);
	CHECK(!h2_over(g->c.h2));
	h2_recv(g->c.h2, S(frame), NULL);
	client_recv(&g->c);
	CHECK(g->c.goaways == 1 &&
	    g->c.goaway_error == NGHTTP2_PROTOCOL_ERROR);
	CHECK(h2_over(g->c.h2));
}

static void
test_no_http2(struct rig *g)
{
	struct h2 *h = h2_new(&g->home, g);
	struct err e = { 0 };

	CHECK(h2_recv(h, S("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), &e)
	    == -1);
	CHECK(strstr(e.msg, "http/2: "));
	h2_free(h);
}

static void
test_deadline(struct rig *g)
{
	struct ask ask = { .path = TRACES, .body = S("\0\0\0\0\0"),
		.timeout = "5S" };
	uint64_t now = time_mono();

	client_call(&g->c, ask);
	client_pump(&g->c);
	CHECK(g->waiting && g->waiting->deadline >= now + 5 * NS_S &&
	    g->waiting->deadline <= time_mono() + 5 * NS_S);
	run(g);
	ask.timeout = "99999999H";
	client_call(&g->c, ask);
	client_pump(&g->c);
	CHECK(g->waiting && g->waiting->deadline == 0);
	run(g);
}

static int
dial(const char *name)
{
	const char *port = strrchr(name, ':') + 1;
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval wait = { .tv_sec = 20 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
	CHECK(connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
	return fd;
}

/* The server itself hangs up on who broke the protocol, or has gone away. */
static void
test_hangs_up(const struct net_limits *max)
{
#define HELLO	"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" "\0\0\0\4\0\0\0\0\0"
	static const struct str bad[] = {
		S("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		S(HELLO "\0\0\0\0\0\0\0\0\0"),
		S(HELLO "\0\0\x8\7\0\0\0\0\0\0\0\0\0\0\0\0\0"),	/* GOAWAY */
	};
	struct net_handler on = { NULL, otlp_route, take, otlp_put_status };
	struct servers s;
	struct net net;
	struct err e = { 0 };

	net_init(&net, max, &on);
	CHECK(servers_open(&s, &net, "127.0.0.1:0", NULL, &e) == 0);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		int fd = dial(s.grpc_name);
		char in[512];
		ssize_t r;

		CHECK(send(fd, bad[i].p, bad[i].n, MSG_NOSIGNAL) ==
		    (ssize_t)bad[i].n);
		while ((r = recv(fd, in, sizeof in, 0)) > 0)
			;
		CHECK(r == 0);
		close(fd);
	}
	CHECK(servers_close(&s, 5 * NS_S) == 0);
	net_free(&net);
}

int
main(void)
{
	static void (*const tests[])(struct rig *) = {
		test_success, test_frames, test_partial, test_not_served,
		test_framing_errors, test_encodings, test_too_large,
		test_bad_protobuf, test_overload, test_inflated_is_held,
		test_headers_too_large, test_settings, test_streams,
		test_early_answer, test_cancel, test_drain, test_drain_late,
		test_broken, test_no_http2, test_deadline,
	};
	struct net_limits max = net_limits_default;
	struct rig g;

	rig_open(&g, &max);
	test_windows(&g);
	rig_close(&g);
	max.message = 100000;
	max.bytes = 350000;
	max.requests = 5;
	max.streams = 8;
	for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
		rig_open(&g, &max);
		tests[i](&g);
		rig_close(&g);
	}
	test_hangs_up(&max);
	return unit_done();
}
