/*
 * req: a request on its way through, and what all servers of one process
 * share: limits, how much is held now, and who answers.
 *
 * A server gathers a request's body within the limits, and when it is whole
 * hands it to the handler. From then on the handler owns it, may read it from
 * any thread, sets the answer with net_req_fail (or leaves code 0 and puts
 * the message of success into `reply`), and gives it back with net_req_done,
 * once. The server sends the answer from its own thread and ends the request.
 */
#ifndef NET_REQ_H
#define NET_REQ_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/metrics.h"
#include "base/str.h"
#include "net/grpc.h"

struct net_limits {
	size_t message;		/* a body, before and after inflation */
	size_t bytes;		/* all held at once */
	unsigned requests;	/* held at once */
	unsigned connections;	/* open at once */
	unsigned streams;	/* of an HTTP/2 connection */
	size_t headers;		/* of a request, as HTTP/2 counts them */
	unsigned idle;		/* seconds till a silent connection is closed */
	unsigned hello;		/* seconds for a connection to say anything */
	unsigned patience;	/* seconds for a request to come whole, and */
	unsigned rate;		/* one more for so many bytes of it */
	unsigned retry;		/* seconds we ask a refused client to wait */
};
/* 64 MiB, 128 MiB, 1024, 4096, 100, 16 KiB, 300 s, 10 s, 30 s, 4 KiB, 1 s. */
extern const struct net_limits net_limits_default;

struct net_req;

struct net_handler {
	void *arg;
	/* The number (from 1) of what is served at a path, 0: nothing. */
	unsigned (*route)(bool grpc, struct str path);
	void (*take)(void *arg, struct net_req *);
	/* Appends the body of an error answer (google.rpc.Status). */
	void (*status)(struct buf *, bool json, int code, struct str message,
	    unsigned retry_seconds);
	/* Is it the name of a gRPC service of ours? */
	bool (*service)(struct str);
	/* What a person should know. */
	void (*say)(void *arg, const char *);
};

/* A request's header field that becomes an attribute. */
struct net_copy {
	const char *header, *attribute;
};

#define NET_LIST_MAX 32

/* What servers are told beside limits; all of it the caller's. */
struct net_rules {
	struct auth *auth;		/* NULL: anyone may send */
	const char *prefix;		/* of HTTP paths; NULL: none */
	const char *cors[NET_LIST_MAX];	/* origins, with * for any part */
	struct net_copy copy[NET_LIST_MAX];
	size_t origins, copies;
};

/* Why a request is refused when all hold net_limits.bytes. */
#define NET_FULL "requests in flight hold too much memory"

#define NET_SPARE 32
#define NET_CODES 17

/* Shared by the servers; net_init and net_free. */
struct net {
	struct net_limits max;
	struct net_handler on;
	struct net_rules rules;
	atomic_bool draining;
	atomic_ullong failed;		/* time_mono when what was accepted
					   could not be kept; 0: never */
	struct metric *refused[NET_CODES];	/* requests, by gRPC code */
	atomic_size_t bytes;		/* held now */
	atomic_uint requests;
	atomic_uint connections;	/* that are open */
	pthread_mutex_t mutex;		/* of what follows */
	struct buf spare[NET_SPARE];	/* bodies to use again */
	unsigned spares;
};

enum net_coding { NET_IDENTITY, NET_GZIP, NET_ZSTD, NET_DEFLATE,
	NET_CODING_UNKNOWN };

/* The codings we take, as grpc-accept-encoding and Accept-Encoding list them. */
#define NET_CODINGS "identity,gzip,zstd,deflate,zlib"

struct net_req {
	struct net *net;
	bool grpc, json;		/* json: OTLP/HTTP only */
	enum net_coding coding;
	unsigned route;
	uint64_t deadline;		/* time_mono; 0: none */
	struct buf tenant;		/* checked; empty: none was said */
	/* Of header fields to be copied, each: varint index in net's rules,
	 * varint length, value. */
	struct buf copies;
	struct buf body;		/* as it was sent */
	size_t held;			/* on net's account */
	enum grpc_code code;		/* the answer; HTTP's is made from it */
	unsigned retry;			/* seconds, 0: no hint */
	struct buf reply;		/* protobuf, or JSON */
	struct buf why;			/* of an error */
	void (*done)(struct net_req *);
	struct net_req *next;		/* for whoever owns it */
};

/*
 * A message is limited to half of `bytes`, too: with what it inflates to or
 * is converted to it must fit when it comes alone, or the client would be told
 * to come again for ever.
 */
void net_init(struct net *, const struct net_limits *,
    const struct net_handler *);
void net_free(struct net *);

/* Counts the request in: false when too many are in flight. */
bool net_req_begin(struct net_req *, struct net *);
/*
 * Makes room for a body of n bytes, of which not all are believed before
 * they arrive. GRPC_OK; RESOURCE_EXHAUSTED, over the limit of one message;
 * UNAVAILABLE, when all together hold too much.
 */
enum grpc_code net_req_expect(struct net_req *, uint64_t n);
enum grpc_code net_req_add(struct net_req *, struct str part);
/* Should requests be sent to us? Not while draining, nor for a while after
 * one could not be kept. */
bool net_healthy(const struct net *);
/* Undoes the coding of the body. 0, or -1 with the answer set. */
int net_req_inflate(struct net_req *);
/* Counts n bytes more, which work on it takes, until it ends. As above. */
int net_req_more(struct net_req *, size_t n);
/* Sets an error as the answer; `retry` where the client may come again. */
void net_req_fail(struct net_req *, enum grpc_code, struct str why,
    bool retry);
static inline void
net_req_done(struct net_req *req)
{
	req->done(req);
}
/* Frees what it holds; the struct is the server's. */
void net_req_end(struct net_req *);

/* Has a request that began `ns` ago and brought so many bytes taken too long? */
bool net_late(const struct net *, uint64_t ns, size_t bytes);
#define NET_SLOW "request came too slowly"

enum net_coding net_coding_of(struct str name);

#endif
