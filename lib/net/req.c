#include "net/req.h"

#include <strings.h>

#include "base/err.h"
#include "base/time.h"
#include "codec/gzip.h"
#include "codec/zstd.h"

/* A length is believed up to here before the bytes arrive. */
#define BELIEVE		((size_t)1 << 20)
/* Larger buffers are not kept for the next request. */
#define SPARE_MAX	((size_t)1 << 20)
/* RFC 1951, 1952: the least a gzip member takes, and the most a byte of it
 * stands for. */
#define GZIP_MIN	18
#define GZIP_RATIO_MAX	1032
/* So long a failure to keep what came counts. */
#define FAILED_FOR	(10 * NS_S)
/* Taken on the account whatever is claimed. */
#define CLAIM_MIN	((size_t)4096)

const struct net_limits net_limits_default = {
	.message = (size_t)64 << 20,
	.bytes = (size_t)128 << 20,
	.requests = 1024,
	.connections = 4096,
	.streams = 100,
	.headers = 16384,
	.idle = 300,
	.hello = 10,
	.patience = 30,
	.rate = 4096,
	.retry = 1,
};

void
net_init(struct net *net, const struct net_limits *max,
    const struct net_handler *on)
{
	*net = (struct net){ .max = *max, .on = *on };
	if (net->max.message > net->max.bytes / 2)
		net->max.message = net->max.bytes / 2;
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

/* Takes `more` bytes on the account. */
static bool
charge(struct net_req *req, size_t more)
{
	struct net *net = req->net;

	if (atomic_fetch_add(&net->bytes, more) + more > net->max.bytes) {
		atomic_fetch_sub(&net->bytes, more);
		return false;
	}
	req->held += more;
	return true;
}

/* Takes the body's buffer up to `cap` bytes, on the account. */
static enum grpc_code
hold(struct net_req *req, size_t cap)
{
	if (cap > req->held && !charge(req, cap - req->held))
		return GRPC_UNAVAILABLE;
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
net_req_more(struct net_req *req, size_t n)
{
	if (charge(req, n))
		return 0;
	net_req_fail(req, GRPC_UNAVAILABLE, S(NET_FULL), true);
	return -1;
}

/* What gzip's trailer says, where the bytes before it can hold that. */
static size_t
gzip_claim(struct str gz)
{
	size_t n = gz.n < GZIP_MIN ? 0 : load32(gz.p + gz.n - 4);

	return n / GZIP_RATIO_MAX > gz.n ? 0 : n;
}

/* What it says it inflates to, or a guess. */
static size_t
claimed(enum net_coding coding, struct str in, size_t max)
{
	size_t n = coding == NET_GZIP ? gzip_claim(in) :
	    coding == NET_ZSTD ? zstd_claim(in) : in.n * 4;

	if (n < CLAIM_MIN)
		n = CLAIM_MIN;
	return n < max ? n : max;
}

static int
inflate_to(enum net_coding coding, struct str in, struct buf *out,
    size_t max, struct err *e)
{
	if (coding == NET_ZSTD)
		return zstd_inflate(in, out, max, e);
	if (coding == NET_DEFLATE)
		return zlib_inflate(in, out, max, e);
	return gzip_inflate(in, out, max, e);
}

/*
 * Its bytes go on the account before there are any: what is claimed, and if
 * that was too little, twice that, from the start.
 */
static int
inflate(struct net_req *req, struct buf *plain)
{
	struct str in = buf_str(&req->body);
	size_t max = req->net->max.message;
	size_t room = claimed(req->coding, in, max);
	size_t more = room;

	for (;;) {
		struct err e = { 0 };

		if (net_req_more(req, more) == -1)
			return -1;
		buf_reset(plain);
		buf_reserve(plain, room < BELIEVE ? room + 1 : BELIEVE);
		if (inflate_to(req->coding, in, plain, room, &e) == 0)
			return 0;
		if (e.kind != ERR_LIMIT || room == max) {
			net_req_fail(req, e.kind == ERR_LIMIT ?
			    GRPC_RESOURCE_EXHAUSTED : GRPC_INVALID_ARGUMENT,
			    str_of(e.msg), false);
			return -1;
		}
		more = room < max - room ? room : max - room;
		room += more;
	}
}

int
net_req_inflate(struct net_req *req)
{
	struct buf plain = { 0 };
	int r;

	if (req->coding == NET_IDENTITY)
		return 0;
	r = inflate(req, &plain);
	if (r == -1)
		buf_free(&plain);
	buf_free(&req->body);
	req->body = plain;
	req->coding = NET_IDENTITY;
	atomic_fetch_sub(&req->net->bytes, req->held - plain.n);
	req->held = plain.n;
	return r;
}

void
net_req_fail(struct net_req *req, enum grpc_code code, struct str why,
    bool retry)
{
	metric_add(req->net->refused[code], 1);
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
	buf_free(&req->tenant);
	buf_free(&req->copies);
	req->net = NULL;
}

bool
net_healthy(const struct net *net)
{
	uint64_t failed = atomic_load(&net->failed);

	return !atomic_load(&net->draining) &&
	    (failed == 0 || time_mono() - failed > FAILED_FOR);
}

bool
net_late(const struct net *net, uint64_t ns, size_t bytes)
{
	return ns / NS_S > net->max.patience + bytes / net->max.rate;
}

/* Codings are named in any case. RFC 9110, 8.4.1. */
static bool
is(struct str name, struct str coding)
{
	return name.n == coding.n &&
	    strncasecmp(name.p, coding.p, name.n) == 0;
}

enum net_coding
net_coding_of(struct str name)
{
	if (name.n == 0 || is(name, S("identity")))
		return NET_IDENTITY;
	if (is(name, S("gzip")) || is(name, S("x-gzip")))
		return NET_GZIP;
	if (is(name, S("zstd")))
		return NET_ZSTD;
	if (is(name, S("deflate")) || is(name, S("zlib")))
		return NET_DEFLATE;
	return NET_CODING_UNKNOWN;
}
