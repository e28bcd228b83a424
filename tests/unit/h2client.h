/*
 * h2client: a gRPC client in memory: nghttp2's client session, joined to a
 * connection of net/h2 by two buffers, and what it saw of each answer.
 */
#ifndef TESTS_H2CLIENT_H
#define TESTS_H2CLIENT_H

#include <nghttp2/nghttp2.h>

#include "base/err.h"
#include "net/h2.h"

#include "h2give.h"

#define CALLS 64

/* What is sent, and how it is cut. */
struct ask {
	const char *method, *path, *type, *encoding, *timeout;
	struct str body;
	size_t frame;		/* bytes of a DATA frame; 0: all in one */
	size_t pad;		/* of a DATA frame */
	bool open;		/* no END_STREAM */
	size_t extra;		/* bytes of one more field's value */
};

/* What was seen. */
struct call {
	int32_t id;
	struct ask ask;
	size_t sent;
	char status[8], code[8], message[256], details[512], accepts[64];
	char type[64], allow[16];
	struct buf data;
	unsigned heads;		/* HEADERS frames */
	bool ended;		/* END_STREAM, on a HEADERS frame */
	bool reset, closed;
	uint32_t error;		/* of RST_STREAM */
	uint32_t close_error;
};

struct client {
	nghttp2_session *session;
	struct h2 *h2;
	size_t step;		/* bytes at a time to the server; 0: all */
	struct call call[CALLS];
	unsigned calls;
	unsigned goaways, pongs;
	int32_t last[4];	/* stream, of each GOAWAY */
	uint32_t goaway_error;
	bool lost;		/* the server closes */
};

static inline void
client_keep(char *to, size_t size, const uint8_t *p, size_t n)
{
	snprintf(to, size, "%.*s", (int)n, (const char *)p);
}

static inline int
client_header(nghttp2_session *s, const nghttp2_frame *f, const uint8_t *name,
    size_t name_n, const uint8_t *v, size_t n, uint8_t flags, void *user)
{
	struct call *c = nghttp2_session_get_stream_user_data(s,
	    f->hd.stream_id);
	struct str k = str_mk(name, name_n);

	(void)flags;
	(void)user;
	if (str_eq(k, S(":status")))
		client_keep(c->status, sizeof c->status, v, n);
	else if (str_eq(k, S("grpc-status")))
		client_keep(c->code, sizeof c->code, v, n);
	else if (str_eq(k, S("grpc-message")))
		client_keep(c->message, sizeof c->message, v, n);
	else if (str_eq(k, S("grpc-status-details-bin")))
		client_keep(c->details, sizeof c->details, v, n);
	else if (str_eq(k, S("grpc-accept-encoding")))
		client_keep(c->accepts, sizeof c->accepts, v, n);
	else if (str_eq(k, S("content-type")))
		client_keep(c->type, sizeof c->type, v, n);
	else if (str_eq(k, S("allow")))
		client_keep(c->allow, sizeof c->allow, v, n);
	return 0;
}

static inline int
client_frame(nghttp2_session *s, const nghttp2_frame *f, void *user)
{
	struct client *cl = user;
	struct call *c = nghttp2_session_get_stream_user_data(s,
	    f->hd.stream_id);

	if (f->hd.type == NGHTTP2_HEADERS) {
		c->heads++;
		c->ended = f->hd.flags & NGHTTP2_FLAG_END_STREAM;
	} else if (f->hd.type == NGHTTP2_RST_STREAM && c) {
		c->reset = true;
		c->error = f->rst_stream.error_code;
	} else if (f->hd.type == NGHTTP2_GOAWAY) {
		if (cl->goaways < 4)
			cl->last[cl->goaways] = f->goaway.last_stream_id;
		cl->goaways++;
		cl->goaway_error = f->goaway.error_code;
	} else if (f->hd.type == NGHTTP2_PING &&
	    f->hd.flags & NGHTTP2_FLAG_ACK &&
	    memcmp(f->ping.opaque_data, "12345678", 8) == 0)
		cl->pongs++;
	return 0;
}

static inline int
client_data(nghttp2_session *s, uint8_t flags, int32_t id, const uint8_t *p,
    size_t n, void *user)
{
	struct call *c = nghttp2_session_get_stream_user_data(s, id);

	(void)flags;
	(void)user;
	buf_add(&c->data, p, n);
	return 0;
}

static inline int
client_close(nghttp2_session *s, int32_t id, uint32_t error, void *user)
{
	struct call *c = nghttp2_session_get_stream_user_data(s, id);

	(void)user;
	if (c) {
		c->closed = true;
		c->close_error = error;
	}
	return 0;
}

