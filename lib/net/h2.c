#include "net/h2.h"

#include <stdlib.h>

#include "base/time.h"
#include "net/h2int.h"

/* Of frames that cost the peer nothing and us some work: as many at once, and
 * as many a second, and one for each answer: libcurl before 8.0 resets every
 * stream that was answered. */
#define CALM_BURST	500
#define CALM_RATE	100
/* Pings nearer than this are strikes, and one over so many is too many. */
#define PING_MIN	(10 * NS_S)
#define STRIKES		2

static int
on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame,
    void *user)
{
	int32_t id = frame->hd.stream_id;

	if (frame->headers.cat == NGHTTP2_HCAT_REQUEST)
		nghttp2_session_set_stream_user_data(session, id,
		    h2_stream_new(user, id));
	return 0;
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
	head_field(&s->head, h->net, str_mk(name, name_n),
	    str_mk(value, value_n));
	return 0;
}

static int
on_data(nghttp2_session *session, uint8_t flags, int32_t id,
    const uint8_t *p, size_t n, void *user)
{
	struct h2_stream *s = nghttp2_session_get_stream_user_data(session,
	    id);
	struct h2 *h = user;

	(void)flags;
	h->data_left = n < h->data_left ? h->data_left - n : 0;
	if (s)
		h2_stream_data(s, str_mk(p, n));
	return 0;
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

/* It keeps us busy for nothing: said, and closed. */
static void
hang_up(struct h2 *h, const char *why)
{
	if (h->hung_up)
		return;
	h->hung_up = true;
	nghttp2_submit_goaway(h->session, NGHTTP2_FLAG_NONE,
	    nghttp2_session_get_last_proc_stream_id(h->session),
	    NGHTTP2_ENHANCE_YOUR_CALM, (const uint8_t *)why, strlen(why));
}

/* One more of the frames that are free of charge. */
static void
on_free_frame(struct h2 *h)
{
	uint64_t now = time_mono(), back;

	back = (now - h->calm_since) / (NS_S / CALM_RATE);
	if (back > 0) {
		h->calm -= back < h->calm ? (unsigned)back : h->calm;
		h->calm_since = now;
	}
	if (++h->calm > CALM_BURST)
		hang_up(h, "too_many_frames");
}

/* As other gRPC servers count them; what we send forgives all. */
static void
on_ping(struct h2 *h)
{
	uint64_t now = time_mono();

	if (h->last_ping > 0 && now - h->last_ping < PING_MIN &&
	    ++h->strikes > STRIKES)
		hang_up(h, "too_many_pings");
	h->last_ping = now;
}

static bool
is_free(const nghttp2_frame_hd *hd)
{
	switch (hd->type) {
	case NGHTTP2_DATA:
		return hd->length == 0 &&
		    !(hd->flags & NGHTTP2_FLAG_END_STREAM);
	case NGHTTP2_SETTINGS:
	case NGHTTP2_PING:
		return !(hd->flags & NGHTTP2_FLAG_ACK);
	case NGHTTP2_RST_STREAM:
	case NGHTTP2_PRIORITY:
		return true;
	default:
		return false;
	}
}

static int
on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
	const nghttp2_frame_hd *hd = &frame->hd;
	struct h2 *h = user;
	struct h2_stream *s;

	if (is_free(hd))
		on_free_frame(h);
	if (hd->type == NGHTTP2_PING) {
		if (!(hd->flags & NGHTTP2_FLAG_ACK))
			on_ping(h);
		else if (h->draining > 0)
			h->drain_seen = true;
	}
	if (hd->type != NGHTTP2_HEADERS && hd->type != NGHTTP2_DATA)
		return 0;
	s = nghttp2_session_get_stream_user_data(session, hd->stream_id);
	if (!s)
		return 0;
	if (hd->type == NGHTTP2_HEADERS &&
	    frame->headers.cat == NGHTTP2_HCAT_REQUEST)
		h2_stream_begin(s);
	if (hd->flags & NGHTTP2_FLAG_END_STREAM)
		h2_stream_end(s);
	return 0;
}

/* Answered before the peer was through: it need not send the rest. Clients of
 * plain HTTP take a reset for a failure, and are heard out for a while. */
static int
on_sent(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
	struct h2 *h = user;
	struct h2_stream *s;

	if (frame->hd.type != NGHTTP2_HEADERS &&
	    frame->hd.type != NGHTTP2_DATA)
		return 0;
	h->strikes = 0;
	h->last_ping = 0;
	if (!(frame->hd.flags & NGHTTP2_FLAG_END_STREAM))
		return 0;
	if (h->calm > 0)
		h->calm--;
	s = nghttp2_session_get_stream_user_data(session,
	    frame->hd.stream_id);
	if (s && s->grpc)
		h2_stream_cut(s);
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
		h2_stream_free(s);
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
	nghttp2_option *opt;

	if (nghttp2_session_callbacks_new(&cb) != 0 ||
	    nghttp2_option_new(&opt) != 0)
		die("out of memory: nghttp2");
	/* resets are counted here, with a mind to answers: see CALM_BURST */
	nghttp2_option_set_stream_reset_rate_limit(opt, UINT32_MAX,
	    UINT32_MAX);
	nghttp2_session_callbacks_set_on_begin_headers_callback(cb,
	    on_begin_headers);
	nghttp2_session_callbacks_set_on_header_callback(cb, on_header);
	nghttp2_session_callbacks_set_on_begin_frame_callback(cb,
	    on_frame_head);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(cb, on_data);
	nghttp2_session_callbacks_set_on_frame_recv_callback(cb, on_frame);
	nghttp2_session_callbacks_set_on_frame_send_callback(cb, on_sent);
	nghttp2_session_callbacks_set_on_stream_close_callback(cb, on_close);
	if (nghttp2_session_server_new2(&session, cb, h, opt) != 0)
		die("out of memory: nghttp2");
	nghttp2_session_callbacks_del(cb);
	nghttp2_option_del(opt);
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
	ssize_t r;

	if (h->hung_up)
		return 0;
	r = nghttp2_session_mem_recv(h->session,
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

	if (!s || !s->req || s->answered || !s->grpc || s->in.got == 0)
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
	if (s)
		h2_stream_reply(s, req);
	net_req_end(req);
	free(r);
	return conn;
}

void
h2_look(struct h2 *h, uint64_t now)
{
	struct h2_stream *next;

	for (struct h2_stream *s = h->streams; s; s = next) {
		next = s->next;
		h2_stream_look(s, now);
	}
}

void
h2_ping(struct h2 *h)
{
	nghttp2_submit_ping(h->session, NGHTTP2_FLAG_NONE, NULL);
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
h2_waits(const struct h2 *h)
{
	for (const struct h2_stream *s = h->streams; s; s = s->next)
		if (s->ended && !s->answered)
			return true;
	return false;
}

bool
h2_over(const struct h2 *h)
{
	return (h->hung_up || !nghttp2_session_want_read(h->session)) &&
	    !nghttp2_session_want_write(h->session);
}

void
h2_free(struct h2 *h)
{
	while (h->streams)
		h2_stream_free(h->streams);
	nghttp2_session_del(h->session);
	free(h);
}
