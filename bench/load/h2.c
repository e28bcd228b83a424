/* h2: as much of HTTP/2 as a client of gRPC needs that only sends. */
#include "load/load.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/err.h"

static const char *const paths[] = { "", "trace.v1.TraceService",
	"metrics.v1.MetricsService", "logs.v1.LogsService",
	"profiles.v1development.ProfilesService" };

static void
frame_head(char *p, size_t n, int type, int flags, int32_t id)
{
	p[0] = (char)(n >> 16);
	p[1] = (char)(n >> 8);
	p[2] = (char)n;
	p[3] = (char)type;
	p[4] = (char)flags;
	p[5] = (char)(id >> 24 & 0x7f);
	p[6] = (char)(id >> 16);
	p[7] = (char)(id >> 8);
	p[8] = (char)id;
}

static size_t
put_field(char *p, const char *name, const char *value)
{
	size_t n = strlen(name), k = strlen(value);

	p[0] = 0;	/* literal, never indexed, no Huffman */
	p[1] = (char)n;
	memcpy(p + 2, name, n);
	p[2 + n] = (char)k;
	memcpy(p + 3 + n, value, k);
	return n + k + 3;
}

static void
put_headers(struct conn *c, const struct load *l, const struct slot *s)
{
	char block[400], path[160];
	size_t n = 0;

	snprintf(path, sizeof path, "/opentelemetry.proto.collector.%s/Export",
	    paths[l->p[s->payload].signal]);
	n += put_field(block + n, ":method", "POST");
	n += put_field(block + n, ":scheme", "http");
	n += put_field(block + n, ":path", path);
	n += put_field(block + n, ":authority", "localhost");
	n += put_field(block + n, "te", "trailers");
	n += put_field(block + n, "content-type", "application/grpc");
	char *p = small(c, 9 + n);

	frame_head(p, n, NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS, s->id);
	memcpy(p + 9, block, n);
}

bool
put_data(struct conn *c, const struct load *l, struct slot *s)
{
	struct str all = l->p[s->payload].bytes;
	size_t head = s->sent == 0 && !s->begun ? 5 : 0;
	size_t n = all.n - s->sent;
	int64_t window = s->window < c->window ? s->window : c->window;
	uint32_t max = l->frame < c->frame_max ? l->frame : c->frame_max;

	if (window < WINDOW_LEAST)
		return false;
	if (!s->begun)
		put_headers(c, l, s);
	s->begun = true;
	if (n + head > (size_t)window)
		n = (size_t)window - head;
	if (n + head > max)
		n = max - head;
	char *p = small(c, 9 + head);

	frame_head(p, n + head, NGHTTP2_DATA, s->sent + n == all.n ?
	    NGHTTP2_FLAG_END_STREAM : 0, s->id);
	if (head > 0) {
		p[9] = 0;
		for (int i = 0; i < 4; i++)
			p[10 + i] = (char)(all.n >> (24 - 8 * i));
	}
	if (n > 0)
		c->v[c->v_n++] = (struct iovec){
		    (char *)(uintptr_t)all.p + s->sent, n };
	s->sent += n;
	s->window -= (int64_t)(n + head);
	c->window -= (int64_t)(n + head);
	return true;
}

static struct slot *
slot_of(struct conn *c, const struct load *l, int32_t id)
{
	for (unsigned i = 0; id > 0 && i < l->flight; i++)
		if (c->slot[i].id == id)
			return &c->slot[i];
	return NULL;
}

static void
header_block(struct conn *c, const uint8_t *p, size_t n)
{
	nghttp2_nv nv;
	int flags;

	for (;;) {
		ssize_t r = nghttp2_hd_inflate_hd2(c->hd, &nv, &flags, p, n,
		    1);

		if (r < 0)
			die("header block: %s", nghttp2_strerror((int)r));
		p += r;
		n -= (size_t)r;
		if (flags & NGHTTP2_HD_INFLATE_EMIT &&
		    str_eq(str_mk(nv.name, nv.namelen), S("grpc-status")))
			snprintf(c->status, sizeof c->status, "%.*s",
			    (int)nv.valuelen, nv.value);
		if (flags & NGHTTP2_HD_INFLATE_FINAL)
			break;
	}
	nghttp2_hd_inflate_end_headers(c->hd);
}

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static void
settings(struct conn *c, const struct load *l, const uint8_t *p, size_t n)
{
	for (; n >= 6; p += 6, n -= 6) {
		uint32_t v = be32(p + 2);

		if (p[1] == NGHTTP2_SETTINGS_MAX_FRAME_SIZE)
			c->frame_max = v;
		if (p[1] != NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE)
			continue;
		for (unsigned i = 0; i < l->flight; i++)
			c->slot[i].window += (int64_t)v - c->initial;
		c->initial = v;
	}
}

/* A control frame of ours; the write that is under way must be whole. */
static void
control(struct conn *c, int type, int flags, const uint8_t *p, size_t n)
{
	char frame[9 + 64];
	struct pollfd pf = { c->fd, POLLOUT, 0 };

	frame_head(frame, n, type, flags, 0);
	memcpy(frame + 9, p, n);
	while (c->v_at < c->v_n) {
		ssize_t r = writev(c->fd, c->v + c->v_at, 1);

		if (r == -1 && errno != EAGAIN)
			return;
		if (r == -1) {
			poll(&pf, 1, -1);
			continue;
		}
		c->v[c->v_at].iov_base = (char *)c->v[c->v_at].iov_base + r;
		c->v[c->v_at].iov_len -= (size_t)r;
		if (c->v[c->v_at].iov_len == 0)
			c->v_at++;
	}
	(void)!write(c->fd, frame, 9 + n);
}

static void
frame_in(struct conn *c, struct load *l, const uint8_t *h, size_t n)
{
	int32_t id = (int32_t)(be32(h + 5) & 0x7fffffff);
	struct slot *s = slot_of(c, l, id);
	const uint8_t *p = h + 9;

	switch (h[3]) {
	case NGHTTP2_SETTINGS:
		if (h[4] & NGHTTP2_FLAG_ACK)
			break;
		settings(c, l, p, n);
		control(c, NGHTTP2_SETTINGS, NGHTTP2_FLAG_ACK, p, 0);
		break;
	case NGHTTP2_PING:
		if (!(h[4] & NGHTTP2_FLAG_ACK) && n == 8)
			control(c, NGHTTP2_PING, NGHTTP2_FLAG_ACK, p, 8);
		break;
	case NGHTTP2_WINDOW_UPDATE:
		if (id == 0)
			c->window += be32(p);
		else if (s)
			s->window += be32(p);
		break;
	case NGHTTP2_HEADERS:
		header_block(c, p, n);
		break;
	case NGHTTP2_RST_STREAM:
		if (s)
			answered(l, s, false);
		break;
	}
	if ((h[3] == NGHTTP2_HEADERS || h[3] == NGHTTP2_DATA) &&
	    h[4] & NGHTTP2_FLAG_END_STREAM && s)
		answered(l, s, strcmp(c->status, "0") == 0);
}

size_t
take_h2(struct conn *c, struct load *l)
{
	const uint8_t *p = (const uint8_t *)c->in.p;
	size_t at = 0;

	while (c->in.n - at >= 9) {
		size_t n = be32(p + at) >> 8;

		if (c->in.n - at - 9 < n)
			break;
		frame_in(c, l, p + at, n);
		at += 9 + n;
	}
	return at;
}
