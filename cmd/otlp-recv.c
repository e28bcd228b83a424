/* otlp-recv: receive OTLP over gRPC and HTTP as records. See otlp-recv(1). */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/num.h"
#include "base/time.h"
#include "base/tool.h"
#include "net/servers.h"
#include "net/work.h"
#include "otlp/accept.h"
#include "otlp/json.h"
#include "record/sink.h"

enum { OPT_SYNC = 256, OPT_PORTS, OPT_MESSAGE, OPT_HELD, OPT_REQUESTS,
	OPT_CONNECTIONS, OPT_SPOOL_MAX, OPT_FULL, OPT_GRACE };

static const struct tool tool = {
	.name = "otlp-recv",
	.args = "[-g ADDR] [-H ADDR] [-o SPOOL]",
	.what = "receive OTLP over gRPC and HTTP as records",
	.opts = {
		{ 'g', "grpc", "ADDR", "listen for gRPC there, "
		    "127.0.0.1:4317 unless given; none: do not", NULL },
		{ 'H', "http", "ADDR", "listen for HTTP there, "
		    "127.0.0.1:4318 unless given; none: do not", NULL },
		{ 'o', "output", "SPOOL", "append to this spool, and answer "
		    "when it is durable; else records go to stdout", "dir" },
		{ OPT_SYNC, "sync", "WHEN", "with -o: answer after a sync "
		    "(each), or after the write (none)", "each|none" },
		{ OPT_SPOOL_MAX, "max-spool", "SIZE", "with -o: the spool "
		    "holds no more than this", NULL },
		{ OPT_FULL, "full", "WHAT", "a full spool refuses (block), "
		    "or forgets (drop-oldest)", "block|drop-oldest" },
		{ OPT_PORTS, "ports-file", "FILE", "write the addresses "
		    "taken there, when they are", "file" },
		{ OPT_MESSAGE, "max-message", "SIZE", "of a request, also "
		    "inflated; 64M unless given", NULL },
		{ OPT_HELD, "max-held", "SIZE", "of all requests in flight; "
		    "128M unless given", NULL },
		{ OPT_REQUESTS, "max-requests", "N", "in flight; 1024 unless "
		    "given", NULL },
		{ OPT_CONNECTIONS, "max-connections", "N", "of each server; "
		    "512 unless given", NULL },
		{ OPT_GRACE, "grace", "SECONDS", "to finish what is in "
		    "flight at the end; 10 unless given", NULL },
	},
};

#define N_MAX 100000

/* Each may have a batch on its way to the disk while others gather. */
#define SPOOL_THREADS 8

struct recv {
	const char *grpc_addr, *http_addr, *dir, *ports;
	struct spool_opts spool_opts;
	struct net_limits max;
	uint64_t grace;
	struct net net;
	struct sink *sink;
	struct work *work;
	struct servers servers;
};

struct job {
	struct net_req *req;
	struct otlp_accepted got;
	struct rec rec;
	bool keep;		/* rec, in the sink */
};

/* Decodes and checks; what is refused has its answer then. */
static void
judge(struct recv *rv, struct net_req *req, struct job *job)
{
	struct err e = { 0 };

	*job = (struct job){ .req = req };
	if (req->deadline > 0 && time_mono() > req->deadline) {
		net_req_fail(req, GRPC_DEADLINE_EXCEEDED,
		    S("deadline has passed"), false);
		return;
	}
	/* the protobuf that JSON becomes is held beside it */
	if (net_req_inflate(req) == -1 ||
	    (req->json && net_req_more(req, req->body.n) == -1))
		return;
	if (otlp_accept(req->route, req->json, buf_str(&req->body),
	    rv->net.max.message, &job->got, &req->reply, &e) == -1) {
		net_req_fail(req, e.kind == ERR_LIMIT ?
		    GRPC_RESOURCE_EXHAUSTED : GRPC_INVALID_ARGUMENT,
		    str_of(e.msg), false);
		return;
	}
	job->keep = job->got.payload.n > 0;
	job->rec = (struct rec){ .signal = req->route,
	    .payload = job->got.payload, .received = time_now(),
	    .items = job->got.items, .min_time = job->got.sum.min_time,
	    .max_time = job->got.sum.max_time };
}

static void
keep(struct recv *rv, struct job jobs[], size_t n)
{
	const struct rec *recs[WORK_BATCH_MAX] = { 0 };
	struct err e[WORK_BATCH_MAX];
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (jobs[i].keep)
			recs[k++] = &jobs[i].rec;
	sink_put(rv->sink, recs, k, e);
	k = 0;
	for (size_t i = 0; i < n; i++)
		if (jobs[i].keep && e[k++].kind != ERR_NONE)
			net_req_fail(jobs[i].req, GRPC_UNAVAILABLE,
			    S("cannot keep it now"), true);
	if (sink_broken(rv->sink, NULL))
		kill(getpid(), SIGTERM);	/* wakes main */
}

static void
serve(void *arg, struct net_req *reqs[], size_t n)
{
	struct job jobs[WORK_BATCH_MAX];
	struct recv *rv = arg;

	for (size_t i = 0; i < n; i++)
		judge(rv, reqs[i], &jobs[i]);
	keep(rv, jobs, n);
	for (size_t i = 0; i < n; i++) {
		buf_free(&jobs[i].got.own);
		net_req_done(reqs[i]);
	}
}

static void
take(void *arg, struct net_req *req)
{
	work_add(((struct recv *)arg)->work, req);
}

