#include <stdlib.h>

#include "base/time.h"
#include "net/h2int.h"
#include "net/health.h"

struct h2_stream *
h2_stream_new(struct h2 *h, int32_t id)
{
	struct h2_stream *s = xcalloc(1, sizeof *s);

	s->h2 = h;
	s->id = id;
	s->began = time_mono();
	s->in.max = h->net->max.message;
	head_init(&s->head);
	s->next = h->streams;
	s->link = &h->streams;
	if (s->next)
		s->next->link = &s->next;
	h->streams = s;
	return s;
}

/* The request ends here, without the handler. */
static void
drop_req(struct h2_stream *s)
{
	if (!s->req)
		return;
	if (s->grpc)
		net_req_end(&s->req->req);
	else
		web_end(&s->web, &s->req->req);
	free(s->req);
	s->req = NULL;
}

void
h2_stream_free(struct h2_stream *s)
{
	if (s->req && s->req->req.done)
		s->req->stream = NULL;	/* with the handler: h2_reply ends it */
	else
		drop_req(s);
	if (s->h2->data == s)
		s->h2->data = NULL;
	*s->link = s->next;
	if (s->next)
		s->next->link = s->link;
	buf_free(&s->out.data);
	web_free(&s->web);
	head_free(&s->head);
	free(s);
}

/* An error of ours, with the body the handler makes for it. */
static void
refuse(struct h2_stream *s, enum grpc_code code, const char *why, bool retry)
{
	struct net_req req = { .net = s->h2->net, .grpc = true };

	if (s->answered)
		return;
	drop_req(s);
	s->answered = true;
	net_req_fail(&req, code, str_of(why), retry);
	h2_out_error(s->h2->session, s->id, &req,
	    s->head.grpc_coding == NET_CODING_UNKNOWN);
	buf_free(&req.reply);
	buf_free(&req.why);
}

static void
no_room(struct h2_stream *s, enum grpc_code code)
{
	if (code == GRPC_UNAVAILABLE)
		refuse(s, code, NET_FULL, true);
	else
		refuse(s, code, "message is over the limit", false);
}

/* OTLP/HTTP: the answer, and the end of the request. */
static void
web_reply(struct h2_stream *s, struct net_req *req)
{
	struct web_answer a;

	web_answer(&a, &s->web, s->h2->net, req);
	s->answered = true;
	h2_out_web(s->h2->session, s->id, &s->out, &a,
	    s->head.method == METHOD_HEAD);
}

static void
web_refused(struct h2_stream *s)
{
	if (s->web.status == 0 || s->answered)
		return;
	web_reply(s, &s->req->req);
	drop_req(s);
}

/* A request for this stream, not yet counted. */
static struct h2_req *
req_new(struct h2_stream *s)
{
	struct h2_req *r = xcalloc(1, sizeof *r);

	r->stream = s;
	r->home = s->h2->home;
	return r;
}

static void
begin_web(struct h2_stream *s)
{
	s->req = req_new(s);
	web_begin(&s->web, &s->req->req, s->h2->net, &s->head);
	web_refused(s);
}

/* May it be served, and is there such a service? */
static bool
admitted(struct h2_stream *s)
{
	const char *why = "unknown service or method";
	enum grpc_code code = head_admit(&s->head, s->h2->net, &why);

	if (code == GRPC_OK && s->head.grpc_route == 0)
		code = GRPC_UNIMPLEMENTED;
	if (code != GRPC_OK)
		refuse(s, code, why, false);
	return code == GRPC_OK;
}

static void
begin_grpc(struct h2_stream *s)
{
	struct head *head = &s->head;
	struct h2_req *r;

	if (head->health != HEALTH_CHECK && !admitted(s))
		return;
	r = req_new(s);
	if (!net_req_begin(&r->req, s->h2->net)) {
		free(r);
		refuse(s, GRPC_UNAVAILABLE, "too many requests in flight",
		    true);
		return;
	}
	r->req.grpc = true;
	head_give(head, &r->req);
	r->req.route = head->grpc_route;
	if (head->timeout > 0 &&
	    __builtin_add_overflow(s->began, head->timeout,
	    &r->req.deadline))
		r->req.deadline = 0;
	s->req = r;
}

static void
refuse_http(struct h2_stream *s, const char *status)
{
	s->answered = true;
	h2_out_status(s->h2->session, s->id, status);
}

