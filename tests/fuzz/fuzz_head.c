/*
 * The first bytes of a connection, and the header fields of a request: lines
 * of "name: value". What is told by few bytes is told by more; a tenant that
 * is let in is a name.
 */
#include <stdint.h>
#include <stdlib.h>

#include "net/auth.h"
#include "net/door.h"
#include "net/head.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static unsigned
route(bool grpc, struct str path)
{
	return path.n > 3 && path.p[path.n - 1] == (grpc ? 't' : 's');
}

static void
doors(struct str in)
{
	enum door was = DOOR_MORE;

	for (size_t n = 0; n <= in.n && n <= DOOR_MAX; n++) {
		char *exact = malloc(n + !n);
		enum door now;

		if (n > 0)
			memcpy(exact, in.p, n);
		now = door_of(str_mk(exact, n));
		if (was != DOOR_MORE && now != was)
			abort();
		was = now;
		free(exact);
	}
}

static void
fields(const struct net *net, struct str in)
{
	struct net_req req = { 0 };
	struct str line, name = S("");
	const char *why = NULL;
	struct head h;

	head_init(&h);
	while (str_cut(&in, '\n', &line)) {
		str_cut(&line, ':', &name);
		if (name.n == 0 && line.n > 0) {	/* ":path" */
			str_cut(&line, ' ', &name);
			name = str_mk(name.p - 1, name.n + 1);
		}
		head_field(&h, net, name, str_trim(line));
	}
	if (head_admit(&h, net, &why) == GRPC_OK) {
		head_give(&h, &req);
		if (req.tenant.n > 0 && !auth_tenant(buf_str(&req.tenant)))
			abort();
	} else if (!why)
		abort();
	head_free(&h);
	buf_free(&req.tenant);
	buf_free(&req.copies);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct net_limits max = net_limits_default;
	struct net_handler on = { .route = route };
	struct net net;

	max.headers = 2000;
	net_init(&net, &max, &on);
	net.rules = (struct net_rules){ .prefix = "/a",
	    .cors = { "http://*.x*", "*" }, .origins = 2,
	    .copy = { { "x-a", "a" }, { "User-Agent", "b" } }, .copies = 2 };
	doors(str_mk(p, n));
	fields(&net, str_mk(p, n));
	net_free(&net);
	return 0;
}
