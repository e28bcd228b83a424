/*
 * conn: one connection of net/serve, from its first byte to its last.
 */
#ifndef NET_CONN_H
#define NET_CONN_H

#include "net/h2.h"
#include "net/http.h"
#include "net/tls.h"

#define CONN_RECV	((size_t)256 << 10)

/* What an epoll event is about. */
struct watch {
	enum { WATCH_WAKE, WATCH_LISTENER, WATCH_PEER, WATCH_PAIR } what;
	int fd;			/* -1: none */
	uint32_t events;	/* that are asked for */
	void *of;		/* the connection */
};

/* What connections share; each is of one thread. */
struct conn_home {
	struct h2_home h2;	/* first: they are the same address */
	struct http *http;
	struct tls *tls;
	int epoll;
	uint64_t now;		/* time_mono, of this turn */
	char *in;		/* CONN_RECV bytes */
	struct conn *conns, *dirty;
};

struct conn {
	struct watch peer;
	struct watch pair;	/* BRIDGE: our end of the socket pair */
	enum { CONN_LOOK, CONN_SHAKE, CONN_FIRST, CONN_H2, CONN_BRIDGE } phase;
	struct tls_conn *tls;	/* NULL: in the clear */
	bool must_tls;
	bool dead;		/* to be closed at the end of the turn */
	bool dirty;		/* is in the list of those to flush */
	bool counted;		/* in net's connections */
	bool ended;		/* BRIDGE: the peer has said all */
	bool left;		/* BRIDGE: the pair's far end is closed */
	struct h2 *h2;
	struct buf out;		/* to the peer */
	struct buf up;		/* first bytes; BRIDGE: to the pair */
	size_t sent, up_sent;	/* of them */
	uint64_t opened, active;	/* active: its last bytes */
	uint64_t pinged;	/* 0: no answer is awaited */
	struct conn *next, **link, *next_dirty;
};

int conn_watch(struct conn_home *, struct watch *, uint32_t events);

/* Takes the accepted descriptor over. */
void conn_new(struct conn_home *, int fd, bool must_tls);
void conn_free(struct conn_home *, struct conn *);
/* Have it flushed at the end of the turn. */
void conn_mark(struct conn_home *, struct conn *);
/* epoll has something to say of its peer, or of its pair. */
void conn_event(struct conn_home *, struct conn *, const struct watch *,
    uint32_t events);
/* Sends what there is, until it is gone or is not taken. */
void conn_flush(struct conn_home *, struct conn *);
/* Once a second: what comes too slowly, or not at all. */
void conn_look(struct conn_home *, struct conn *);

/* Of conn_bridge: begins it; moves bytes both ways. */
int conn_bridge(struct conn_home *, struct conn *);
void conn_bridge_event(struct conn_home *, struct conn *,
    const struct watch *, uint32_t events);
void conn_carry(struct conn_home *, struct conn *);

/* As recv and send do, under TLS or not. */
ssize_t conn_recv(struct conn *, void *, size_t n);
ssize_t conn_send(struct conn *, const void *, size_t n);

#endif
