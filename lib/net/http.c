#include "net/http.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/time.h"
#include "net/web.h"

/* Half of it is the read buffer: what one read may take. All of it is written
 * after each request, and stays with an idle connection. */
#define CONNECTION_MEMORY	((size_t)32 << 10)

/* A connection, for its whole life. */
struct http_conn {
	int fd;
	uint64_t since;			/* time_mono of its last turn */
	enum { CONN_NEW, CONN_IDLE, CONN_GATHER, CONN_ANSWER } state;
	size_t got;			/* of the body that is gathered */
	struct http_conn *next, **link;
};

struct http {
	struct net *net;
	struct MHD_Daemon *daemon;
	pthread_mutex_t mutex;		/* of what follows */
	pthread_cond_t none;
	struct http_conn *conns;
	unsigned open;			/* requests begun and not yet ended */
	unsigned away;			/* of them, with the handler */
	bool draining;
};

struct http_req {
	struct net_req req;		/* first: they are the same address */
	struct http *http;
	struct MHD_Connection *conn;
	struct web web;
	bool back;			/* from the handler */
};

static void
count(struct http *h, int open, int away)
{
	pthread_mutex_lock(&h->mutex);
	h->open += (unsigned)open;
	h->away += (unsigned)away;
	if (h->open == 0 && h->away == 0)
		pthread_cond_signal(&h->none);
	pthread_mutex_unlock(&h->mutex);
}

static void
turn(struct http_req *r, int state, size_t got)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(r->conn,
	    MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct http_conn *c = info->socket_context;

	pthread_mutex_lock(&r->http->mutex);
	if ((int)c->state != state)
		c->since = time_mono();
	c->state = state;
	c->got = got;
	pthread_mutex_unlock(&r->http->mutex);
}

/* A request comes home, from whatever thread. */
static void
done(struct net_req *req)
{
	struct http_req *r = (struct http_req *)req;
	struct MHD_Connection *conn = r->conn;
	struct http *h = r->http;

	r->back = true;
	/* its connection's again: r may be gone after this */
	MHD_resume_connection(conn);
	count(h, 0, -1);
}

struct fields {
	struct head *head;
	struct net *net;
};

static enum MHD_Result
on_field(void *arg, enum MHD_ValueKind kind, const char *name,
    const char *value)
{
	struct fields *f = arg;

	(void)kind;
	/* such names are HTTP/2's own */
	if (name[0] != ':')
		head_field(f->head, f->net, str_of(name),
		    str_of(value));
	return MHD_YES;
}

static void
begin(struct http_req *r, const char *url, const char *method)
{
	struct head head;
	struct fields f = { &head, r->http->net };

	head_init(&head);
	head_field(&head, f.net, S(":method"), str_of(method));
	head_field(&head, f.net, S(":path"), str_of(url));
	MHD_get_connection_values(r->conn, MHD_HEADER_KIND, on_field, &f);
	web_begin(&r->web, &r->req, f.net, &head);
	head_free(&head);
}

static bool
is_draining(struct http *h)
{
	bool is;

	pthread_mutex_lock(&h->mutex);
	is = h->draining;
	pthread_mutex_unlock(&h->mutex);
	return is;
}

static enum MHD_Result
answer(struct http_req *r)
{
	struct MHD_Response *resp;
	struct web_answer a;
	enum MHD_Result ok;

	web_answer(&a, &r->web, r->http->net, &r->req);
	resp = MHD_create_response_from_buffer(a.body.n,
	    (void *)(uintptr_t)a.body.p, r->web.text ?
	    MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_COPY);
	if (!resp)
		return MHD_NO;
	for (size_t i = 0; i < a.n; i++)
		MHD_add_response_header(resp, a.field[i].name,
		    a.field[i].value);
	if (is_draining(r->http))
		MHD_add_response_header(resp, "connection", "close");
	turn(r, CONN_ANSWER, 0);
	ok = MHD_queue_response(r->conn, a.status, resp);
	MHD_destroy_response(resp);
	return ok;
}

static struct str
header(struct MHD_Connection *conn, const char *name)
{
	return str_of(MHD_lookup_connection_value(conn, MHD_HEADER_KIND,
	    name));
}

/* After an answer that does not wait for the body, the library closes. */
static bool
body_comes(struct MHD_Connection *conn)
{
	struct str length = header(conn, "Content-Length");

	return header(conn, "Transfer-Encoding").n > 0 ||
	    (length.n > 0 && !str_eq(length, S("0")));
}

/* The body is whole. */
static enum MHD_Result
give(struct http_req *r)
{
	if (r->web.status > 0)
		return answer(r);
	turn(r, CONN_ANSWER, 0);
	r->req.done = done;
	count(r->http, 0, 1);
	MHD_suspend_connection(r->conn);
	r->http->net->on.take(r->http->net->on.arg, &r->req);
	return MHD_YES;
}

/*
 * libmicrohttpd calls once with the header, then with each piece of the body,
 * then with none; and again after a suspension.
 */
