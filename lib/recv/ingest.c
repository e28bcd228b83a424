#include "recv/ingest.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cur.h"
#include "base/time.h"
#include "net/work.h"
#include "otlp/accept.h"
#include "otlp/json.h"

struct ingest {
	struct net *net;
	struct sink *sink;
	struct counts *counts;
	struct work *work;
};

struct job {
	struct net_req *req;
	struct otlp_accepted got;
	struct rec rec;
	bool keep;		/* rec, in the sink */
};

/* Header fields may hold any bytes; strings of OTLP are UTF-8. */
static struct str
clean(struct str s, struct buf *b)
{
	size_t from = b->n;

	while (s.n > 0) {
		unsigned n = str_utf8(s);

		if (n > 0)
			buf_add(b, s.p, n);
		else
			buf_adds(b, S("\xef\xbf\xbd"));
		s = str_skip(s, n ? n : 1);
	}
	return str_mk(b->p + from, b->n - from);
}

/* Header fields become attributes of each resource. -1: it is refused. */
static int
extend(struct ingest *in, struct job *job)
{
	struct net_req *req = job->req;
	struct cur c = cur_of(buf_str(&req->copies));
	struct otlp_attr attr[NET_LIST_MAX];
	struct buf text = { 0 }, out = { 0 };
	struct err e = { 0 };
	size_t n = 0;
	int r;

	/* a character of one byte becomes three at most: no move in between */
	buf_reserve(&text, 3 * req->copies.n);
	while (cur_left(&c) > 0 && n < NET_LIST_MAX) {
		size_t i = (size_t)cur_varint(&c);

		attr[n].key = str_of(in->net->rules.copy[i].attribute);
		attr[n++].value = clean(cur_block(&c), &text);
	}
	r = net_req_more(req, job->got.payload.n + text.n);
	if (r == 0)
		r = otlp_extend(job->got.payload, attr, n, &out, &e);
	if (r == 0 && out.n > in->net->max.message)
		r = err_set(&e, ERR_LIMIT, "request is over the limit");
	if (r == -1 && e.kind != ERR_NONE)
		net_req_fail(req, e.kind == ERR_LIMIT ?
		    GRPC_RESOURCE_EXHAUSTED : GRPC_INVALID_ARGUMENT,
		    str_of(e.msg), false);
	buf_free(&text);
	buf_free(&job->got.own);
	job->got.own = out;
	job->got.payload = buf_str(&out);
	return r;
}

/* Decodes and checks; what is refused has its answer then. */
static void
judge(struct ingest *in, struct net_req *req, struct job *job)
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
	    in->net->max.message, &job->got, &req->reply, &e) == -1) {
		net_req_fail(req, e.kind == ERR_LIMIT ?
		    GRPC_RESOURCE_EXHAUSTED : GRPC_INVALID_ARGUMENT,
		    str_of(e.msg), false);
		return;
	}
	if (req->copies.n > 0 && extend(in, job) == -1)
		return;
	job->keep = job->got.payload.n > 0;
	job->rec = (struct rec){ .signal = req->route,
	    .tenant = buf_str(&req->tenant),
	    .payload = job->got.payload, .received = time_now(),
	    .items = job->got.items, .min_time = job->got.sum.min_time,
	    .max_time = job->got.sum.max_time };
}

static void
keep(struct ingest *in, struct job jobs[], size_t n)
{
	const struct rec *recs[WORK_BATCH_MAX] = { 0 };
	struct err e[WORK_BATCH_MAX];
	uint64_t began = time_mono();
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (jobs[i].keep)
			recs[k++] = &jobs[i].rec;
	sink_put(in->sink, recs, k, e);
	if (k > 0)
		metric_observe(in->counts->sink, time_mono() - began);
	k = 0;
	for (size_t i = 0; i < n; i++)
		if (jobs[i].keep && e[k++].kind != ERR_NONE) {
			atomic_store(&in->net->failed, time_mono());
			net_req_fail(jobs[i].req, GRPC_UNAVAILABLE,
			    S("cannot keep it now"), true);
		}
	if (sink_broken(in->sink, NULL))
		kill(getpid(), SIGTERM);	/* wakes main */
}

static void
serve(void *arg, struct net_req *reqs[], size_t n)
{
	struct job jobs[WORK_BATCH_MAX];
	struct ingest *in = arg;

	for (size_t i = 0; i < n; i++)
		judge(in, reqs[i], &jobs[i]);
	keep(in, jobs, n);
	for (size_t i = 0; i < n; i++) {
		if (reqs[i]->code == GRPC_OK)
			counts_accept(in->counts, reqs[i], reqs[i]->body.n,
			    jobs[i].got.items, jobs[i].got.sum.invalid);
		buf_free(&jobs[i].got.own);
		net_req_done(reqs[i]);
	}
}

static void
take(void *arg, struct net_req *req)
{
	struct ingest **in = arg;

	work_add((*in)->work, req);
}

struct net_handler
ingest_handler(struct ingest **arg)
{
	return (struct net_handler){ .arg = arg, .route = otlp_route,
	    .service = otlp_service, .take = take, .status = otlp_put_status };
}

struct ingest *
ingest_open(struct net *net, struct sink *sink, struct counts *counts,
    unsigned threads, struct err *e)
{
	struct ingest *in = xcalloc(1, sizeof *in);

	in->net = net;
	in->sink = sink;
	in->counts = counts;
	in->work = work_open(threads, WORK_BATCH_MAX, serve, in, e);
	if (in->work)
		return in;
	free(in);
	return NULL;
}

void
ingest_close(struct ingest *in)
{
	work_close(in->work);
	free(in);
}
