#include "net/conn.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/time.h"
#include "net/door.h"

#define SEND		((size_t)64 << 10)
/* A peer that was silent so long is asked, and has so long to answer. */
#define KEEPALIVE	(7200 * NS_S)
#define KEEPALIVE_WAIT	(20 * NS_S)

int
conn_watch(struct conn_home *s, struct watch *w, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = w };

	if (w->fd == -1 || events == w->events)
		return 0;
	w->events = events;
	return epoll_ctl(s->epoll, EPOLL_CTL_MOD, w->fd, &ev);
}

void
conn_mark(struct conn_home *s, struct conn *c)
{
	if (c->dirty)
		return;
	c->dirty = true;
	c->next_dirty = s->dirty;
	s->dirty = c;
}

void
conn_new(struct conn_home *s, int fd, bool must_tls)
{
	/* edge-triggered till its protocol is known: too few bytes to tell
	 * by are no reason to be told of them again and again */
	struct epoll_event ev = { .events = EPOLLIN | EPOLLET };
	struct net *net = s->h2.net;
	struct conn *c;
	int on = 1;

	if (atomic_fetch_add(&net->connections, 1) >= net->max.connections) {
		atomic_fetch_sub(&net->connections, 1);
		close(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	c = xcalloc(1, sizeof *c);
	c->peer = (struct watch){ WATCH_PEER, fd, ev.events, c };
	c->pair = (struct watch){ WATCH_PAIR, -1, 0, c };
	c->must_tls = must_tls;
	c->counted = true;
	c->opened = c->active = s->now;
	c->next = s->conns;
	c->link = &s->conns;
	if (c->next)
		c->next->link = &c->next;
	s->conns = c;
	ev.data.ptr = &c->peer;
	if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &ev) == -1) {
		c->dead = true;
		conn_mark(s, c);
	}
}

void
conn_free(struct conn_home *s, struct conn *c)
{
	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	if (c->h2)
		h2_free(c->h2);
	tls_end(c->tls);
	if (c->peer.fd != -1)
		close(c->peer.fd);
	if (c->pair.fd != -1)
		close(c->pair.fd);
	if (c->counted)
		atomic_fetch_sub(&s->h2.net->connections, 1);
	buf_free(&c->out);
	buf_free(&c->up);
	free(c);
}

ssize_t
conn_recv(struct conn *c, void *p, size_t n)
{
	ssize_t r;

	if (c->tls)
		return tls_recv(c->tls, p, n);
	do
		r = recv(c->peer.fd, p, n, 0);
	while (r == -1 && errno == EINTR);
	return r;
}

ssize_t
conn_send(struct conn *c, const void *p, size_t n)
{
	ssize_t r;

	if (c->tls)
		return tls_send(c->tls, p, n);
	do
		r = send(c->peer.fd, p, n, MSG_NOSIGNAL);
	while (r == -1 && errno == EINTR);
	return r;
}

static void
begin_h2(struct conn_home *s, struct conn *c)
{
	c->phase = CONN_H2;
	c->h2 = h2_new(&s->h2, c);
	conn_watch(s, &c->peer, EPOLLIN);
	conn_mark(s, c);
}

/* The descriptor leaves; the connection's count goes with it. */
static void
give_to_http(struct conn_home *s, struct conn *c)
{
	epoll_ctl(s->epoll, EPOLL_CTL_DEL, c->peer.fd, NULL);
	http_add(s->http, c->peer.fd);
	c->peer.fd = -1;
	c->counted = false;
	c->dead = true;
}

static void
begin_tls(struct conn_home *s, struct conn *c)
{
	c->tls = s->tls ? tls_accept(s->tls, c->peer.fd) : NULL;
	c->dead = !c->tls;
	c->phase = CONN_SHAKE;
}

