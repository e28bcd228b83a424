#include "net/servers.h"

#include <unistd.h>

#include "base/sys.h"
#include "base/time.h"
#include "net/http.h"
#include "net/serve.h"

static const struct {
	const char *name, *addr;
} kinds[SERVER_KINDS] = {
	[SERVER_GRPC] = { "grpc", "127.0.0.1:4317" },
	[SERVER_HTTP] = { "http", "127.0.0.1:4318" },
};

const char *
server_kind_name(enum server_kind kind)
{
	return kinds[kind].name;
}

static struct server_at *
add(struct servers *s, enum server_kind kind, struct err *e)
{
	if (s->n == SERVERS_MAX) {
		err_set(e, ERR_QUERY, "more than %d addresses", SERVERS_MAX);
		return NULL;
	}
	s->said[kind] = true;
	s->at[s->n] = (struct server_at){ .kind = kind, .fd = -1 };
	return &s->at[s->n++];
}

static void
take_back(struct servers *s, enum server_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		if (s->at[i].kind != kind || !s->at[i].asked)
			s->at[n++] = s->at[i];
	s->n = n;
}

int
servers_add(struct servers *s, enum server_kind kind, const char *addr,
    struct err *e)
{
	struct server_at *at;

	s->said[kind] = true;
	if (*addr == '\0' || strcmp(addr, "none") == 0) {
		take_back(s, kind);
		return 0;
	}
	at = add(s, kind, e);
	if (!at)
		return -1;
	at->asked = addr;
	return 0;
}

int
servers_inherit(struct servers *s, enum server_kind kind, int fd,
    struct err *e)
{
	struct server_at *at = add(s, kind, e);

	if (!at)
		return -1;
	for (int k = 0; k < SERVER_KINDS; k++)
		s->said[k] = true;
	at->fd = net_inherit(fd, at->name, e);
	return at->fd == -1 ? -1 : 0;
}

static int
listen_all(struct servers *s, struct err *e)
{
	for (int k = 0; k < SERVER_KINDS; k++)
		if (!s->said[k] && servers_add(s, k, kinds[k].addr, e) == -1)
			return -1;
	if (s->n == 0)
		return err_set(e, ERR_QUERY, "nothing to listen on");
	for (size_t i = 0; i < s->n; i++) {
		struct server_at *at = &s->at[i];

		if (at->fd == -1)
			at->fd = net_listen(at->asked, at->name, e);
		if (at->fd == -1)
			return -1;
	}
	return 0;
}

/* Descriptors go over to net/serve, which closes them in any case. */
static int
serve_all(struct servers *s, struct net *net, struct err *e)
{
	int fd[SERVERS_MAX];

	for (size_t i = 0; i < s->n; i++) {
		fd[i] = s->at[i].fd;
		s->at[i].fd = -1;
	}
	s->serve = serve_open(net, s->http, s->tls, fd, s->n, e);
	return s->serve ? 0 : -1;
}

int
servers_open(struct servers *s, struct net *net, struct err *e)
{
	s->net = net;
	if (s->tls_files.cert) {
		s->tls = tls_open(&s->tls_files, net->on.say, net->on.arg, e);
		if (!s->tls)
			goto failed;
	}
	s->http = http_open(net, e);
	if (s->http && listen_all(s, e) == 0 && serve_all(s, net, e) == 0)
		return 0;
failed:
	servers_close(s, 0);
	return -1;
}

/* The file of a unix socket goes with its server. */
static void
forget(struct server_at *at)
{
	if (at->fd != -1)
		close(at->fd);
	at->fd = -1;
	if (at->asked && strncmp(at->name, "unix:", 5) == 0)
		sys_unlink(at->name + 5);
	at->name[0] = '\0';
}

int
servers_close(struct servers *s, uint64_t grace)
{
	uint64_t end = time_mono() + grace;
	int r = 0;

	for (size_t i = 0; i < s->n; i++)
		forget(&s->at[i]);
	if (s->net)
		atomic_store(&s->net->draining, true);
	if (s->http)
		http_drain(s->http);
	if (s->serve)
		serve_drain(s->serve);
	/* serve carries what is in flight under TLS to and from http */
	if (s->http && http_close(s->http, end) == -1)
		r = -1;
	if (s->serve && serve_close(s->serve, end) == -1)
		r = -1;
	if (r == 0)
		tls_close(s->tls);
	return r;
}
