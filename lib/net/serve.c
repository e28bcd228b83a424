#include "net/serve.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/time.h"
#include "net/conn.h"

#define EVENTS		64
#define TICK_MS		1000
#define DRAIN_TICK_MS	50

struct listener {
	struct watch watch;
	bool must_tls;
};

struct serve {
	struct conn_home home;		/* first: they are the same address */
	struct listener *listener;
	size_t listeners;
	struct watch wake;
	pthread_t thread;
	bool paused;			/* listeners: no descriptors left */
	uint64_t tick;			/* time_mono */
	uint64_t drained;		/* since when; 0: not draining */
	pthread_mutex_t mutex;		/* of what follows */
	pthread_cond_t over;
	struct net_req *done;
	bool drain, drains, cut, ended;
};

static void
poke(struct serve *s)
{
	uint64_t one = 1;

	while (write(s->wake.fd, &one, sizeof one) == -1 && errno == EINTR)
		;
}

/* A request comes home, from whatever thread. */
static void
done(struct net_req *req)
{
	struct serve *s = (struct serve *)h2_home(req);
	bool first;

	pthread_mutex_lock(&s->mutex);
	first = !s->done;
	req->next = s->done;
	s->done = req;
	pthread_mutex_unlock(&s->mutex);
	if (first)
		poke(s);
}

static void
pause_listeners(struct serve *s, bool pause)
{
	if (s->paused == pause)
		return;
	for (size_t i = 0; i < s->listeners; i++)
		conn_watch(&s->home, &s->listener[i].watch,
		    pause ? 0 : EPOLLIN);
	s->paused = pause;
}

static void
accept_all(struct serve *s, struct listener *l)
{
	for (;;) {
		int fd = accept4(l->watch.fd, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd != -1)
			conn_new(&s->home, fd, l->must_tls);
		else if (errno == EMFILE || errno == ENFILE ||
		    errno == ENOBUFS || errno == ENOMEM) {
			pause_listeners(s, true);
			return;
		} else if (errno != EINTR && errno != ECONNABORTED)
			return;
	}
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
replies(struct serve *s)
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
			conn_mark(&s->home, c);
	}
}

static void
flush_dirty(struct serve *s)
{
	while (s->home.dirty) {
		struct conn *c = s->home.dirty;

		s->home.dirty = c->next_dirty;
		c->dirty = false;
		conn_flush(&s->home, c);
		if (c->dead) {
			conn_free(&s->home, c);
			pause_listeners(s, false);
		}
	}
}

static void
close_listeners(struct serve *s)
{
	for (size_t i = 0; i < s->listeners; i++)
		close(s->listener[i].watch.fd);
	s->listeners = 0;
}

/* Is it through, its peer told? What never spoke HTTP/2 waits for nothing,
 * but a bridge for its far end. */
static bool
is_through(const struct conn *c, bool told)
{
	if (c->phase != CONN_H2)
		return c->phase != CONN_BRIDGE;
	return told && h2_idle(c->h2) && c->out.n == 0;
}

/* Closes the listeners once, then each connection that is through. */
static void
drain(struct serve *s)
{
	bool late, first = s->drained == 0;
	struct conn *c, *next;

	if (first) {
		close_listeners(s);
		s->drained = s->home.now;
	}
	late = s->home.now - s->drained > NS_S;
	for (c = s->home.conns; c; c = next) {
		bool told = c->h2 && (late || h2_drain_seen(c->h2));

		next = c->next;
		if (c->h2 && (first || told)) {
			h2_drain(c->h2);
			conn_flush(&s->home, c);
		}
		if (c->dead || is_through(c, !first && told))
			conn_free(&s->home, c);
	}
	if (!first)
		return;
	pthread_mutex_lock(&s->mutex);
	s->drains = true;
	pthread_cond_broadcast(&s->over);
	pthread_mutex_unlock(&s->mutex);
}

static void
each_second(struct serve *s)
{
	if (s->home.now - s->tick < NS_S)
		return;
	s->tick = s->home.now;
	pause_listeners(s, false);
	for (struct conn *c = s->home.conns; c; c = c->next)
		conn_look(&s->home, c);
	if (s->drained == 0)
		http_look(s->home.http, s->home.now);
	flush_dirty(s);
}

