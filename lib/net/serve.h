/*
 * serve: the server: one thread, one epoll, its listeners and connections.
 *
 * Each connection is looked at before it is read. One that speaks HTTP/2 is
 * served here, bodies received in place where they can be and the answers of
 * one turn in one write; one that speaks HTTP/1 is given to net/http, under
 * TLS by way of a socket pair.
 */
#ifndef NET_SERVE_H
#define NET_SERVE_H

#include "base/err.h"
#include "net/http.h"
#include "net/req.h"
#include "net/tls.h"

struct serve;

/*
 * Serves the n listening sockets, which it owns from now on, whether it opens
 * or not. `tls` may be NULL; if it is not, TLS is all that is spoken, but on
 * unix sockets.
 */
struct serve *serve_open(struct net *, struct http *, struct tls *,
    const int listeners[], size_t n, struct err *);
/* Takes no more connections and streams, finishes those there are. When it
 * returns net/http is given no more. */
void serve_drain(struct serve *);
/*
 * Waits for the drain, at most until the time_mono `deadline`; then
 * connections are cut. Requests the handler still has at the deadline make
 * it return -1, and the server must stay. Else it is freed.
 */
int serve_close(struct serve *, uint64_t deadline);

#endif
