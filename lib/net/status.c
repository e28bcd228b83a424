#include "net/status.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <unistd.h>

#define CONNECTIONS	64
#define IDLE		60	/* seconds */

struct status {
	struct MHD_Daemon *daemon;
	const struct metrics *metrics;
	bool (*ready)(void *);
	void *arg;
};

static unsigned
page(struct status *s, struct str path, struct buf *b)
{
	bool is;

	if (str_eq(path, S("/metrics"))) {
		metrics_text(s->metrics, b);
		return 200;
	}
	if (!str_eq(path, S("/ready"))) {
		buf_adds(b, S("/metrics and /ready are here\n"));
		return 404;
	}
	is = s->ready(s->arg);
	buf_adds(b, is ? S("ready\n") : S("not ready\n"));
	return is ? 200 : 503;
}

static enum MHD_Result
on_request(void *arg, struct MHD_Connection *conn, const char *url,
    const char *method, const char *version, const char *data, size_t *n,
    void **state)
{
	struct MHD_Response *resp;
	struct buf b = { 0 };
	unsigned code = 405;
	enum MHD_Result ok;

	(void)version;
	(void)data;
	(void)n;
	if (!*state) {		/* the header; a body is not waited for */
		*state = arg;
		return MHD_YES;
	}
	if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
		code = page(arg, str_of(url), &b);
	resp = MHD_create_response_from_buffer(b.n, b.p,
	    MHD_RESPMEM_MUST_COPY);
	buf_free(&b);
	if (!resp)
		return MHD_NO;
	MHD_add_response_header(resp, "Content-Type",
	    "text/plain; version=0.0.4; charset=utf-8");
	ok = MHD_queue_response(conn, code, resp);
	MHD_destroy_response(resp);
	return ok;
}

/* The library's words are for its own debugging. */
static void
quiet(void *arg, const char *fmt, va_list ap)
{
	(void)arg;
	(void)fmt;
	(void)ap;
}

struct status *
status_open(const char *addr, char name[NET_NAME],
    const struct metrics *metrics, bool (*ready)(void *), void *arg,
    struct err *e)
{
	int fd = net_listen(addr, name, e);
	struct status *s;

	if (fd == -1)
		return NULL;
	s = xcalloc(1, sizeof *s);
	*s = (struct status){ .metrics = metrics, .ready = ready,
	    .arg = arg };
	s->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD |
	    MHD_USE_ERROR_LOG, 0, NULL, NULL, on_request, s,
	    MHD_OPTION_EXTERNAL_LOGGER, quiet, NULL,
	    MHD_OPTION_LISTEN_SOCKET, (MHD_socket)fd,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE,
	    MHD_OPTION_END);
	if (s->daemon)
		return s;
	err_set(e, ERR_SYS, "%s: libmicrohttpd does not start", addr);
	close(fd);
	free(s);
	return NULL;
}

struct status *
status_serve(const struct tool *tool, const char *addr,
    const struct metrics *metrics, bool (*ready)(void *), void *arg,
    struct err *e)
{
	char name[NET_NAME];
	struct status *s = status_open(addr, name, metrics, ready, arg, e);

	if (s && !str_ends(str_of(name), str_of(addr)))
		tool_say(tool, "metrics on %s", name);
	return s;
}

void
status_close(struct status *s)
{
	if (!s)
		return;
	MHD_stop_daemon(s->daemon);
	free(s);
}