static void
events(struct serve *s, const struct epoll_event *ev, int n)
{
	uint64_t count;

	for (int i = 0; i < n; i++) {
		struct watch *w = ev[i].data.ptr;

		if (w->what == WATCH_WAKE)
			(void)!read(w->fd, &count, sizeof count);
		else if (w->what == WATCH_LISTENER)
			accept_all(s, w->of);
		else
			conn_event(&s->home, w->of, w, ev[i].events);
	}
}

static int
timeout(struct serve *s)
{
	if (s->drained > 0)
		return DRAIN_TICK_MS;
	return atomic_load(&s->home.h2.net->connections) > 0 || s->paused ?
	    TICK_MS : -1;
}

static void *
loop(void *p)
{
	struct serve *s = p;
	struct epoll_event ev[EVENTS];
	bool draining = false, cut = false;

	while (!cut &&
	    !(draining && !s->home.conns && s->home.h2.away == 0)) {
		int n = epoll_wait(s->home.epoll, ev, EVENTS, timeout(s));

		s->home.now = time_mono();
		events(s, ev, n);
		replies(s);
		flush_dirty(s);
		pthread_mutex_lock(&s->mutex);
		draining = s->drain;
		cut = s->cut;
		pthread_mutex_unlock(&s->mutex);
		if (draining)
			drain(s);
		each_second(s);
	}
	while (s->home.conns)
		conn_free(&s->home, s->home.conns);
	pthread_mutex_lock(&s->mutex);
	s->ended = true;
	pthread_cond_broadcast(&s->over);
	pthread_mutex_unlock(&s->mutex);
	return NULL;
}

static void
serve_free(struct serve *s)
{
	close_listeners(s);
	if (s->home.epoll != -1)
		close(s->home.epoll);
	if (s->wake.fd != -1)
		close(s->wake.fd);
	pthread_mutex_destroy(&s->mutex);
	pthread_cond_destroy(&s->over);
	free(s->listener);
	free(s->home.in);
	free(s);
}

/* Who can open a unix socket is this machine's own business. */
static bool
is_unix(int fd)
{
	int domain = 0;
	socklen_t n = sizeof domain;

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &n) == 0 &&
	    domain == AF_UNIX;
}

static int
add(struct serve *s, struct watch *w)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = w };

	w->events = EPOLLIN;
	return epoll_ctl(s->home.epoll, EPOLL_CTL_ADD, w->fd, &ev);
}

static int
open_epoll(struct serve *s, struct err *e)
{
	s->home.epoll = epoll_create1(EPOLL_CLOEXEC);
	s->wake.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->home.epoll == -1 || s->wake.fd == -1 ||
	    add(s, &s->wake) == -1)
		return err_sys(e, "epoll");
	for (size_t i = 0; i < s->listeners; i++)
		if (add(s, &s->listener[i].watch) == -1)
			return err_sys(e, "epoll");
	return 0;
}

static void
init_mutex(struct serve *s)
{
	pthread_condattr_t clock;

	pthread_mutex_init(&s->mutex, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&s->over, &clock);
	pthread_condattr_destroy(&clock);
}

struct serve *
serve_open(struct net *net, struct http *http, struct tls *tls,
    const int listeners[], size_t n, struct err *e)
{
	struct serve *s = xcalloc(1, sizeof *s);

	s->home = (struct conn_home){ .h2 = { .net = net, .done = done },
	    .http = http, .tls = tls, .in = xmalloc(CONN_RECV) };
	s->wake = (struct watch){ .what = WATCH_WAKE };
	s->listener = xcalloc(n + 1, sizeof *s->listener);
	for (; s->listeners < n; s->listeners++) {
		struct listener *l = &s->listener[s->listeners];

		l->watch = (struct watch){ WATCH_LISTENER,
		    listeners[s->listeners], 0, l };
		l->must_tls = tls && !is_unix(l->watch.fd);
	}
	init_mutex(s);
	if (open_epoll(s, e) == -1) {
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
serve_drain(struct serve *s)
{
	pthread_mutex_lock(&s->mutex);
	s->drain = true;
	poke(s);
	while (!s->drains)
		pthread_cond_wait(&s->over, &s->mutex);
	pthread_mutex_unlock(&s->mutex);
}

int
serve_close(struct serve *s, uint64_t deadline)
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
	if (s->home.h2.away > 0)
		return -1;
	serve_free(s);
	return 0;
}
