#include "net/h2serve.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/time.h"
#include "net/h2.h"

#define RECV		((size_t)256 << 10)
#define SEND		((size_t)64 << 10)
#define EVENTS		64
#define TICK_MS		1000
#define DRAIN_TICK_MS	50

struct conn {
	int fd;
	struct h2 *h2;
	struct buf out;
	size_t sent;		/* of out */
	bool waits;		/* for room to send */
	bool dead;		/* to be closed at the end of the turn */
	bool dirty;		/* is in the list of those to flush */
	uint64_t active;	/* time_mono of its last bytes */
	struct conn *next, **link, *next_dirty;
};

struct h2serve {
	struct h2_home home;		/* first: they are the same address */
	int listener, epoll, wake;
	pthread_t thread;
	struct conn *conns, *dirty;
	unsigned n;
	bool paused;			/* the listener: no descriptors left */
	uint64_t now, tick;		/* time_mono */
	uint64_t drained;		/* since when; 0: not draining */
	char *in;			/* RECV bytes */
	pthread_mutex_t mutex;		/* of what follows */
	pthread_cond_t over;
	struct net_req *done;
	bool drain, cut, ended;
};

static void
poke(struct h2serve *s)
{
	uint64_t one = 1;

	while (write(s->wake, &one, sizeof one) == -1 && errno == EINTR)
		;
}

/* A request comes home, from whatever thread. */
static void
done(struct net_req *req)
{
	struct h2serve *s = (struct h2serve *)h2_home(req);
	bool first;

	pthread_mutex_lock(&s->mutex);
	first = !s->done;
	req->next = s->done;
	s->done = req;
	pthread_mutex_unlock(&s->mutex);
	if (first)
		poke(s);
}

static int
watch(struct h2serve *s, int op, int fd, uint32_t events, void *p)
{
	struct epoll_event ev = { .events = events, .data.ptr = p };

	return epoll_ctl(s->epoll, op, fd, &ev);
}

static void
pause_listener(struct h2serve *s, bool pause)
{
	if (s->listener != -1 && s->paused != pause)
		watch(s, EPOLL_CTL_MOD, s->listener, pause ? 0 : EPOLLIN,
		    &s->listener);
	s->paused = pause;
}

static void
mark(struct h2serve *s, struct conn *c)
{
	if (c->dirty)
		return;
	c->dirty = true;
	c->next_dirty = s->dirty;
	s->dirty = c;
}

