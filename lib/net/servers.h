/* servers: what one process listens at and serves with, begun and ended as
 * one: net/serve, net/http, and net/tls where it is asked for. */
#ifndef NET_SERVERS_H
#define NET_SERVERS_H

#include "net/addr.h"
#include "net/req.h"
#include "net/tls.h"

#define SERVERS_MAX 32

/* Both are spoken at each address; the kind is the default and the name. */
enum server_kind { SERVER_GRPC, SERVER_HTTP, SERVER_KINDS };

struct server_at {
	enum server_kind kind;
	const char *asked;		/* NULL: it was inherited */
	int fd;
	char name[NET_NAME];		/* as taken */
};

/* Zero-initialise, add, open. */
struct servers {
	struct server_at at[SERVERS_MAX];
	size_t n;
	bool said[SERVER_KINDS];	/* one was added, or none is wanted */
	struct tls_files tls_files;	/* no cert: no TLS */
	struct net *net;
	struct tls *tls;
	struct http *http;
	struct serve *serve;
};

/* "" and "none": none of that kind, also none of those added before. The
 * address is the caller's. */
int servers_add(struct servers *, enum server_kind, const char *addr,
    struct err *);
/* A descriptor that listens already; it is closed in the end. With it there
 * are no defaults. */
int servers_inherit(struct servers *, enum server_kind, int fd, struct err *);
/* 127.0.0.1:4317 and :4318, of the kinds of which nothing was said. On -1
 * nothing stays open. */
int servers_open(struct servers *, struct net *, struct err *);
const char *server_kind_name(enum server_kind);
/*
 * Takes nothing new, and waits until what is in flight is answered, at most
 * `grace` ns. -1: the handler still has requests, so that nothing may be
 * freed.
 */
int servers_close(struct servers *, uint64_t grace);

#endif