/* Its first bytes, which stay in the socket. */
static void
look(struct conn_home *s, struct conn *c)
{
	char first[DOOR_MAX];
	ssize_t r = recv(c->peer.fd, first, sizeof first, MSG_PEEK);
	enum door door;

	if (r == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	door = r <= 0 ? DOOR_CLOSE : door_of(str_mk(first, (size_t)r));
	if (door == DOOR_MORE)
		return;
	if (door == DOOR_TLS)
		begin_tls(s, c);
	else if (door == DOOR_CLOSE || c->must_tls)
		c->dead = true;
	else if (door == DOOR_H2)
		begin_h2(s, c);
	else
		give_to_http(s, c);
}

static void
shake(struct conn_home *s, struct conn *c)
{
	int r = tls_shake(c->tls);

	if (r == -1)
		c->dead = true;
	else if (r == 1) {
		c->phase = CONN_FIRST;
		conn_watch(s, &c->peer, EPOLLIN);
	} else
		conn_watch(s, &c->peer, tls_wants_write(c->tls) ? EPOLLOUT :
		    EPOLLIN);
}

/* The first bytes under TLS. */
static void
first(struct conn_home *s, struct conn *c)
{
	ssize_t r = conn_recv(c, s->in, CONN_RECV);
	enum door door;

	if (r == -1 && errno == EAGAIN)
		return;
	if (r <= 0) {
		c->dead = true;
		return;
	}
	buf_add(&c->up, s->in, (size_t)r);
	door = door_of(buf_str(&c->up));
	if (door == DOOR_H2) {
		begin_h2(s, c);
		if (h2_recv(c->h2, buf_str(&c->up), NULL) == -1)
			c->dead = true;
		buf_free(&c->up);
	} else if (door == DOOR_HTTP) {
		if (conn_bridge(s, c) == -1)
			c->dead = true;
	} else if (door != DOOR_MORE)
		c->dead = true;
}

static int
take(struct conn *c, char *p, size_t n)
{
	return n > 0 ? h2_recv(c->h2, str_mk(p, n), NULL) : 0;
}

/* In the clear: one read a turn, into its place and what is after that. */
static ssize_t
recv_placed(struct conn_home *s, struct conn *c)
{
	struct h2_place at = h2_place(c->h2);
	struct iovec to[2] = { { at.p, at.n }, { s->in, CONN_RECV } };
	ssize_t r = readv(c->peer.fd, at.n > 0 ? to : to + 1,
	    at.n > 0 ? 2 : 1);
	size_t n = (size_t)r, placed = at.n;

	if (r <= 0)
		return r;
	if (placed > n)
		placed = n;
	if (take(c, at.p, placed) == -1 || take(c, s->in, n - placed) == -1)
		c->dead = true;		/* after what is left to say */
	return r;
}

/* Under TLS: the records that are here, up to one buffer of them. */
static ssize_t
recv_records(struct conn_home *s, struct conn *c)
{
	size_t n = 0;
	ssize_t r = 1;

	while (r > 0 && CONN_RECV - n >= TLS_RECORD) {
		r = conn_recv(c, s->in + n, CONN_RECV - n);
		if (r > 0)
			n += (size_t)r;
	}
	if (take(c, s->in, n) == -1)
		c->dead = true;
	return n > 0 ? (ssize_t)n : r;
}

static void
recv_h2(struct conn_home *s, struct conn *c)
{
	ssize_t r = c->tls ? recv_records(s, c) : recv_placed(s, c);

	if (r == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (r <= 0)
		c->dead = true;
	c->active = s->now;
	c->pinged = 0;
}

void
conn_event(struct conn_home *s, struct conn *c, const struct watch *w,
    uint32_t events)
{
	if (c->phase == CONN_LOOK)
		look(s, c);
	/* what follows may be here already */
	if (c->phase == CONN_SHAKE && !c->dead)
		shake(s, c);
	if (c->phase == CONN_FIRST && !c->dead)
		first(s, c);
	else if (c->phase == CONN_BRIDGE)
		conn_bridge_event(s, c, w, events);
	else if (c->phase == CONN_H2 && w == &c->peer &&
	    events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		recv_h2(s, c);
	if (c->phase >= CONN_H2 || c->dead)
		conn_mark(s, c);
}

/* What net/h2 has to say. */
static void
flush_h2(struct conn_home *s, struct conn *c)
{
	bool waits = false;

	for (;;) {
		ssize_t r;

		if (h2_send(c->h2, &c->out, SEND, NULL) == -1)
			c->dead = true;
		if (c->out.n == c->sent) {
			if (h2_over(c->h2))
				c->dead = true;
			break;
		}
		r = conn_send(c, c->out.p + c->sent, c->out.n - c->sent);
		if (r == -1 && errno == EAGAIN) {
			waits = true;
			break;
		}
		if (r == -1) {
			c->dead = true;
			break;
		}
		c->sent += (size_t)r;
		c->active = s->now;
		if (c->sent == c->out.n) {
			c->sent = 0;
			buf_reset(&c->out);
		}
	}
	conn_watch(s, &c->peer, EPOLLIN | (waits ? EPOLLOUT : 0));
}

void
conn_flush(struct conn_home *s, struct conn *c)
{
	if (c->phase == CONN_H2)
		flush_h2(s, c);
	else if (c->phase == CONN_BRIDGE && !c->dead)
		conn_carry(s, c);
}

static void
look_h2(struct conn_home *s, struct conn *c)
{
	uint64_t silent = s->now - c->active;

	if (!h2_idle(c->h2)) {
		h2_look(c->h2, s->now);
		conn_mark(s, c);
	}
	if (c->out.n == 0 && silent > NS_S)
		buf_free(&c->out);
	if (silent > (uint64_t)s->h2.net->max.idle * NS_S &&
	    !h2_waits(c->h2)) {
		h2_drain(c->h2);
		h2_drain(c->h2);
		conn_flush(s, c);
		c->dead = true;
	} else if (c->pinged > 0 && s->now - c->pinged > KEEPALIVE_WAIT)
		c->dead = true;
	else if (c->pinged == 0 && silent > KEEPALIVE) {
		h2_ping(c->h2);
		c->pinged = s->now;
	} else
		return;
	conn_mark(s, c);
}

void
conn_look(struct conn_home *s, struct conn *c)
{
	const struct net_limits *max = &s->h2.net->max;

	bool late = c->phase == CONN_BRIDGE ?
	    s->now - c->active > ((uint64_t)max->idle + max->hello) * NS_S :
	    s->now - c->opened > max->hello * NS_S;

	if (c->phase == CONN_H2)
		look_h2(s, c);
	else if (late) {
		c->dead = true;
		conn_mark(s, c);
	}
}
