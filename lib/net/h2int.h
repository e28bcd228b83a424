/* h2int: what the sources of net/h2 share: a connection and its streams. */
#ifndef NET_H2INT_H
#define NET_H2INT_H

#include <nghttp2/nghttp2.h>

#include "net/grpc.h"
#include "net/h2.h"
#include "net/h2out.h"
#include "net/head.h"
#include "net/web.h"

struct h2_stream {
	struct h2 *h2;
	int32_t id;
	uint64_t began;		/* time_mono */
	struct head head;
	bool grpc;		/* else OTLP/HTTP: */
	struct web web;
	struct grpc_in in;
	struct h2_req *req;	/* gathering, or with the handler */
	bool ended;		/* by the peer */
	bool answered;
	struct h2_out out;
	struct h2_stream *next, **link;	/* of all of the connection */
};

struct h2_req {
	struct net_req req;		/* first: they are the same address */
	struct h2_stream *stream;	/* NULL: has gone */
	struct h2_home *home;
};

struct h2 {
	struct net *net;
	struct h2_home *home;
	void *conn;
	nghttp2_session *session;
	struct h2_stream *streams;
	/* the rest of the DATA frame that is being received */
	struct h2_stream *data;
	size_t data_left;
	unsigned draining;		/* 1 announced, 2 last stream named */
	bool drain_seen;
	/* what a peer may do at no cost of its own, and how often it did */
	uint64_t last_ping, calm_since;
	unsigned strikes, calm;
	bool hung_up;			/* by us, for that */
};

struct h2_stream *h2_stream_new(struct h2 *, int32_t id);
/* Its header is whole: refuses it, or begins a request. */
void h2_stream_begin(struct h2_stream *);
void h2_stream_data(struct h2_stream *, struct str bytes);
/* The peer has said all: the request goes to the handler. */
void h2_stream_end(struct h2_stream *);
/* Refuses what comes too slowly, or too late. */
void h2_stream_look(struct h2_stream *, uint64_t now);
/* It is answered: the peer is told to send no more, unless it has ended. */
void h2_stream_cut(struct h2_stream *);
/* The handler's answer is sent. */
void h2_stream_reply(struct h2_stream *, struct net_req *);
void h2_stream_free(struct h2_stream *);

#endif