static void
say(void *unused, const char *msg)
{
	(void)unused;
	tool_say(&tool, "%s", msg);
}

static uint64_t
number(const char *s, uint64_t max)
{
	uint64_t v;

	if (!num_size(str_of(s), &v) || v == 0 || v > max)
		tool_usage(&tool, "%s: not a number from 1 to %llu", s,
		    (unsigned long long)max);
	return v;
}

/* 0 or 1: which of the two was said. */
static int
which(const char *what, const char *s, const char *a, const char *b)
{
	if (strcmp(s, a) != 0 && strcmp(s, b) != 0)
		tool_usage(&tool, "%s %s: %s or %s", what, s, a, b);
	return strcmp(s, b) == 0;
}

static void
options(struct recv *rv, int argc, char *argv[])
{
	struct net_limits *max = &rv->max;
	int c;

	while ((c = tool_opt(&tool, argc, argv)) != -1)
		switch (c) {
		case 'g': rv->grpc_addr = optarg; break;
		case 'H': rv->http_addr = optarg; break;
		case 'o': rv->dir = optarg; break;
		case OPT_PORTS: rv->ports = optarg; break;
		case OPT_SYNC:
			if (which("--sync", optarg, "each", "none"))
				rv->spool_opts.sync = SPOOL_SYNC_NONE;
			break;
		case OPT_FULL:
			if (which("--full", optarg, "block", "drop-oldest"))
				rv->spool_opts.full = SPOOL_DROP_OLDEST;
			break;
		case OPT_SPOOL_MAX:
			rv->spool_opts.max_bytes = number(optarg, UINT64_MAX);
			break;
		case OPT_MESSAGE:
			max->message = number(optarg, REC_PAYLOAD_MAX);
			break;
		case OPT_HELD: max->bytes = number(optarg, SIZE_MAX); break;
		case OPT_REQUESTS:
			max->requests = number(optarg, N_MAX);
			break;
		case OPT_CONNECTIONS:
			max->connections = number(optarg, N_MAX);
			break;
		case OPT_GRACE: rv->grace = number(optarg, 86400); break;
		}
	if (optind < argc)
		tool_usage(&tool, "%s: takes no operands", argv[optind]);
	if (servers_off(rv->grpc_addr) && servers_off(rv->http_addr))
		tool_usage(&tool, "nothing to listen on");
}

/* Which ports were taken: for people when the system picked, for programs. */
static int
tell_ports(const struct recv *rv, struct err *e)
{
	const char *name[] = { rv->servers.grpc_name, rv->servers.http_name };
	const char *asked[] = { rv->grpc_addr, rv->http_addr };
	const char *what[] = { "grpc", "http" };
	struct buf b = { 0 };
	int r = 0;

	for (int i = 0; i < 2; i++) {
		if (servers_off(asked[i]))
			continue;
		buf_addf(&b, "%s %s\n", what[i], name[i]);
		if (!str_ends(str_of(name[i]), str_of(asked[i])))
			tool_say(&tool, "%s on %s", what[i], name[i]);
	}
	if (rv->ports)
		r = io_replace(rv->ports, buf_str(&b), e);
	buf_free(&b);
	return r;
}

static int
start(struct recv *rv, struct err *e)
{
	const struct net_handler on = { rv, otlp_route, take,
	    otlp_put_status };

	net_init(&rv->net, &rv->max, &on);
	rv->sink = sink_open(rv->dir, &rv->spool_opts, STDOUT_FILENO, e);
	if (!rv->sink)
		return -1;
	tool_stop_fd();		/* signals from here on end it in order */
	rv->work = work_open(rv->dir ? SPOOL_THREADS : 1, WORK_BATCH_MAX,
	    serve, rv, e);
	if (!rv->work || servers_open(&rv->servers, &rv->net, rv->grpc_addr,
	    rv->http_addr, e) == -1)
		return -1;
	return tell_ports(rv, e);
}

/* Until a signal. -1: stdout's reader has gone, or it failed. */
static int
run(struct recv *rv, struct err *e)
{
	struct pollfd p[2] = { { .fd = tool_stop_fd(), .events = POLLIN },
		{ .fd = rv->dir ? -1 : STDOUT_FILENO } };

	while (!tool_stopped() && p[1].revents == 0)
		poll(p, 2, -1);
	if (sink_broken(rv->sink, e))
		return err_in(e, "stdout");
	return p[1].revents == 0 ? 0 :
	    err_set(e, ERR_SYS, "stdout: its reader has gone");
}

/* Finishes what is in flight. */
static int
stop(struct recv *rv, struct err *e)
{
	tool_stop_restore();
	if (servers_close(&rv->servers, rv->grace * NS_S) == -1)
		return err_set(e, ERR_SYS, "requests still wait for %s",
		    rv->dir ? rv->dir : "stdout");
	work_close(rv->work);
	net_free(&rv->net);
	return sink_close(rv->sink, e);
}

int
main(int argc, char *argv[])
{
	struct recv rv = { .grpc_addr = "127.0.0.1:4317",
	    .http_addr = "127.0.0.1:4318", .max = net_limits_default,
	    .grace = 10 };
	struct err e = { 0 };

	options(&rv, argc, argv);
	rv.spool_opts.say = say;
	if (start(&rv, &e) == -1 || run(&rv, &e) == -1 ||
	    stop(&rv, &e) == -1)
		_exit(tool_fail(&tool, &e));
	return tool_exit(&tool, 0);
}
