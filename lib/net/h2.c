#include "net/h2.h"

#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "net/grpc.h"
#include "net/h2out.h"

/* What a request's header fields said. */
struct h2_head {
	size_t size;		/* as SETTINGS_MAX_HEADER_LIST_SIZE counts */
	unsigned route;
	enum net_coding coding;
	uint64_t timeout;	/* ns, 0 none */
	bool post, grpc;
};

struct h2_stream {
	struct h2 *h2;
	int32_t id;
	struct h2_head head;
	struct grpc_in in;
	struct h2_req *req;	/* gathering, or with the handler */
	bool ended;		/* by the peer */
	bool answered;
	struct h2_out out;
	struct h2_stream *next, **link;	/* of all of the connection */
};

struct h2_req {
	struct net_req req;		/* first: they are the same address */
	struct h2_stream *stream;	/* NULL: has gone */
	struct h2_home *home;
};

struct h2 {
	struct net *net;
	struct h2_home *home;
	void *conn;
	nghttp2_session *session;
	struct h2_stream *streams;
	/* the rest of the DATA frame that is being received */
	struct h2_stream *data;
	size_t data_left;
	unsigned draining;		/* 1 announced, 2 last stream named */
	bool drain_seen;
};

/* The request ends here, without the handler. */
static void
drop_req(struct h2_stream *s)
{
	if (!s->req)
		return;
	net_req_end(&s->req->req);
	free(s->req);
	s->req = NULL;
}

static void
stream_free(struct h2_stream *s)
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
	    s->head.coding == NET_CODING_UNKNOWN);
	buf_free(&req.reply);
	buf_free(&req.why);
}

static void
refuse_http(struct h2_stream *s, const char *status)
{
	s->answered = true;
	h2_out_status(s->h2->session, s->id, status);
}

static int
on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame,
    void *user)
{
	struct h2 *h = user;
	struct h2_stream *s;

	if (frame->headers.cat != NGHTTP2_HCAT_REQUEST)
		return 0;
	s = xcalloc(1, sizeof *s);
	s->h2 = h;
	s->id = frame->hd.stream_id;
	s->in.max = h->net->max.message;
	s->next = h->streams;
	s->link = &h->streams;
	if (s->next)
		s->next->link = &s->next;
	h->streams = s;
	nghttp2_session_set_stream_user_data(session, s->id, s);
	return 0;
}

static void
head_field(struct h2_head *head, struct net *net, struct str name,
    struct str value)
{
	if (str_eq(name, S(":method")))
		head->post = str_eq(value, S("POST"));
	else if (str_eq(name, S(":path")))
		head->route = net->on.route(true, value);
	else if (str_eq(name, S("content-type")))
		head->grpc = str_starts(value, S("application/grpc"));
	else if (str_eq(name, S("grpc-encoding")))
		head->coding = net_coding_of(value);
	else if (str_eq(name, S("grpc-timeout")))
		grpc_timeout(value, &head->timeout);
}

static int
on_header(nghttp2_session *session, const nghttp2_frame *frame,
    const uint8_t *name, size_t name_n, const uint8_t *value, size_t value_n,
    uint8_t flags, void *user)
{
	struct h2_stream *s = nghttp2_session_get_stream_user_data(session,
	    frame->hd.stream_id);
	struct h2 *h = user;

	(void)flags;
	if (!s || frame->headers.cat != NGHTTP2_HCAT_REQUEST)
		return 0;
	s->head.size += name_n + value_n + 32;
	if (s->head.size <= h->net->max.headers)
		head_field(&s->head, h->net, str_mk(name, name_n),
		    str_mk(value, value_n));
	return 0;
}

/* The header fields are whole: refuse, or begin a request. */
static void
begin(struct h2_stream *s)
{
	struct h2_head *head = &s->head;
	struct net *net = s->h2->net;
	struct h2_req *r;

	if (head->size > net->max.headers) {
		refuse_http(s, "431");
		return;
	}
	if (!head->post || !head->grpc) {
		refuse_http(s, head->post ? "415" : "405");
		return;
	}
	if (head->route == 0) {
		refuse(s, GRPC_UNIMPLEMENTED, "unknown service or method",
		    false);
		return;
	}
	r = xcalloc(1, sizeof *r);
	if (!net_req_begin(&r->req, net)) {
		free(r);
		refuse(s, GRPC_UNAVAILABLE, "too many requests in flight",
		    true);
		return;
	}
	r->req.grpc = true;
	r->req.route = head->route;
	r->stream = s;
	r->home = s->h2->home;
	if (head->timeout > 0 &&
	    __builtin_add_overflow(time_mono(), head->timeout,
	    &r->req.deadline))
		r->req.deadline = 0;
	s->req = r;
}