static void
conn_new(struct h2serve *s, int fd)
{
	struct conn *c;
	int on = 1;

	if (s->n >= s->home.net->max.connections) {
		close(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	c = xcalloc(1, sizeof *c);
	c->fd = fd;
	if (watch(s, EPOLL_CTL_ADD, fd, EPOLLIN, c) == -1) {
		close(fd);
		free(c);
		return;
	}
	c->h2 = h2_new(&s->home, c);
	c->active = s->now;
	c->next = s->conns;
	c->link = &s->conns;
	if (c->next)
		c->next->link = &c->next;
	s->conns = c;
	s->n++;
	mark(s, c);
}

static void
conn_free(struct h2serve *s, struct conn *c)
{
	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	s->n--;
	h2_free(c->h2);
	close(c->fd);
	buf_free(&c->out);
	free(c);
	pause_listener(s, false);
}

static void
accept_all(struct h2serve *s)
{
	for (;;) {
		int fd = accept4(s->listener, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd != -1)
			conn_new(s, fd);
		else if (errno == EMFILE || errno == ENFILE ||
		    errno == ENOBUFS || errno == ENOMEM) {
			pause_listener(s, true);
			return;
		} else if (errno != EINTR && errno != ECONNABORTED)
			return;
	}
}

/* One read a turn, so that no connection starves another. */
static void
conn_recv(struct h2serve *s, struct conn *c)
{
	struct h2_place at = h2_place(c->h2);
	struct iovec to[2] = { { at.p, at.n }, { s->in, RECV } };
	ssize_t r = readv(c->fd, at.n > 0 ? to : to + 1, at.n > 0 ? 2 : 1);
	size_t n = (size_t)r, placed = at.n;

	if (r == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (r <= 0) {
		c->dead = true;
		return;
	}
	c->active = s->now;
	mark(s, c);
	if (placed > n)
		placed = n;
	if ((placed > 0 && h2_recv(c->h2, str_mk(at.p, placed), NULL) == -1) ||
	    (n > placed &&
	    h2_recv(c->h2, str_mk(s->in, n - placed), NULL) == -1))
		c->dead = true;		/* after what is left to say */
}

/* Sends what there is, until it is gone or the peer does not take it. */
static void
conn_flush(struct h2serve *s, struct conn *c)
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
		r = send(c->fd, c->out.p + c->sent, c->out.n - c->sent,
		    MSG_NOSIGNAL);
		if (r == -1 && errno == EINTR)
			continue;
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
	if (waits != c->waits)
		watch(s, EPOLL_CTL_MOD, c->fd,
		    EPOLLIN | (waits ? EPOLLOUT : 0), c);
	c->waits = waits;
}

/* The list, last in first out, turned round. */
static struct net_req *
in_order(struct net_req *req)
{
	struct net_req *first = NULL, *next;

	for (; req; req = next) {
		next = req->next;
		req->next = first;
		first = req;
	}
	return first;
}

static void
replies(struct h2serve *s)
{
	struct net_req *req, *next;

	pthread_mutex_lock(&s->mutex);
	req = s->done;
	s->done = NULL;
	pthread_mutex_unlock(&s->mutex);
	req = in_order(req);
	for (; req; req = next) {
		struct conn *c;

		next = req->next;
		c = h2_reply(req);
		if (c)
			mark(s, c);
	}
}

static void
flush_dirty(struct h2serve *s)
{
	while (s->dirty) {
		struct conn *c = s->dirty;

		s->dirty = c->next_dirty;
		c->dirty = false;
		conn_flush(s, c);
		if (c->dead)
			conn_free(s, c);
	}
}

/* Closes the listener once, then each connection that is through. */
static void
drain(struct h2serve *s)
{
	bool late, first = s->drained == 0;
	struct conn *c, *next;

	if (first) {
		close(s->listener);
		s->listener = -1;
		s->drained = s->now;
	}
	late = s->now - s->drained > NS_S;
	for (c = s->conns; c; c = next) {
		next = c->next;
		if (first || late || h2_drain_seen(c->h2)) {
			h2_drain(c->h2);
			conn_flush(s, c);
		}
		if (c->dead || (!first && (late || h2_drain_seen(c->h2)) &&
		    h2_idle(c->h2) && c->out.n == 0))
			conn_free(s, c);
	}
}

static void
each_second(struct h2serve *s)
{
	uint64_t idle = s->home.net->max.idle * NS_S;
	struct conn *c, *next;

	if (s->now - s->tick < NS_S)
		return;
	s->tick = s->now;
	pause_listener(s, false);
	for (c = s->conns; c; c = next) {
		next = c->next;
		if (s->now - c->active > idle)
			conn_free(s, c);
	}
}

static void
events(struct h2serve *s, const struct epoll_event *ev, int n)
{
	uint64_t count;

	for (int i = 0; i < n; i++) {
		struct conn *c = ev[i].data.ptr;

		if (ev[i].data.ptr == &s->wake)
			(void)!read(s->wake, &count, sizeof count);
		else if (ev[i].data.ptr == &s->listener)
			accept_all(s);
		else {
			if (ev[i].events & EPOLLOUT)
				mark(s, c);
			if (ev[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
				conn_recv(s, c);
			if (c->dead)
				mark(s, c);
		}
	}
}

static int
timeout(const struct h2serve *s)
{
	if (s->drained > 0)
		return DRAIN_TICK_MS;
	return s->conns || s->paused ? TICK_MS : -1;
}

static void *
loop(void *p)
{
	struct h2serve *s = p;
	struct epoll_event ev[EVENTS];
	bool draining = false, cut = false;

	while (!cut && !(draining && !s->conns && s->home.away == 0)) {
		int n = epoll_wait(s->epoll, ev, EVENTS, timeout(s));

		s->now = time_mono();
		events(s, ev, n);
		replies(s);
		flush_dirty(s);
		pthread_mutex_lock(&s->mutex);
		draining = s->drain;
		cut = s->cut;
		pthread_mutex_unlock(&s->mutex);
		if (draining)
			drain(s);
		else
			each_second(s);
	}
	while (s->conns)
		conn_free(s, s->conns);
	pthread_mutex_lock(&s->mutex);
	s->ended = true;
	pthread_cond_signal(&s->over);
	pthread_mutex_unlock(&s->mutex);
	return NULL;
}

static void
serve_free(struct h2serve *s)
{
	if (s->listener != -1)
		close(s->listener);
	if (s->epoll != -1)
		close(s->epoll);
	if (s->wake != -1)
		close(s->wake);
	pthread_mutex_destroy(&s->mutex);
	pthread_cond_destroy(&s->over);
	free(s->in);
	free(s);
}

struct h2serve *
h2serve_open(struct net *net, int listener, struct err *e)
{
	struct h2serve *s = xcalloc(1, sizeof *s);
	pthread_condattr_t clock;

	s->home = (struct h2_home){ .net = net, .done = done };
	s->listener = listener;
	s->in = xmalloc(RECV);
	pthread_mutex_init(&s->mutex, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&s->over, &clock);
	pthread_condattr_destroy(&clock);
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	s->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->epoll == -1 || s->wake == -1 ||
	    watch(s, EPOLL_CTL_ADD, s->wake, EPOLLIN, &s->wake) == -1 ||
	    watch(s, EPOLL_CTL_ADD, listener, EPOLLIN, &s->listener) == -1) {
		err_sys(e, "epoll");
		serve_free(s);
		return NULL;
	}
	errno = pthread_create(&s->thread, NULL, loop, s);
	if (errno != 0) {
		err_sys(e, "start a thread");
		serve_free(s);
		return NULL;
	}
	return s;
}

void
h2serve_drain(struct h2serve *s)
{
	pthread_mutex_lock(&s->mutex);
	s->drain = true;
	pthread_mutex_unlock(&s->mutex);
	poke(s);
}

int
h2serve_close(struct h2serve *s, uint64_t deadline)
{
	struct timespec at = { (time_t)(deadline / NS_S),
	    (long)(deadline % NS_S) };
	int r = 0;

	pthread_mutex_lock(&s->mutex);
	while (!s->ended && r == 0)
		r = pthread_cond_timedwait(&s->over, &s->mutex, &at);
	s->cut = true;
	pthread_mutex_unlock(&s->mutex);
	poke(s);
	pthread_join(s->thread, NULL);
	if (s->home.away > 0)
		return -1;
	serve_free(s);
	return 0;
}
