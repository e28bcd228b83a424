/*
 * http: the HTTP/1.1 server, on libmicrohttpd's epoll thread.
 *
 * It is given its connections one by one. A request is gathered as it arrives
 * and suspended while the handler has it. What cannot be served is answered
 * from the header alone where that is possible, before the body is read.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "base/err.h"
#include "net/req.h"

struct http;

struct http *http_open(struct net *, struct err *);
/* A connection that speaks HTTP/1, no byte of it read yet; it is http's from
 * now on, and on net's count of connections till it ends. */
void http_add(struct http *, int fd);
/* Cuts what comes too slowly; call it once a second. */
void http_look(struct http *, uint64_t now);
void http_drain(struct http *);	/* each connection's next answer is its last */
/*
 * Waits until nothing is in flight, at most until the time_mono `deadline`;
 * then connections are cut. -1, and the server must stay, if the handler
 * still has requests. Else it is freed.
 */
int http_close(struct http *, uint64_t deadline);

#endif
