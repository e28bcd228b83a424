/*
 * web: a request of OTLP/HTTP, over HTTP/1.1 or HTTP/2: what is answered from
 * its header alone, and the form of its answer. otlp.md 4.1.
 */
#ifndef NET_WEB_H
#define NET_WEB_H

#include "net/head.h"
#include "net/req.h"

struct web {
	unsigned status;	/* 0: as the handler says */
	const char *text;	/* its plain body; NULL: the request's reply */
	bool counted;		/* net_req_begin was had */
	struct buf origin;	/* that may read the answer; empty: none */
};

/* Looks at the header and begins the request; sets status to end it. */
void web_begin(struct web *, struct net_req *, struct net *, struct head *);
/* A part of the body. It may set status, too. */
void web_add(struct web *, struct net_req *, struct str part);
/* The body comes too slowly: sets status. */
void web_slow(struct web *, const struct net *);
/* Frees what the request holds, however far it came. */
void web_end(struct web *, struct net_req *);
/* What is left of it, when the request ended with the handler. */
void web_free(struct web *);

#define WEB_FIELDS 10

/* Points into the request and itself. */
struct web_answer {
	unsigned status;
	struct str body;
	size_t n;
	struct {
		const char *name, *value;	/* lower-case names */
	} field[WEB_FIELDS];
	char retry[16];
};

/* What a request that ended is answered with. */
void web_answer(struct web_answer *, const struct web *, const struct net *,
    const struct net_req *);

#endif
