/* otlp-recv: receive OTLP over gRPC and HTTP as records. See otlp-recv(1). */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/time.h"
#include "base/tool.h"
#include "net/host.h"
#include "net/status.h"
#include "recv/ingest.h"
#include "recv/options.h"

static const struct tool tool = {
	.name = "otlp-recv",
	.args = "[-g ADDR] [-H ADDR] [-c CERT -k KEY] [-o SPOOL]",
	.what = "receive OTLP over gRPC and HTTP as records",
	.opts = {
		{ 'g', "grpc", "ADDR", "listen there, 127.0.0.1:4317 "
		    "unless given; none: do not; may be repeated", NULL },
		{ 'H', "http", "ADDR", "the same for 127.0.0.1:4318; both "
		    "protocols are spoken at each", NULL },
		{ 'c', "cert", "FILE", "speak TLS with this certificate and "
		    "what signed it (PEM)", "file" },
		{ 'k', "key", "FILE", "its key (PEM)", "file" },
		{ OPT_CLIENT_CA, "client-ca", "FILE", "clients must have a "
		    "certificate of one of these", "file" },
		{ OPT_TOKENS, "token-file", "FILE", "who may send: bearer "
		    "tokens", "file" },
		{ OPT_USERS, "basic-file", "FILE", "who may send: users and "
		    "passwords", "file" },
		{ 'x', "copy", "HEADER=ATTRIBUTE", "make that header field "
		    "an attribute of each resource; may be repeated", NULL },
		{ OPT_PREFIX, "prefix", "PATH", "before the paths of HTTP, "
		    "such as /otlp", NULL },
		{ OPT_CORS, "cors", "ORIGIN", "let its pages send; * is any "
		    "part of it; may be repeated", NULL },
		{ 'o', "output", "SPOOL", "append to this spool, and answer "
		    "when it is durable; else records go to stdout", "dir" },
		{ OPT_SYNC, "sync", "WHEN", "with -o: answer after a sync "
		    "(each), or after the write (none)", "each|none" },
		{ OPT_SPOOL_MAX, "max-spool", "SIZE", "with -o: the spool "
		    "holds no more than this", NULL },
		{ OPT_FULL, "full", "WHAT", "a full spool refuses (block), "
		    "or forgets (drop-oldest)", "block|drop-oldest" },
		{ OPT_METRICS, "metrics", "ADDR", "serve /metrics for "
		    "Prometheus, and /ready, there", NULL },
		{ OPT_PORTS, "ports-file", "FILE", "write the addresses "
		    "taken there, when they are", "file" },
		{ OPT_MESSAGE, "max-message", "SIZE", "of a request, also "
		    "inflated; 64M unless given", NULL },
		{ OPT_HELD, "max-held", "SIZE", "of all requests in flight; "
		    "128M unless given", NULL },
		{ OPT_REQUESTS, "max-requests", "N", "in flight; 1024 unless "
		    "given", NULL },
		{ OPT_CONNECTIONS, "max-connections", "N", "open at once; 4096 "
		    "unless given", NULL },
		{ OPT_HELLO, "hello", "SECONDS", "for a new connection to "
		    "say what it speaks; 10 unless given", NULL },
		{ OPT_PATIENCE, "patience", "SECONDS", "for a request to "
		    "come, and one more for 4 KiB; 30 unless given", NULL },
		{ OPT_IDLE, "idle", "SECONDS", "till a silent connection is "
		    "closed; 300 unless given", NULL },
		{ OPT_GRACE, "grace", "SECONDS", "to finish what is in "
		    "flight at the end; 10 unless given", NULL },
	},
};

/* Each may have a batch on its way to the disk while others gather. */
#define SPOOL_THREADS 8

struct recv {
	struct recv_opts opts;
	struct net net;
	struct sink *sink;
	struct ingest *ingest;
	struct counts counts;
	struct metrics *metrics;
	struct status *status;
	char status_name[NET_NAME];
};

static void
say(void *unused, const char *msg)
{
	(void)unused;
	tool_say(&tool, "%s", msg);
}

static void
options(struct recv_opts *o, int argc, char *argv[])
{
	struct err e = { 0 };
	int c;

	while ((c = tool_opt(&tool, argc, argv)) != -1)
		if (recv_option(o, c, optarg, &e) == -1)
			tool_usage(&tool, "%s", e.msg);
	if (optind < argc)
		tool_usage(&tool, "%s: takes no operands", argv[optind]);
	if (recv_check(o, &e) == -1 || host_listen_fds(&o->servers,
	    getenv("LISTEN_PID"), getenv("LISTEN_FDS"),
	    getenv("LISTEN_FDNAMES"), &e) == -1)
		tool_usage(&tool, "%s", e.msg);
}