static void
no_room(struct h2_stream *s, enum grpc_code code)
{
	if (code == GRPC_UNAVAILABLE)
		refuse(s, code, NET_FULL, true);
	else
		refuse(s, code, "message is over the limit", false);
}

/* The first bytes of the message are here, so its head is known. */
static void
begin_body(struct h2_stream *s)
{
	enum grpc_code code;

	if (s->in.compressed && s->head.coding == NET_IDENTITY) {
		refuse(s, GRPC_INTERNAL, "compressed message without an "
		    "encoding", false);
		return;
	}
	if (s->in.compressed && s->head.coding == NET_CODING_UNKNOWN) {
		refuse(s, GRPC_UNIMPLEMENTED, "encoding is not supported",
		    false);
		return;
	}
	s->req->req.coding = s->in.compressed ? s->head.coding :
	    NET_IDENTITY;
	code = net_req_expect(&s->req->req, s->in.length);
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

static int
on_data(nghttp2_session *session, uint8_t flags, int32_t id,
    const uint8_t *p, size_t n, void *user)
{
	struct h2_stream *s = nghttp2_session_get_stream_user_data(session,
	    id);
	struct h2 *h = user;
	struct str data = str_mk(p, n), part;
	int r = 0;

	(void)flags;
	h->data_left = n < h->data_left ? h->data_left - n : 0;
	while (s && !s->answered &&
	    (r = grpc_in_next(&s->in, &data, &part)) == 1)
		add_body(s, part);
	if (s && r == -1)
		refuse(s, s->in.code, s->in.why, false);
	return 0;
}

/* The peer has said all: hand the request over. */
static void
finish(struct h2_stream *s)
{
	struct h2 *h = s->h2;

	s->ended = true;
	if (s->answered)
		return;
	if (grpc_in_end(&s->in) == -1) {
		refuse(s, s->in.code, s->in.why, false);
		return;
	}
	if (s->in.length == 0)
		begin_body(s);
	if (!s->req)
		return;
	s->req->req.done = h->home->done;
	h->home->away++;
	h->net->on.take(h->net->on.arg, &s->req->req);
}

static int
on_frame_head(nghttp2_session *session, const nghttp2_frame_hd *hd,
    void *user)
{
	struct h2 *h = user;

	h->data = NULL;
	if (hd->type != NGHTTP2_DATA || hd->flags & NGHTTP2_FLAG_PADDED)
		return 0;
	h->data = nghttp2_session_get_stream_user_data(session,
	    hd->stream_id);
	h->data_left = hd->length;
	return 0;
}

static int
on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
	struct h2 *h = user;
	struct h2_stream *s;

	if (frame->hd.type == NGHTTP2_PING &&
	    frame->hd.flags & NGHTTP2_FLAG_ACK && h->draining > 0)
		h->drain_seen = true;
	if (frame->hd.type != NGHTTP2_HEADERS &&
	    frame->hd.type != NGHTTP2_DATA)
		return 0;
	s = nghttp2_session_get_stream_user_data(session,
	    frame->hd.stream_id);
	if (!s)
		return 0;
	if (frame->hd.type == NGHTTP2_HEADERS &&
	    frame->headers.cat == NGHTTP2_HCAT_REQUEST)
		begin(s);
	if (frame->hd.flags & NGHTTP2_FLAG_END_STREAM)
		finish(s);
	return 0;
}

/* Answered before the peer was through: it need not send the rest. */
static int
on_sent(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
	struct h2_stream *s;

	(void)user;
	if (frame->hd.type != NGHTTP2_HEADERS ||
	    !(frame->hd.flags & NGHTTP2_FLAG_END_STREAM))
		return 0;
	s = nghttp2_session_get_stream_user_data(session,
	    frame->hd.stream_id);
	if (s && !s->ended)
		nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, s->id,
		    NGHTTP2_NO_ERROR);
	return 0;
}

static int
on_close(nghttp2_session *session, int32_t id, uint32_t code, void *user)
{
	struct h2_stream *s = nghttp2_session_get_stream_user_data(session,
	    id);

	(void)code;
	(void)user;
	if (s)
		stream_free(s);
	return 0;
}

