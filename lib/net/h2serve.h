/*
 * h2serve: the gRPC server: one thread, one epoll, its connections.
 *
 * Bodies are received in place where they can be, else through one large
 * buffer; answers of one turn leave in one write a connection.
 */
#ifndef NET_H2SERVE_H
#define NET_H2SERVE_H

#include "base/err.h"
#include "net/req.h"

struct h2serve;

/* Serves the listening socket, which it owns from now on. */
struct h2serve *h2serve_open(struct net *, int listener, struct err *);
/* Takes no more connections and streams, finishes those there are. */
void h2serve_drain(struct h2serve *);
/*
 * Waits for the drain, at most until the time_mono `deadline`; then
 * connections are cut. Requests the handler still has at the deadline make
 * it return -1, and the server must stay. Else it is freed.
 */
int h2serve_close(struct h2serve *, uint64_t deadline);

#endif