/* Which ports were taken: for people when the system picked, for programs. */
static int
tell_ports(const struct recv *rv, struct err *e)
{
	const struct recv_opts *o = &rv->opts;
	struct buf b = { 0 };
	int r = 0;

	for (size_t i = 0; i < o->servers.n; i++) {
		const struct server_at *at = &o->servers.at[i];
		const char *what = server_kind_name(at->kind);

		buf_addf(&b, "%s %s\n", what, at->name);
		if (!at->asked || !str_ends(str_of(at->name),
		    str_of(at->asked)))
			tool_say(&tool, "%s on %s", what, at->name);
	}
	if (rv->status)
		buf_addf(&b, "metrics %s\n", rv->status_name);
	if (o->ports)
		r = io_replace(o->ports, buf_str(&b), e);
	buf_free(&b);
	return r;
}

static bool
ready(void *net)
{
	return net_healthy(net);
}

static int
open_status(struct recv *rv, struct err *e)
{
	rv->status = status_open(rv->opts.metrics, rv->status_name,
	    rv->metrics, ready, &rv->net, e);
	return rv->status ? 0 : -1;
}

static int
start(struct recv *rv, struct err *e)
{
	struct recv_opts *o = &rv->opts;
	struct net_handler on = ingest_handler(&rv->ingest);

	host_raise_files();
	on.say = say;
	o->spool.say = say;
	net_init(&rv->net, &o->max, &on);
	rv->net.rules = o->rules;
	if (o->metrics) {
		rv->metrics = metrics_new(tool.name);
		counts_open(&rv->counts, rv->metrics, &rv->net);
	}
	if (o->auth.tokens || o->auth.users) {
		rv->net.rules.auth = auth_open(&o->auth, say, NULL, e);
		if (!rv->net.rules.auth)
			return -1;
	}
	rv->sink = sink_open(o->dir, &o->spool, STDOUT_FILENO, e);
	if (!rv->sink)
		return -1;
	tool_stop_fd();		/* signals from here on end it in order */
	rv->ingest = ingest_open(&rv->net, rv->sink, &rv->counts,
	    o->dir ? SPOOL_THREADS : 1, e);
	if (!rv->ingest || servers_open(&o->servers, &rv->net, e) == -1 ||
	    (o->metrics && open_status(rv, e) == -1))
		return -1;
	return tell_ports(rv, e);
}

/* Until a signal. -1: stdout's reader has gone, or it failed. */
static int
run(struct recv *rv, struct err *e)
{
	struct pollfd p[2] = { { .fd = tool_stop_fd(), .events = POLLIN },
		{ .fd = rv->opts.dir ? -1 : STDOUT_FILENO } };

	host_notify(getenv("NOTIFY_SOCKET"), "READY=1");
	while (!tool_stopped() && p[1].revents == 0)
		poll(p, 2, -1);
	host_notify(getenv("NOTIFY_SOCKET"), "STOPPING=1");
	if (sink_broken(rv->sink, e))
		return err_in(e, "stdout");
	return p[1].revents == 0 ? 0 :
	    err_set(e, ERR_SYS, "stdout: its reader has gone");
}

/* Finishes what is in flight. */
static int
stop(struct recv *rv, struct err *e)
{
	struct recv_opts *o = &rv->opts;

	tool_stop_restore();
	if (servers_close(&o->servers, o->grace * NS_S) == -1)
		return err_set(e, ERR_SYS, "requests still wait for %s",
		    o->dir ? o->dir : "stdout");
	ingest_close(rv->ingest);
	status_close(rv->status);
	metrics_free(rv->metrics);
	auth_close(rv->net.rules.auth);
	net_free(&rv->net);
	return sink_close(rv->sink, e);
}

int
main(int argc, char *argv[])
{
	struct recv rv = { 0 };
	struct err e = { 0 };

	recv_defaults(&rv.opts);
	options(&rv.opts, argc, argv);
	if (start(&rv, &e) == -1 || run(&rv, &e) == -1 ||
	    stop(&rv, &e) == -1)
		_exit(tool_fail(&tool, &e));
	return tool_exit(&tool, 0);
}