void
h2_stream_begin(struct h2_stream *s)
{
	struct head *head = &s->head;

	s->grpc = head->type == TYPE_GRPC;
	if (!s->grpc)
		begin_web(s);
	else if (head_over(head, s->h2->net))
		refuse_http(s, "431");
	else if (head->method != METHOD_POST)
		refuse_http(s, "405");
	else
		begin_grpc(s);
}

/* The first bytes of the message are here, so its head is known. */
static void
begin_body(struct h2_stream *s)
{
	enum grpc_code code;

	if (s->in.compressed && s->head.grpc_coding == NET_IDENTITY) {
		refuse(s, GRPC_INTERNAL, "compressed message without an "
		    "encoding", false);
		return;
	}
	if (s->in.compressed && s->head.grpc_coding == NET_CODING_UNKNOWN) {
		refuse(s, GRPC_UNIMPLEMENTED, "encoding is not supported: "
		    "one of " NET_CODINGS, false);
		return;
	}
	s->req->req.coding = s->in.compressed ? s->head.grpc_coding :
	    NET_IDENTITY;
	code = s->head.health && s->in.length > HEALTH_MAX ?
	    GRPC_RESOURCE_EXHAUSTED :
	    net_req_expect(&s->req->req, s->in.length);
	if (code != GRPC_OK)
		no_room(s, code);
}

static void
add_body(struct h2_stream *s, struct str part)
{
	struct net_req *req = &s->req->req;
	enum grpc_code code;

	if (s->in.got == part.n)
		begin_body(s);
	if (!s->req)
		return;
	if (req->body.p && part.p == req->body.p + req->body.n) {
		req->body.n += part.n;	/* received in its place */
		return;
	}
	code = net_req_add(req, part);
	if (code != GRPC_OK)
		no_room(s, code);
}

void
h2_stream_data(struct h2_stream *s, struct str data)
{
	struct str part;
	int r = 0;

	if (s->answered)
		return;
	if (!s->grpc) {
		web_add(&s->web, &s->req->req, data);
		web_refused(s);
		return;
	}
	while (!s->answered &&
	    (r = grpc_in_next(&s->in, &data, &part)) == 1)
		add_body(s, part);
	if (r == -1)
		refuse(s, s->in.code, s->in.why, false);
}

void
h2_stream_end(struct h2_stream *s)
{
	struct h2 *h = s->h2;

	s->ended = true;
	if (s->answered)
		return;
	if (s->grpc && grpc_in_end(&s->in) == -1) {
		refuse(s, s->in.code, s->in.why, false);
		return;
	}
	if (s->grpc && s->in.length == 0)
		begin_body(s);
	if (!s->req)
		return;
	s->req->req.done = h->home->done;
	h->home->away++;
	if (s->head.health) {
		health_check(&s->req->req);
		h2_reply(&s->req->req);
		return;
	}
	h->net->on.take(h->net->on.arg, &s->req->req);
}

void
h2_stream_cut(struct h2_stream *s)
{
	if (!s->ended)
		nghttp2_submit_rst_stream(s->h2->session, NGHTTP2_FLAG_NONE,
		    s->id, NGHTTP2_NO_ERROR);
}

void
h2_stream_look(struct h2_stream *s, uint64_t now)
{
	struct h2_req *r = s->req;
	/* it may have begun in this very turn, after now */
	uint64_t ns = now > s->began ? now - s->began : 0;

	if (s->answered && net_late(s->h2->net, ns, 0))
		h2_stream_cut(s);
	if (!r || s->answered || s->ended)
		return;
	if (r->req.deadline > 0 && now > r->req.deadline)
		refuse(s, GRPC_DEADLINE_EXCEEDED, "deadline has passed",
		    false);
	else if (!net_late(s->h2->net, ns, r->req.body.n))
		return;
	else if (s->grpc)
		refuse(s, GRPC_DEADLINE_EXCEEDED, NET_SLOW, false);
	else {
		web_slow(&s->web, s->h2->net);
		web_refused(s);
	}
}

void
h2_stream_reply(struct h2_stream *s, struct net_req *req)
{
	nghttp2_session *session = s->h2->session;

	s->req = NULL;
	if (!s->grpc)
		web_reply(s, req);
	else if (req->code == GRPC_OK)
		h2_out_ok(session, s->id, &s->out, buf_str(&req->reply));
	else
		h2_out_error(session, s->id, req, false);
	s->answered = true;
}