static inline ssize_t
client_read(nghttp2_session *s, int32_t id, uint8_t *p, size_t n,
    uint32_t *flags, nghttp2_data_source *from, void *user)
{
	struct call *c = from->ptr;

	(void)s;
	(void)id;
	(void)user;
	if (c->ask.frame > 0 && n > c->ask.frame)
		n = c->ask.frame;
	if (n > c->ask.body.n - c->sent)
		n = c->ask.body.n - c->sent;
	if (n == 0 && c->ask.open)
		return NGHTTP2_ERR_DEFERRED;
	if (n > 0)
		memcpy(p, c->ask.body.p + c->sent, n);
	c->sent += n;
	if (c->sent == c->ask.body.n && !c->ask.open)
		*flags |= NGHTTP2_DATA_FLAG_EOF;
	return (ssize_t)n;
}

static inline ssize_t
client_pad(nghttp2_session *s, const nghttp2_frame *f, size_t max, void *user)
{
	struct call *c = nghttp2_session_get_stream_user_data(s,
	    f->hd.stream_id);
	size_t pad = f->hd.type == NGHTTP2_DATA ? c->ask.pad : 0;

	(void)user;
	return (ssize_t)(max - f->hd.length < pad ? max : f->hd.length + pad);
}

static inline void
client_open(struct client *cl, struct h2 *h2)
{
	nghttp2_session_callbacks *cb;

	*cl = (struct client){ .h2 = h2 };
	nghttp2_session_callbacks_new(&cb);
	nghttp2_session_callbacks_set_on_header_callback(cb, client_header);
	nghttp2_session_callbacks_set_on_frame_recv_callback(cb, client_frame);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(cb,
	    client_data);
	nghttp2_session_callbacks_set_on_stream_close_callback(cb,
	    client_close);
	nghttp2_session_callbacks_set_select_padding_callback(cb, client_pad);
	nghttp2_session_client_new(&cl->session, cb, cl);
	nghttp2_session_callbacks_del(cb);
	nghttp2_submit_settings(cl->session, NGHTTP2_FLAG_NONE, NULL, 0);
}

static inline void
client_free(struct client *cl)
{
	nghttp2_session_del(cl->session);
	for (unsigned i = 0; i < cl->calls; i++)
		buf_free(&cl->call[i].data);
}

static inline nghttp2_nv
client_field(const char *name, const char *value)
{
	return (nghttp2_nv){ (uint8_t *)(uintptr_t)name,
	    (uint8_t *)(uintptr_t)value, strlen(name), strlen(value),
	    NGHTTP2_NV_FLAG_NONE };
}

/* Submits a call; client_pump sends it. */
static inline struct call *
client_call(struct client *cl, struct ask ask)
{
	struct call *c = &cl->call[cl->calls++];
	nghttp2_data_provider from = { { .ptr = c }, client_read };
	char *extra = calloc(1, ask.extra + 1);
	nghttp2_nv nv[9];
	size_t n = 0;

	memset(extra, 'x', ask.extra);
	c->ask = ask;
	nv[n++] = client_field(":method", ask.method ? ask.method : "POST");
	nv[n++] = client_field(":scheme", "http");
	nv[n++] = client_field(":path", ask.path);
	nv[n++] = client_field(":authority", "localhost");
	nv[n++] = client_field("te", "trailers");
	nv[n++] = client_field("content-type", ask.type ? ask.type :
	    "application/grpc");
	if (ask.encoding)
		nv[n++] = client_field("grpc-encoding", ask.encoding);
	if (ask.timeout)
		nv[n++] = client_field("grpc-timeout", ask.timeout);
	if (ask.extra > 0)
		nv[n++] = client_field("x-extra", extra);
	c->id = nghttp2_submit_request(cl->session, NULL, nv, n, &from, c);
	free(extra);
	return c;
}

/* What the client has to say goes to the server: the bytes of it. */
static inline size_t
client_send(struct client *cl)
{
	const uint8_t *p;
	size_t all = 0;
	ssize_t n;

	while ((n = nghttp2_session_mem_send(cl->session, &p)) > 0) {
		struct str in = str_mk(p, (size_t)n);

		all += in.n;
		while (in.n > 0 && !cl->lost) {
			size_t k = cl->step > 0 && cl->step < in.n ?
			    cl->step : in.n;

			if (h2_give(cl->h2, str_mk(in.p, k)) == -1)
				cl->lost = true;
			in = str_skip(in, k);
		}
	}
	return all;
}

/* And back. */
static inline size_t
client_recv(struct client *cl)
{
	struct buf out = { 0 };
	size_t n;

	if (h2_send(cl->h2, &out, SIZE_MAX, NULL) == -1)
		cl->lost = true;
	n = out.n;
	if (n > 0 && nghttp2_session_mem_recv(cl->session,
	    (const uint8_t *)out.p, n) != (ssize_t)n)
		cl->lost = true;
	buf_free(&out);
	return n;
}

static inline void
client_pump(struct client *cl)
{
	size_t n;

	do {
		n = client_send(cl);
		n += client_recv(cl);
	} while (n > 0);
}

#endif
