/*
 * h2rig: a gRPC server's connection, its client in memory, and a handler that
 * accepts as otlp-recv does; requests and the forms of an answer.
 */
#ifndef TESTS_H2RIG_H
#define TESTS_H2RIG_H

#include <zlib.h>

#include "h2client.h"
#include "otlp/accept.h"
#include "base/base64.h"
#include "otlp/json.h"
#include "pb.h"
#include "unit.h"

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

static inline void
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

static inline void
done(struct net_req *req)
{
	h2_reply(req);
}

static inline void
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

static inline void
answer_all(struct rig *g)
{
	while (g->waiting) {
		struct net_req *req = g->waiting;

		g->waiting = req->next;
		judge(g, req);
	}
}

static inline void
run(struct rig *g)
{
	client_pump(&g->c);
	answer_all(g);
	client_pump(&g->c);
}

static inline void
rig_open(struct rig *g, const struct net_limits *max)
{
	struct net_handler on = { .arg = g, .route = otlp_route,
	    .service = otlp_service, .take = take, .status = otlp_put_status };

	*g = (struct rig){ .home = { .net = &g->net, .done = done } };
	net_init(&g->net, max, &on);
	client_open(&g->c, h2_new(&g->home, g));
}

/* However it went, nothing is held at the end. */
static inline void
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

static inline struct call *
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
static inline struct buf
framed(bool compressed, struct str message)
{
	struct buf b = { 0 };

	grpc_head((uint8_t *)buf_extend(&b, 5), compressed,
	    (uint32_t)message.n);
	buf_adds(&b, message);
	return b;
}

/* A request of n spans, the first `bad` of them without an id. */
static inline struct buf
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

static inline struct buf
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

static inline bool
is_grpc(const struct call *c)
{
	return strcmp(c->status, "200") == 0 &&
	    strcmp(c->type, "application/grpc") == 0 && c->closed;
}

/* Headers, this message, trailers with status 0. */
static inline bool
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
static inline bool
refused(const struct call *c, const char *code)
{
	return is_grpc(c) && strcmp(c->code, code) == 0 && c->heads == 1 &&
	    c->ended && c->data.n == 0 && c->message[0] != '\0';
}

/* Is grpc-status-details-bin this Status, with the retry or without? */
static inline bool
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

/* The limits the tests run into. */
static inline struct net_limits
rig_limits(void)
{
	struct net_limits max = net_limits_default;

	max.message = 100000;
	max.bytes = 350000;
	max.requests = 5;
	max.streams = 8;
	return max;
}

/* Each test with a connection of its own. */
static inline void
rig_each(void (*const tests[])(struct rig *), size_t n)
{
	struct net_limits max = rig_limits();

	for (size_t i = 0; i < n; i++) {
		struct rig g;

		rig_open(&g, &max);
		tests[i](&g);
		rig_close(&g);
	}
}

#endif
