/* A connection of HTTP/1 under TLS: net/http has the far end of a pair. */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/conn.h"

#define CARRY	((size_t)64 << 10)

int
conn_bridge(struct conn_home *s, struct conn *c)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
	    pair) == -1)
		return -1;
	c->pair = (struct watch){ WATCH_PAIR, pair[0], EPOLLIN, c };
	ev.data.ptr = &c->pair;
	if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, pair[0], &ev) == -1) {
		close(pair[1]);
		return -1;
	}
	c->phase = CONN_BRIDGE;
	c->counted = false;	/* its far end is */
	http_add(s->http, pair[1]);
	return 0;
}

/* From the peer to the pair: false when no more has come. */
static bool
up(struct conn_home *s, struct conn *c)
{
	ssize_t r;

	if (c->up.n == c->up_sent) {
		if (c->ended)
			return false;
		r = conn_recv(c, s->in, CARRY);
		if (r == -1 && errno == EAGAIN)
			return false;
		if (r <= 0) {
			c->ended = true;
			shutdown(c->pair.fd, SHUT_WR);
			return false;
		}
		c->up_sent = 0;
		buf_reset(&c->up);
		buf_add(&c->up, s->in, (size_t)r);
	}
	r = send(c->pair.fd, c->up.p + c->up_sent, c->up.n - c->up_sent,
	    MSG_NOSIGNAL);
	if (r == -1 && errno != EAGAIN && errno != EINTR)
		c->dead = true;
	if (r > 0)
		c->up_sent += (size_t)r;
	return r > 0;
}

/* From the pair to the peer. */
static bool
down(struct conn_home *s, struct conn *c)
{
	ssize_t r;

	if (c->out.n == c->sent) {
		r = recv(c->pair.fd, s->in, CARRY, 0);
		if (r == -1 && (errno == EAGAIN || errno == EINTR))
			return false;
		if (r <= 0) {
			c->dead = true;
			return false;
		}
		c->sent = 0;
		buf_reset(&c->out);
		buf_add(&c->out, s->in, (size_t)r);
	}
	r = conn_send(c, c->out.p + c->sent, c->out.n - c->sent);
	if (r == -1 && errno != EAGAIN)
		c->dead = true;
	if (r > 0)
		c->sent += (size_t)r;
	return r > 0;
}

/* An end that is closed is told of again and again: once is enough. */
void
conn_bridge_event(struct conn_home *s, struct conn *c, const struct watch *w,
    uint32_t events)
{
	c->active = s->now;
	if (!(events & (EPOLLHUP | EPOLLERR)))
		return;
	if (w == &c->pair && !c->left) {
		c->left = true;
		epoll_ctl(s->epoll, EPOLL_CTL_DEL, c->pair.fd, NULL);
	} else if (w == &c->peer && c->ended)
		c->dead = true;
}

static void
let_go(struct buf *b, size_t *sent)
{
	if (b->n > *sent)
		return;
	buf_free(b);
	*sent = 0;
}

/* A share of each way a turn; a side that does not take what is there for it
 * stops the reading of the other. */
void
conn_carry(struct conn_home *s, struct conn *c)
{
	for (int i = 0; i < 4 && up(s, c) && !c->dead; i++)
		;
	for (int i = 0; (i < 4 || c->left) && down(s, c) && !c->dead; i++)
		;
	let_go(&c->up, &c->up_sent);
	let_go(&c->out, &c->sent);
	conn_watch(s, &c->peer, (c->up.n > 0 || c->ended ? 0 : EPOLLIN) |
	    (c->out.n > 0 ? EPOLLOUT : 0));
	conn_watch(s, &c->pair, (c->out.n > 0 ? 0 : EPOLLIN) |
	    (c->up.n > 0 ? EPOLLOUT : 0));
}
