#include "net/req.h"

#include <stdlib.h>

#include "base/err.h"
#include "codec/gzip.h"

/* A length is believed up to here before the bytes arrive. */
#define BELIEVE		((size_t)1 << 20)
/* Larger buffers are not kept for the next request. */
#define SPARE_MAX	((size_t)1 << 20)

const struct net_limits net_limits_default = {
	.message = (size_t)64 << 20,
	.bytes = (size_t)96 << 20,
	.requests = 1024,
	.connections = 512,
	.streams = 100,
	.headers = 16384,
	.idle = 300,
	.retry = 1,
};

void
net_init(struct net *net, const struct net_limits *max,
    const struct net_handler *on)
{
	*net = (struct net){ .max = *max, .on = *on };
	pthread_mutex_init(&net->mutex, NULL);
}

void
net_free(struct net *net)
{
	while (net->spares > 0)
		buf_free(&net->spare[--net->spares]);
	pthread_mutex_destroy(&net->mutex);
}

/* Bodies of one sender are alike: a used buffer spares the page faults. */
static struct buf
spare_get(struct net *net)
{
	struct buf b = { 0 };

	pthread_mutex_lock(&net->mutex);
	if (net->spares > 0)
		b = net->spare[--net->spares];
	pthread_mutex_unlock(&net->mutex);
	return b;
}

static void
spare_put(struct net *net, struct buf *b)
{
	pthread_mutex_lock(&net->mutex);
	if (b->cap > 0 && b->cap <= SPARE_MAX && net->spares < NET_SPARE) {
		net->spare[net->spares] = *b;
		net->spare[net->spares++].n = 0;
		*b = (struct buf){ 0 };
	}
	pthread_mutex_unlock(&net->mutex);
	buf_free(b);
}

bool
net_req_begin(struct net_req *req, struct net *net)
{
	*req = (struct net_req){ .net = net };
	if (atomic_fetch_add(&net->requests, 1) < net->max.requests)
		return true;
	atomic_fetch_sub(&net->requests, 1);
	req->net = NULL;
	return false;
}

/* Takes the body's buffer up to `cap` bytes, on the account. */
static enum grpc_code
hold(struct net_req *req, size_t cap)
{
	struct net *net = req->net;
	size_t more = cap > req->held ? cap - req->held : 0;

	if (atomic_fetch_add(&net->bytes, more) + more > net->max.bytes) {
		atomic_fetch_sub(&net->bytes, more);
		return GRPC_UNAVAILABLE;
	}
	req->held += more;
	if (cap > req->body.cap) {
		req->body.p = xrealloc(req->body.p, cap, 1);
		req->body.cap = cap;
	}
	return GRPC_OK;
}

enum grpc_code
net_req_expect(struct net_req *req, uint64_t n)
{
	if (n > req->net->max.message)
		return GRPC_RESOURCE_EXHAUSTED;
	if (req->body.cap == 0)
		req->body = spare_get(req->net);
	return hold(req, n > BELIEVE ? BELIEVE : (size_t)n);
}

enum grpc_code
net_req_add(struct net_req *req, struct str part)
{
	size_t max = req->net->max.message, cap = req->held;

	if (part.n > max - req->body.n)
		return GRPC_RESOURCE_EXHAUSTED;
	if (part.n > cap - req->body.n) {
		cap = cap > max / 2 ? max : cap * 2;
		if (part.n > cap - req->body.n)
			cap = req->body.n + part.n;
		enum grpc_code code = hold(req, cap);

		if (code != GRPC_OK)
			return code;
	}
	buf_add(&req->body, part.p, part.n);
	return GRPC_OK;
}

int
net_req_inflate(struct net_req *req)
{
	struct net *net = req->net;
	size_t max = net->max.message, before = req->held;
	struct buf plain = { 0 };
	struct err e = { 0 };
	int r;

	if (req->coding == NET_IDENTITY)
		return 0;
	/* what the trailer says of the size is a hint, and on the account */
	if (req->body.n >= 18) {
		size_t n = load32(req->body.p + req->body.n - 4);

		buf_reserve(&plain, n < BELIEVE ? n + 1 : BELIEVE);
	}
	r = gzip_inflate(buf_str(&req->body), &plain, max, &e);
	atomic_fetch_add(&net->bytes, plain.cap);
	atomic_fetch_sub(&net->bytes, before);
	req->held = plain.cap;
	buf_free(&req->body);
	req->body = plain;
	req->coding = NET_IDENTITY;
	if (r == -1)
		net_req_fail(req, e.kind == ERR_LIMIT ?
		    GRPC_RESOURCE_EXHAUSTED : GRPC_INVALID_ARGUMENT,
		    str_of(e.msg), false);
	return r;
}

void
net_req_fail(struct net_req *req, enum grpc_code code, struct str why,
    bool retry)
{
	req->code = code;
	req->retry = retry ? req->net->max.retry : 0;
	buf_reset(&req->why);
	buf_adds(&req->why, why);
	buf_reset(&req->reply);
	if (req->net->on.status)
		req->net->on.status(&req->reply, req->json, code, why,
		    req->retry);
}

void
net_req_end(struct net_req *req)
{
	if (!req->net)
		return;
	spare_put(req->net, &req->body);
	atomic_fetch_sub(&req->net->bytes, req->held);
	atomic_fetch_sub(&req->net->requests, 1);
	buf_free(&req->reply);
	buf_free(&req->why);
	req->net = NULL;
}

enum net_coding
net_coding_of(struct str name)
{
	if (name.n == 0 || str_eq(name, S("identity")))
		return NET_IDENTITY;
	if (str_eq(name, S("gzip")) || str_eq(name, S("x-gzip")))
		return NET_GZIP;
	return NET_CODING_UNKNOWN;
}