static enum MHD_Result
on_request(void *arg, struct MHD_Connection *conn, const char *url,
    const char *method, const char *version, const char *data, size_t *n,
    void **state)
{
	struct http_req *r = *state;

	(void)version;
	if (!r) {
		r = *state = xcalloc(1, sizeof *r);
		r->http = arg;
		r->conn = conn;
		count(r->http, 1, 0);
		turn(r, CONN_GATHER, 0);
		begin(r, url, method);
		return r->web.status > 0 && body_comes(conn) ? answer(r) :
		    MHD_YES;
	}
	if (*n == 0)
		return r->back ? answer(r) : give(r);
	web_add(&r->web, &r->req, str_mk(data, *n));
	turn(r, CONN_GATHER, r->req.body.n);
	*n = 0;
	return MHD_YES;
}

static void
on_completed(void *arg, struct MHD_Connection *conn, void **state,
    enum MHD_RequestTerminationCode code)
{
	struct http_req *r = *state;
	struct http *h = arg;

	(void)conn;
	(void)code;
	if (!r)
		return;
	turn(r, CONN_IDLE, 0);
	web_end(&r->web, &r->req);
	free(r);
	*state = NULL;
	count(h, -1, 0);
}

static void
conn_new(struct http *h, int fd, void **state)
{
	struct http_conn *c = xcalloc(1, sizeof *c);

	c->fd = fd;
	c->since = time_mono();
	pthread_mutex_lock(&h->mutex);
	c->next = h->conns;
	c->link = &h->conns;
	if (c->next)
		c->next->link = &c->next;
	h->conns = c;
	pthread_mutex_unlock(&h->mutex);
	*state = c;
}

static void
conn_free(struct http *h, struct http_conn *c)
{
	pthread_mutex_lock(&h->mutex);
	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	pthread_mutex_unlock(&h->mutex);
	atomic_fetch_sub(&h->net->connections, 1);
	free(c);
}

static void
on_connection(void *arg, struct MHD_Connection *conn, void **state,
    enum MHD_ConnectionNotificationCode code)
{
	const union MHD_ConnectionInfo *info;

	if (code != MHD_CONNECTION_NOTIFY_STARTED) {
		conn_free(arg, *state);
		return;
	}
	info = MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CONNECTION_FD);
	conn_new(arg, info->connect_fd, state);
}

void
http_add(struct http *h, int fd)
{
	static const struct sockaddr anyone = { .sa_family = AF_UNSPEC };

	if (MHD_add_connection(h->daemon, fd, &anyone, sizeof anyone) !=
	    MHD_YES)
		atomic_fetch_sub(&h->net->connections, 1);
}

/* By shutdown: the library sees that, and closes. */
void
http_look(struct http *h, uint64_t now)
{
	const struct net_limits *max = &h->net->max;

	pthread_mutex_lock(&h->mutex);
	for (struct http_conn *c = h->conns; c; c = c->next) {
		uint64_t ns = now > c->since ? now - c->since : 0;
		bool late = c->state == CONN_NEW ? ns > max->hello * NS_S :
		    c->state == CONN_IDLE ?
		    ns > ((uint64_t)max->idle + max->hello) * NS_S :
		    c->state == CONN_GATHER && net_late(h->net, ns, c->got);

		if (late)
			shutdown(c->fd, SHUT_RDWR);
	}
	pthread_mutex_unlock(&h->mutex);
}

/* The library's words are for its own debugging. */
static void
quiet(void *arg, const char *fmt, va_list ap)
{
	(void)arg;
	(void)fmt;
	(void)ap;
}

struct http *
http_open(struct net *net, struct err *e)
{
	struct http *h = xcalloc(1, sizeof *h);
	pthread_condattr_t clock;

	h->net = net;
	pthread_mutex_init(&h->mutex, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&h->none, &clock);
	pthread_condattr_destroy(&clock);
	h->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD |
	    MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ITC | MHD_USE_ERROR_LOG |
	    MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, h,
	    MHD_OPTION_EXTERNAL_LOGGER, quiet, NULL,
	    MHD_OPTION_CONNECTION_LIMIT, net->max.connections,
	    MHD_OPTION_CONNECTION_TIMEOUT, net->max.idle,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, h,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, h,
	    MHD_OPTION_END);
	if (h->daemon)
		return h;
	err_set(e, ERR_SYS, "libmicrohttpd does not start");
	pthread_mutex_destroy(&h->mutex);
	pthread_cond_destroy(&h->none);
	free(h);
	return NULL;
}

void
http_drain(struct http *h)
{
	pthread_mutex_lock(&h->mutex);
	h->draining = true;
	pthread_mutex_unlock(&h->mutex);
}

int
http_close(struct http *h, uint64_t deadline)
{
	struct timespec at = { (time_t)(deadline / NS_S),
	    (long)(deadline % NS_S) };
	unsigned away;
	int r = 0;

	pthread_mutex_lock(&h->mutex);
	while ((h->open > 0 || h->away > 0) && r == 0)
		r = pthread_cond_timedwait(&h->none, &h->mutex, &at);
	away = h->away;
	pthread_mutex_unlock(&h->mutex);
	if (away > 0)
		return -1;
	MHD_stop_daemon(h->daemon);
	pthread_mutex_destroy(&h->mutex);
	pthread_cond_destroy(&h->none);
	free(h);
	return 0;
}