static nghttp2_session *
session_new(struct h2 *h)
{
	const struct net_limits *max = &h->net->max;
	const nghttp2_settings_entry settings[] = {
		{ NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, max->streams },
		{ NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, H2_WINDOW_STREAM },
		{ NGHTTP2_SETTINGS_MAX_FRAME_SIZE, H2_FRAME_MAX },
		{ NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE,
		    (uint32_t)max->headers },
	};
	nghttp2_session_callbacks *cb;
	nghttp2_session *session;

	if (nghttp2_session_callbacks_new(&cb) != 0)
		die("out of memory: nghttp2");
	nghttp2_session_callbacks_set_on_begin_headers_callback(cb,
	    on_begin_headers);
	nghttp2_session_callbacks_set_on_header_callback(cb, on_header);
	nghttp2_session_callbacks_set_on_begin_frame_callback(cb,
	    on_frame_head);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(cb, on_data);
	nghttp2_session_callbacks_set_on_frame_recv_callback(cb, on_frame);
	nghttp2_session_callbacks_set_on_frame_send_callback(cb, on_sent);
	nghttp2_session_callbacks_set_on_stream_close_callback(cb, on_close);
	if (nghttp2_session_server_new(&session, cb, h) != 0)
		die("out of memory: nghttp2");
	nghttp2_session_callbacks_del(cb);
	nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings,
	    sizeof settings / sizeof settings[0]);
	nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0,
	    H2_WINDOW_CONNECTION);
	return session;
}

struct h2 *
h2_new(struct h2_home *home, void *conn)
{
	struct h2 *h = xcalloc(1, sizeof *h);

	h->net = home->net;
	h->home = home;
	h->conn = conn;
	h->session = session_new(h);
	return h;
}

struct h2_home *
h2_home(struct net_req *req)
{
	return ((struct h2_req *)req)->home;
}

int
h2_recv(struct h2 *h, struct str bytes, struct err *e)
{
	ssize_t r = nghttp2_session_mem_recv(h->session,
	    (const uint8_t *)bytes.p, bytes.n);

	if (r == NGHTTP2_ERR_NOMEM)
		die("out of memory: nghttp2");
	if (r < 0)
		return err_set(e, ERR_CORRUPT, "http/2: %s",
		    nghttp2_strerror((int)r));
	return 0;
}

struct h2_place
h2_place(struct h2 *h)
{
	struct h2_stream *s = h->data;
	struct buf *b;
	size_t n = h->data_left;

	if (!s || !s->req || s->answered || s->in.got == 0)
		return (struct h2_place){ 0 };
	b = &s->req->req.body;
	/* never past this message: the body's room is on the account */
	if (n > s->in.length - s->in.got)
		n = s->in.length - s->in.got;
	if (n > s->req->req.held - b->n)
		n = s->req->req.held - b->n;
	return (struct h2_place){ b->p + b->n, n };
}

int
h2_send(struct h2 *h, struct buf *b, size_t enough, struct err *e)
{
	while (b->n < enough) {
		const uint8_t *p;
		ssize_t n = nghttp2_session_mem_send(h->session, &p);

		if (n == NGHTTP2_ERR_NOMEM)
			die("out of memory: nghttp2");
		if (n < 0)
			return err_set(e, ERR_CORRUPT, "http/2: %s",
			    nghttp2_strerror((int)n));
		if (n == 0)
			break;
		buf_add(b, p, (size_t)n);
	}
	return 0;
}

void *
h2_reply(struct net_req *req)
{
	struct h2_req *r = (struct h2_req *)req;
	struct h2_stream *s = r->stream;
	void *conn = s ? s->h2->conn : NULL;

	r->home->away--;
	if (s) {
		s->req = NULL;
		s->answered = true;
		if (req->code == GRPC_OK)
			h2_out_ok(s->h2->session, s->id, &s->out,
			    buf_str(&req->reply));
		else
			h2_out_error(s->h2->session, s->id, req, false);
	}
	net_req_end(req);
	free(r);
	return conn;
}

void
h2_drain(struct h2 *h)
{
	if (h->draining == 0) {
		nghttp2_submit_shutdown_notice(h->session);
		nghttp2_submit_ping(h->session, NGHTTP2_FLAG_NONE, NULL);
	} else if (h->draining == 1)
		nghttp2_submit_goaway(h->session, NGHTTP2_FLAG_NONE,
		    nghttp2_session_get_last_proc_stream_id(h->session),
		    NGHTTP2_NO_ERROR, NULL, 0);
	else
		return;
	h->draining++;
}

bool
h2_drain_seen(const struct h2 *h)
{
	return h->drain_seen;
}

bool
h2_idle(const struct h2 *h)
{
	return !h->streams;
}

bool
h2_over(const struct h2 *h)
{
	return !nghttp2_session_want_read(h->session) &&
	    !nghttp2_session_want_write(h->session);
}

void
h2_free(struct h2 *h)
{
	while (h->streams)
		stream_free(h->streams);
	nghttp2_session_del(h->session);
	free(h);
}
