#include "net/web.h"

#include <stdio.h>

#include "net/auth.h"

static unsigned
status_of(enum grpc_code code)
{
	switch (code) {
	case GRPC_OK: return 200;
	case GRPC_INVALID_ARGUMENT: return 400;
	case GRPC_NOT_FOUND: return 404;
	case GRPC_PERMISSION_DENIED: return 403;
	case GRPC_RESOURCE_EXHAUSTED: return 413;
	case GRPC_UNAUTHENTICATED: return 401;
	case GRPC_UNAVAILABLE: case GRPC_DEADLINE_EXCEEDED: return 503;
	default: return 500;
	}
}

static void
refuse(struct web *w, unsigned status, const char *text)
{
	w->status = status;
	w->text = text;
}

/* That the request is for nothing we have. */
static void
refuse_all(struct web *w, const struct net *net, unsigned status,
    const char *text)
{
	metric_add(net->refused[GRPC_UNIMPLEMENTED], 1);
	refuse(w, status, text);
}

/* With a Status body, in the request's encoding. */
static void
refuse_status(struct web *w, struct net_req *req, enum grpc_code code)
{
	const char *why = code == GRPC_RESOURCE_EXHAUSTED ?
	    "request is over the limit" : w->counted ? NET_FULL :
	    "too many requests in flight";

	net_req_fail(req, code, str_of(why), code == GRPC_UNAVAILABLE);
	w->status = status_of(code);
	w->text = NULL;
}

/* What anyone may ask: is it well, and may a page of this origin send? */
static bool
is_open(struct web *w, const struct head *h, const struct net *net)
{
	bool reads = h->method == METHOD_GET || h->method == METHOD_HEAD;

	if (head_over(h, net))
		refuse(w, 431, "the header is over the limit\n");
	else if (h->health == HEALTH_PAGE && reads && net_healthy(net))
		refuse(w, 200, "ok\n");
	else if (h->health == HEALTH_PAGE && reads)
		refuse(w, 503, "not serving\n");
	else if (h->method == METHOD_OPTIONS && h->preflight &&
	    w->origin.n > 0)
		refuse(w, 204, "");
	return w->status > 0;
}

/* What is not served at all, whoever asks. */
static bool
not_served(struct web *w, const struct head *h, const struct net *net)
{
	if (h->http_route == 0)
		refuse_all(w, net, 404, "nothing is served at this path\n");
	else if (h->method != METHOD_POST)
		refuse_all(w, net, 405, "POST only\n");
	else if (h->type != TYPE_PROTOBUF && h->type != TYPE_JSON)
		refuse_all(w, net, 415, "Content-Type: application/x-protobuf "
		    "or application/json\n");
	return w->status > 0;
}

void
web_begin(struct web *w, struct net_req *req, struct net *net,
    struct head *h)
{
	enum grpc_code code;
	const char *why;

	w->origin = h->origin;
	h->origin = (struct buf){ 0 };
	req->net = net;
	req->json = h->type == TYPE_JSON;
	if (is_open(w, h, net))
		return;
	code = head_admit(h, net, &why);
	if (code == GRPC_OK && not_served(w, h, net))
		return;
	if (code != GRPC_OK) {
		net_req_fail(req, code, str_of(why), false);
		w->status = status_of(code);
		return;
	}
	w->counted = net_req_begin(req, net);
	req->net = net;
	req->json = h->type == TYPE_JSON;
	head_give(h, req);
	req->route = h->http_route;
	req->coding = h->coding;
	if (!w->counted)
		refuse_status(w, req, GRPC_UNAVAILABLE);
	else if (h->coding == NET_CODING_UNKNOWN)
		refuse_all(w, net, 415, "Content-Encoding: one of "
		    NET_CODINGS "\n");
	else if (h->length != HEAD_NO_LENGTH &&
	    (code = net_req_expect(req, h->length)) != GRPC_OK)
		refuse_status(w, req, code);
}

void
web_add(struct web *w, struct net_req *req, struct str part)
{
	enum grpc_code code;

	if (w->status > 0)
		return;
	code = net_req_add(req, part);
	if (code != GRPC_OK)
		refuse_status(w, req, code);
}

void
web_slow(struct web *w, const struct net *net)
{
	if (w->status > 0)
		return;
	metric_add(net->refused[GRPC_DEADLINE_EXCEEDED], 1);
	refuse(w, 408, NET_SLOW "\n");
}

void
web_end(struct web *w, struct net_req *req)
{
	if (w->counted)
		net_req_end(req);
	else {
		buf_free(&req->reply);
		buf_free(&req->why);
		buf_free(&req->tenant);
		buf_free(&req->copies);
	}
	web_free(w);
}

void
web_free(struct web *w)
{
	buf_free(&w->origin);
}

static void
put(struct web_answer *a, const char *name, const char *value)
{
	a->field[a->n].name = name;
	a->field[a->n++].value = value;
}

/* otlp.md 4.4 */
static void
put_cors(struct web_answer *a, const struct web *w)
{
	put(a, "vary", "Origin");
	if (w->origin.n == 0)
		return;
	put(a, "access-control-allow-origin", w->origin.p);
	if (a->status != 204)
		return;
	put(a, "access-control-allow-methods", "POST");
	put(a, "access-control-allow-headers", "Accept, Accept-Language, "
	    "Authorization, Content-Encoding, Content-Language, Content-Type, "
	    "X-Requested-With, X-Scope-OrgID");
	put(a, "access-control-max-age", "7200");
}

void
web_answer(struct web_answer *a, const struct web *w, const struct net *net,
    const struct net_req *req)
{
	a->n = 0;
	a->status = w->status > 0 ? w->status : status_of(req->code);
	a->body = w->text ? str_of(w->text) : buf_str(&req->reply);
	if (a->status != 204)
		put(a, "content-type", w->text ? "text/plain" : req->json ?
		    "application/json" : "application/x-protobuf");
	if (net->rules.origins > 0)
		put_cors(a, w);
	if (a->status == 401)
		put(a, "www-authenticate", auth_challenge(net->rules.auth));
	if (a->status == 405)
		put(a, "allow", "POST");
	if (a->status == 415)
		put(a, "accept-encoding", NET_CODINGS);
	if (req->retry > 0) {
		snprintf(a->retry, sizeof a->retry, "%u", req->retry);
		put(a, "retry-after", a->retry);
	}
}
