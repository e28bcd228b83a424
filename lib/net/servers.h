/* servers: the gRPC and the HTTP server of one process, begun and ended as
 * one. */
#ifndef NET_SERVERS_H
#define NET_SERVERS_H

#include "net/addr.h"
#include "net/req.h"

struct servers {
	struct h2serve *grpc;
	struct http *http;
	char grpc_name[NET_NAME], http_name[NET_NAME];	/* as taken; or "" */
};

/* NULL, "" and "none" turn a server off. On -1 nothing stays open. */
int servers_open(struct servers *, struct net *, const char *grpc,
    const char *http, struct err *);
bool servers_off(const char *addr);
/*
 * Takes nothing new, and waits until what is in flight is answered, at most
 * `grace` ns. -1: the handler still has requests, so that nothing may be
 * freed.
 */
int servers_close(struct servers *, uint64_t grace);

#endif
