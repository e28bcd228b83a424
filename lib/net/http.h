/*
 * http: the OTLP/HTTP server, on libmicrohttpd's epoll thread.
 *
 * A request is gathered as it arrives and suspended while the handler has it.
 * What cannot be served is answered from the header alone where that is
 * possible, before the body is read (otlp.md 4.1).
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "base/err.h"
#include "net/req.h"

struct http;

/* Serves the listening socket, which it owns from now on. */
struct http *http_open(struct net *, int listener, struct err *);
void http_drain(struct http *);	/* takes no more connections */
/*
 * Waits until nothing is in flight, at most until the time_mono `deadline`;
 * then connections are cut. -1, and the server must stay, if the handler
 * still has requests. Else it is freed.
 */
int http_close(struct http *, uint64_t deadline);

#endif
