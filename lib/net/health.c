#include "net/health.h"

#include "base/cur.h"

enum { SERVING = 1, NOT_SERVING = 2 };

void
health_check(struct net_req *req)
{
	struct str service = S("");
	struct field f;
	struct cur c;
	int r;

	if (net_req_inflate(req) == -1)
		return;
	c = cur_of(buf_str(&req->body));
	while ((r = cur_field(&c, &f)) == 1)
		if (f.no == 1 && f.wire == 2)
			service = f.b;
	if (r == -1)
		net_req_fail(req, GRPC_INVALID_ARGUMENT,
		    S("not a HealthCheckRequest"), false);
	else if (service.n > 0 && !req->net->on.service(service))
		net_req_fail(req, GRPC_NOT_FOUND, S("unknown service"),
		    false);
	else {
		buf_u8(&req->reply, 1 << 3);
		buf_u8(&req->reply, net_healthy(req->net) ? SERVING :
		    NOT_SERVING);
	}
}
