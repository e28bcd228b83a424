#include "net/http.h"

#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/num.h"
#include "base/time.h"

/* Half of it is the read buffer: what one read may take. */
#define CONNECTION_MEMORY	((size_t)512 << 10)

struct http {
	struct net *net;
	struct MHD_Daemon *daemon;
	pthread_mutex_t mutex;		/* of what follows */
	pthread_cond_t none;
	unsigned open;			/* requests begun and not yet ended */
	unsigned away;			/* of them, with the handler */
	bool draining;
};

struct http_req {
	struct net_req req;		/* first: they are the same address */
	struct http *http;
	struct MHD_Connection *conn;
	bool counted;			/* net_req_begin was had */
	bool back;			/* from the handler */
	unsigned status;		/* refused by us; 0: not */
	const char *text;		/* its plain body, or NULL */
};

static unsigned
http_status(enum grpc_code code)
{
	switch (code) {
	case GRPC_OK: return 200;
	case GRPC_INVALID_ARGUMENT: return 400;
	case GRPC_RESOURCE_EXHAUSTED: return 413;
	case GRPC_UNAVAILABLE: case GRPC_DEADLINE_EXCEEDED: return 503;
	default: return 500;
	}
}

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

static struct str
header(struct MHD_Connection *conn, const char *name)
{
	return str_of(MHD_lookup_connection_value(conn, MHD_HEADER_KIND,
	    name));
}

/* "type/subtype" without its parameters, any case. */
static bool
type_is(struct str value, struct str type)
{
	struct str head = S("");

	str_cut(&value, ';', &head);
	head = str_trim(head);
	return head.n == type.n && strncasecmp(head.p, type.p, type.n) == 0;
}

static void
refuse(struct http_req *r, unsigned status, const char *text)
{
	r->status = status;
	r->text = text;
}

/* The same with a Status body, in the request's encoding. */
static void
refuse_status(struct http_req *r, enum grpc_code code)
{
	const char *why = code == GRPC_RESOURCE_EXHAUSTED ?
	    "request is over the limit" : r->counted ? NET_FULL :
	    "too many requests in flight";

	net_req_fail(&r->req, code, str_of(why), code == GRPC_UNAVAILABLE);
	r->status = http_status(code);
	r->text = NULL;
}

/* Looks at the header; sets status when that is the end of it. */
static void
begin(struct http_req *r, const char *url, const char *method)
{
	struct net *net = r->http->net;
	struct str type = header(r->conn, "Content-Type");
	struct str length = header(r->conn, "Content-Length");
	unsigned route = net->on.route(false, str_of(url));
	bool json = type_is(type, S("application/json"));
	uint64_t n = 0;
	enum grpc_code code;

	if (route == 0) {
		refuse(r, 404, "nothing is served at this path\n");
		return;
	}
	if (strcmp(method, "POST") != 0) {
		refuse(r, 405, "POST only\n");
		return;
	}
	if (!json && !type_is(type, S("application/x-protobuf"))) {
		refuse(r, 415, "Content-Type: application/x-protobuf or "
		    "application/json\n");
		return;
	}
	r->counted = net_req_begin(&r->req, net);
	r->req.net = net;
	r->req.json = json;
	r->req.route = route;
	r->req.coding = net_coding_of(header(r->conn, "Content-Encoding"));
	if (!r->counted)
		refuse_status(r, GRPC_UNAVAILABLE);
	else if (r->req.coding == NET_CODING_UNKNOWN)
		refuse(r, 415, "Content-Encoding: one of " NET_CODINGS
		    "\n");
	else if (length.n > 0 && num_u64(length, &n) &&
	    (code = net_req_expect(&r->req, n)) != GRPC_OK)
		refuse_status(r, code);
}

static enum MHD_Result
answer(struct http_req *r)
{
	struct net_req *req = &r->req;
	bool plain = r->text != NULL;
	struct str body = plain ? str_of(r->text) : buf_str(&req->reply);
	struct MHD_Response *resp = MHD_create_response_from_buffer(body.n,
	    (void *)(uintptr_t)body.p, plain ? MHD_RESPMEM_PERSISTENT :
	    MHD_RESPMEM_MUST_COPY);
	unsigned status = r->status > 0 ? r->status : http_status(req->code);
	enum MHD_Result ok;
	char retry[16];

	if (!resp)
		return MHD_NO;
	MHD_add_response_header(resp, "Content-Type", plain ? "text/plain" :
	    req->json ? "application/json" : "application/x-protobuf");
	if (status == 405)
		MHD_add_response_header(resp, "Allow", "POST");
	if (req->retry > 0) {
		snprintf(retry, sizeof retry, "%u", req->retry);
		MHD_add_response_header(resp, "Retry-After", retry);
	}
	pthread_mutex_lock(&r->http->mutex);
	if (r->http->draining)
		MHD_add_response_header(resp, "Connection", "close");
	pthread_mutex_unlock(&r->http->mutex);
	ok = MHD_queue_response(r->conn, status, resp);
	MHD_destroy_response(resp);
	return ok;
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
	if (r->status > 0)
		return answer(r);
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
	enum grpc_code code;

	(void)version;
	if (!r) {
		r = *state = xcalloc(1, sizeof *r);
		r->http = arg;
		r->conn = conn;
		count(r->http, 1, 0);
		begin(r, url, method);
		return r->status > 0 && body_comes(conn) ? answer(r) :
		    MHD_YES;
	}
	if (*n == 0)
		return r->back ? answer(r) : give(r);
	if (r->status == 0) {
		code = net_req_add(&r->req, str_mk(data, *n));
		if (code != GRPC_OK)
			refuse_status(r, code);
	}
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
	if (r->counted)
		net_req_end(&r->req);
	else {
		buf_free(&r->req.reply);
		buf_free(&r->req.why);
	}
	free(r);
	*state = NULL;
	count(h, -1, 0);
}

static void
on_connection(void *arg, struct MHD_Connection *conn, void **state,
    enum MHD_ConnectionNotificationCode code)
{
	const union MHD_ConnectionInfo *info;
	int on = 1;

	(void)arg;
	(void)state;
	if (code != MHD_CONNECTION_NOTIFY_STARTED)
		return;
	info = MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CONNECTION_FD);
	if (info)
		setsockopt(info->connect_fd, IPPROTO_TCP, TCP_NODELAY, &on,
		    sizeof on);
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
http_open(struct net *net, int listener, struct err *e)
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
	    MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
	    on_request, h,
	    MHD_OPTION_EXTERNAL_LOGGER, quiet, NULL,
	    MHD_OPTION_LISTEN_SOCKET, (MHD_socket)listener,
	    MHD_OPTION_CONNECTION_LIMIT, net->max.connections,
	    MHD_OPTION_CONNECTION_TIMEOUT, net->max.idle,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, h,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, NULL,
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
	int fd;

	pthread_mutex_lock(&h->mutex);
	h->draining = true;
	pthread_mutex_unlock(&h->mutex);
	fd = MHD_quiesce_daemon(h->daemon);
	if (fd != -1)
		shutdown(fd, SHUT_RDWR);
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
