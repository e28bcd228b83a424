/*
 * h2: one HTTP/2 connection of a server of gRPC and OTLP/HTTP, without its
 * socket.
 *
 * Bytes from the peer go in, bytes for it come out; whole requests go to the
 * handler of `net`. All calls for one connection come from one thread; only
 * the requests wander. A request that comes back by its `done` is brought
 * home to that thread and given to h2_reply, also after its stream or its
 * connection has gone.
 */
#ifndef NET_H2_H
#define NET_H2_H

#include "base/buf.h"
#include "base/err.h"
#include "net/req.h"

#define H2_WINDOW_STREAM	(1 << 20)
#define H2_WINDOW_CONNECTION	(4 << 20)
#define H2_FRAME_MAX		(1 << 20)

struct h2;

/* Where the requests of a server's connections go out from and come home. */
struct h2_home {
	struct net *net;
	void (*done)(struct net_req *);	/* of each request */
	unsigned away;			/* requests with the handler now */
};

/* `conn` is what h2_reply gives. */
struct h2 *h2_new(struct h2_home *, void *conn);
struct h2_home *h2_home(struct net_req *);
/* -1: the peer speaks no HTTP/2: close. One that breaks its rules is told so,
 * and then it is h2_over. */
int h2_recv(struct h2 *, struct str bytes, struct err *);
/*
 * Where the next bytes from the peer would best be put, when a body of known
 * place comes next: h2_recv of bytes at that place copies nothing. n is 0
 * when there is no such place.
 */
struct h2_place {
	char *p;
	size_t n;
};
struct h2_place h2_place(struct h2 *);
/* Appends bytes for the peer to b until it holds `enough` or there is none. */
int h2_send(struct h2 *, struct buf *b, size_t enough, struct err *);
/* Answers the request, and ends it. The conn that has something to send now,
 * or NULL when it has gone. */
void *h2_reply(struct net_req *);
/* Refuses requests that come too slowly or too late; call it now and then. */
void h2_look(struct h2 *, uint64_t now);
void h2_ping(struct h2 *);	/* asks whether the peer is there */
/* Announces the end; again: names the last stream that is served. */
void h2_drain(struct h2 *);
/* The peer acknowledged the announcement. */
bool h2_drain_seen(const struct h2 *);
bool h2_idle(const struct h2 *);	/* no streams */
/* Is an answer of ours awaited? */
bool h2_waits(const struct h2 *);
/* Nothing more will be read or sent: close. */
bool h2_over(const struct h2 *);
void h2_free(struct h2 *);

#endif
