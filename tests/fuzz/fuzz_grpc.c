/*
 * A gRPC server's connection fed with bytes, in pieces whose sizes the first
 * two bytes choose; the preface is ours unless the first byte is 0. Every
 * request is answered, early or late; at the end nothing is held.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "h2give.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct server {
	struct h2_home home;
	struct net_req *waiting;	/* with the handler */
	unsigned taken;
};

static unsigned
route(bool grpc, struct str path)
{
	(void)grpc;
	return path.n > 0 && path.p[path.n - 1] == 't';
}

static void
take(void *arg, struct net_req *req)
{
	struct server *s = arg;

	req->next = s->waiting;
	s->waiting = req;
	s->taken++;
}

static bool
service(struct str name)
{
	return name.n > 3;
}

static void
put_status(struct buf *b, bool json, int code, struct str why, unsigned retry)
{
	(void)json;
	(void)code;
	(void)retry;
	buf_adds(b, why);
}

static void
done(struct net_req *req)
{
	h2_reply(req);
}

static void
answer_all(struct server *s)
{
	while (s->waiting) {
		struct net_req *req = s->waiting;

		s->waiting = req->next;
		if (net_req_inflate(req) == 0 && req->body.n % 3 == 1)
			net_req_fail(req, GRPC_INVALID_ARGUMENT, S("no"),
			    true);
		net_req_done(req);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const char hello[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	    "\0\0\0\4\0\0\0\0\0";
	struct net_limits max = net_limits_default;
	struct net net;
	struct server s = { .home = { .net = &net, .done = done } };
	struct net_handler on = { .arg = &s, .route = route,
	    .service = service, .take = take,
	    .status = put_status };
	struct str in = str_mk(p, n);
	struct buf out = { 0 };
	size_t step;
	bool late;
	struct h2 *h;

	if (n < 2)
		return 0;
	max.message = 5000;
	max.bytes = 20000;
	max.requests = 5;
	max.streams = 10;
	max.headers = 500;
	net_init(&net, &max, &on);
	h = h2_new(&s.home, &s);
	if (p[0] != 0)
		h2_recv(h, str_mk(hello, sizeof hello - 1), NULL);
	step = p[0] % 64 == 0 ? 4096 : p[0] % 64;
	late = p[1] & 1;
	for (in = str_skip(in, 2); in.n > 0; in = str_skip(in, step)) {
		if (h2_give(h, str_mk(in.p, in.n < step ? in.n : step)) == -1 ||
		    h2_send(h, &out, 1 << 16, NULL) == -1)
			break;
		if (p[1] & 2 && in.n < n / 2)
			h2_drain(h);
		if (!late)
			answer_all(&s);
		buf_reset(&out);
	}
	if (p[1] & 4) {		/* the answers come before the end */
		answer_all(&s);
		h2_send(h, &out, 1 << 16, NULL);
	}
	h2_free(h);
	answer_all(&s);
	if (s.home.away != 0 || net.bytes != 0 || net.requests != 0)
		abort();
	net_free(&net);
	buf_free(&out);
	return 0;
}
