/*
 * head: what a request's header fields say, whatever protocol brought them.
 * otlp.md 3.2, 4.1.
 *
 * Fields are given one by one and in any order; only what they mean is kept.
 */
#ifndef NET_HEAD_H
#define NET_HEAD_H

#include "base/buf.h"
#include "net/req.h"

enum head_method { METHOD_OTHER, METHOD_GET, METHOD_HEAD, METHOD_POST,
	METHOD_OPTIONS };
enum head_health { HEALTH_NONE, HEALTH_CHECK, HEALTH_WATCH, HEALTH_PAGE };
enum head_type { TYPE_OTHER, TYPE_GRPC, TYPE_PROTOBUF, TYPE_JSON };

#define HEAD_NO_LENGTH UINT64_MAX

/* Begin with head_init, end with head_free. */
struct head {
	size_t size;			/* as HTTP/2 counts header lists */
	enum head_method method;
	enum head_type type;
	unsigned grpc_route, http_route;	/* of the path; 0: none */
	enum net_coding grpc_coding, coding;
	uint64_t timeout;		/* ns, of grpc-timeout; 0: none */
	uint64_t length;		/* of the body, if it was said */
	enum head_health health;	/* of the path: gRPC's, or the page */
	bool preflight;			/* of CORS */
	bool known;			/* credentials of ours were shown */
	bool tenant_bad;
	struct buf bound;		/* the tenant they are bound to */
	struct buf tenant, copies;	/* as in struct net_req */
	struct buf origin;		/* that may read the answer, and NUL */
};

void head_init(struct head *);
/* Past net's limit on their size fields are counted only. */
void head_field(struct head *, const struct net *, struct str name,
    struct str value);
/* May it be served: GRPC_OK, or why not, and in words. Sets the tenant. */
enum grpc_code head_admit(struct head *, const struct net *,
    const char **why);
/* Gives the request what it is to keep of the header. */
void head_give(struct head *, struct net_req *);
/* Is the header larger than net's limit? */
bool head_over(const struct head *, const struct net *);
void head_free(struct head *);

#endif
