/*
 * otlp-load: replay the payloads of record files to an OTLP server.
 *
 *   otlp-load [-H] [-c CONNECTIONS] [-m IN-FLIGHT] [-n REQUESTS] [-f FRAME]
 *             [-a ACKS] [-s SKIP] HOST:PORT FILE.rec
 *
 * gRPC over cleartext HTTP/2, or with -H HTTP/1.1 (one request in flight a
 * connection). Sends REQUESTS (default: each record once), going round the
 * file; SKIP leaves out that many at its start. ACKS gets a line with the
 * record's number for each request that was answered with success, unbuffered.
 * Prints one line of totals; exit 1 if a request failed or was cut off.
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/err.h"
#include "base/num.h"
#include "base/time.h"
#include "record/record.h"

#define CONNS_MAX	256
#define FLIGHT_MAX	128
#define IOV		64
#define WINDOW_LEAST	64	/* a frame is not worth it below */

struct payload {
	enum signal signal;
	struct str bytes;
};

struct slot {			/* a request in flight */
	int32_t id;		/* the stream; 0: free */
	uint32_t payload;
	size_t sent;		/* of the payload */
	int64_t window;
	bool begun;		/* its header is on its way */
	uint64_t start;
};

struct conn {
	int fd;
	struct slot slot[FLIGHT_MAX];
	unsigned turn;		/* the slot that sends next */
	int32_t next_id;
	int64_t window;
	uint32_t initial, frame_max;
	nghttp2_hd_inflater *hd;
	char status[8];		/* of the header being read */
	bool is200;
	struct buf in;
	char small[IOV * 512];	/* what is to be written but payload bytes */
	size_t small_n;
	struct iovec v[IOV];
	size_t v_n, v_at;
};

struct load {
	bool http;
	unsigned conns, flight;
	uint32_t frame;
	uint64_t requests, next, answered, ok, failed, bytes;
	uint32_t *lat;		/* us, by request */
	struct payload *p;
	uint32_t n, skip;
	int acks;
};

static const char *const paths[] = { "", "trace.v1.TraceService",
	"metrics.v1.MetricsService", "logs.v1.LogsService",
	"profiles.v1development.ProfilesService" };
static const char *const urls[] = { "", "traces", "metrics", "logs",
	"profiles" };

static void
read_file(struct load *l, const char *path)
{
	int fd = open(path, O_RDONLY);
	off_t size = fd == -1 ? -1 : lseek(fd, 0, SEEK_END);
	struct err e = { 0 };
	struct str left, msg;
	struct rec rec;
	size_t frame, cap = 0;
	char *p;

	if (size <= 0)
		die("%s: cannot be read", path);
	p = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE | MAP_POPULATE,
	    fd, 0);
	if (p == MAP_FAILED)
		die("%s: mmap", path);
	left = str_mk(p, (size_t)size);
	while (left.n > 0) {
		if (rec_frame(left, &msg, &frame, &e) != 1 ||
		    rec_peek(&rec, msg, &e) == -1)
			die("%s: %s", path, e.msg);
		left = str_skip(left, frame);
		if (rec.signal == SIGNAL_NONE)
			continue;
		if (l->n == cap) {
			cap = cap > 0 ? cap * 2 : 1024;
			l->p = xrealloc(l->p, cap, sizeof *l->p);
		}
		l->p[l->n++] = (struct payload){ rec.signal, rec.payload };
	}
	if (l->n <= l->skip)
		die("%s: no records", path);
}

static int
dial(const char *addr)
{
	const char *colon = strrchr(addr, ':');
	struct addrinfo hint = { .ai_socktype = SOCK_STREAM }, *ai;
	char host[256];
	int fd, on = 1;

	if (!colon || colon - addr > 255)
		die("%s: not HOST:PORT", addr);
	snprintf(host, sizeof host, "%.*s", (int)(colon - addr), addr);
	if (getaddrinfo(host, colon + 1, &hint, &ai) != 0)
		die("%s: unknown", addr);
	fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1 || connect(fd, ai->ai_addr, ai->ai_addrlen) == -1)
		die("%s: %s", addr, strerror(errno));
	freeaddrinfo(ai);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

/* Room for n small bytes, which the next piece of v is. */
static char *
small(struct conn *c, size_t n)
{
	char *p = c->small + c->small_n;

	if (n > sizeof c->small - c->small_n || c->v_n == IOV)
		die("otlp-load: no room for a header");
	c->small_n += n;
	c->v[c->v_n++] = (struct iovec){ p, n };
	return p;
}

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

/* One DATA frame of the slot, if the windows allow. */
static bool
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

static void
put_http(struct conn *c, const struct load *l, struct slot *s)
{
	const struct payload *p = &l->p[s->payload];
	char head[300];
	int n = snprintf(head, sizeof head, "POST /v1/%s HTTP/1.1\r\n"
	    "Host: localhost\r\nContent-Type: application/x-protobuf\r\n"
	    "Content-Length: %zu\r\n\r\n", urls[p->signal], p->bytes.n);

	memcpy(small(c, (size_t)n), head, (size_t)n);
	c->v[c->v_n++] = (struct iovec){ (char *)(uintptr_t)p->bytes.p,
	    p->bytes.n };
	s->begun = true;
	s->sent = p->bytes.n;
}

/*
 * Takes a new request into a free slot. Not before its header can go out:
 * a stream that is opened after one of a higher id is none to the peer.
 */
static bool
begin(struct conn *c, struct load *l, struct slot *s)
{
	if (l->next == l->requests || (!l->http &&
	    (c->window < WINDOW_LEAST || c->initial < WINDOW_LEAST)))
		return false;
	*s = (struct slot){ .id = c->next_id, .window = c->initial,
	    .start = time_mono(),
	    .payload = l->skip + (uint32_t)(l->next % (l->n - l->skip)) };
	c->next_id += 2;
	l->next++;
	return true;
}

/* Fills the list of what is to be written, round robin. */
static void
fill(struct conn *c, struct load *l)
{
	bool more = true;

	while (more && c->v_n + 4 < IOV) {
		more = false;
		for (unsigned i = 0; i < l->flight && c->v_n + 4 < IOV; i++) {
			struct slot *s = &c->slot[c->turn++ % l->flight];

			if (s->id == 0 && !begin(c, l, s))
				continue;
			if (s->begun && s->sent == l->p[s->payload].bytes.n)
				continue;
			if (l->http) {
				put_http(c, l, s);
				more = true;
			} else if (put_data(c, l, s))
				more = true;
		}
	}
}

/* false: the connection has ended. */
static bool
push(struct conn *c, struct load *l)
{
	for (;;) {
		ssize_t r;

		if (c->v_at == c->v_n) {
			c->v_at = c->v_n = c->small_n = 0;
			fill(c, l);
		}
		if (c->v_n == 0)
			return true;
		r = writev(c->fd, c->v + c->v_at, (int)(c->v_n - c->v_at));
		if (r == -1)
			return errno == EAGAIN || errno == EINTR;
		for (; c->v_at < c->v_n && (size_t)r >=
		    c->v[c->v_at].iov_len; c->v_at++)
			r -= (ssize_t)c->v[c->v_at].iov_len;
		if (r > 0) {
			c->v[c->v_at].iov_base =
			    (char *)c->v[c->v_at].iov_base + r;
			c->v[c->v_at].iov_len -= (size_t)r;
		}
	}
}

static void
answered(struct load *l, struct slot *s, bool ok)
{
	char line[24];

	l->lat[l->answered++] = (uint32_t)((time_mono() - s->start) / NS_US);
	l->ok += ok;
	l->failed += !ok;
	l->bytes += ok ? l->p[s->payload].bytes.n : 0;
	if (ok && l->acks != -1) {
		int n = snprintf(line, sizeof line, "%u\n", s->payload);

		if (write(l->acks, line, (size_t)n) != n)
			die("acks: write");
	}
	s->id = 0;
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

static size_t
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

static size_t
take_http(struct conn *c, struct load *l)
{
	struct str in = buf_str(&c->in);
	size_t end = str_find(in, S("\r\n\r\n")), at;
	struct str head = str_mk(in.p, end > in.n ? 0 : end);
	struct slot *s = &c->slot[0];
	uint64_t n = 0;

	if (end > in.n || s->id == 0)
		return 0;
	at = str_find(head, S("Content-Length: "));
	if (at <= head.n) {
		struct str v = str_skip(head, at + 16), line;

		str_cut(&v, '\r', &line);
		num_u64(line, &n);
	}
	if (n > in.n - end - 4)
		return 0;
	answered(l, s, str_starts(head, S("HTTP/1.1 200")));
	return end + 4 + n;
}

static bool
pull(struct conn *c, struct load *l)
{
	size_t used;
	ssize_t r;

	buf_reserve(&c->in, 65536);
	r = read(c->fd, c->in.p + c->in.n, c->in.cap - c->in.n);
	if (r == -1)
		return errno == EAGAIN || errno == EINTR;
	if (r == 0)
		return false;
	c->in.n += (size_t)r;
	used = l->http ? take_http(c, l) : take_h2(c, l);
	memmove(c->in.p, c->in.p + used, c->in.n - used);
	c->in.n -= used;
	return true;
}

static struct conn *
conn_new(const char *addr, const struct load *l)
{
	struct conn *c = xcalloc(1, sizeof *c);
	static const char hello[] = NGHTTP2_CLIENT_MAGIC
	    "\0\0\0\4\0\0\0\0\0";

	c->fd = dial(addr);
	c->next_id = 1;
	c->window = c->initial = 65535;
	c->frame_max = 16384;
	if (l->http)
		return c;
	nghttp2_hd_inflate_new(&c->hd);
	memcpy(small(c, sizeof hello - 1), hello, sizeof hello - 1);
	return c;
}

static int
run(struct load *l, const char *addr)
{
	struct conn *c[CONNS_MAX];
	struct pollfd p[CONNS_MAX];

	for (unsigned i = 0; i < l->conns; i++) {
		c[i] = conn_new(addr, l);
		p[i] = (struct pollfd){ .fd = c[i]->fd };
	}
	while (l->answered < l->requests) {
		for (unsigned i = 0; i < l->conns; i++) {
			if (!push(c[i], l))
				return -1;
			p[i].events = (short)(POLLIN |
			    (c[i]->v_at < c[i]->v_n ? POLLOUT : 0));
		}
		poll(p, l->conns, -1);
		for (unsigned i = 0; i < l->conns; i++)
			if (p[i].revents & ~POLLOUT && !pull(c[i], l))
				return -1;
	}
	return 0;
}

static int
by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void
report(struct load *l, uint64_t ns)
{
	double s = (double)ns / 1e9;

	qsort(l->lat, l->answered, sizeof *l->lat, by_value);
	printf("%llu ok %llu failed %llu bytes %.3f s %.1f MB/s %.0f req/s "
	    "p50 %u us p99 %u us\n", (unsigned long long)l->ok,
	    (unsigned long long)l->failed, (unsigned long long)l->bytes, s,
	    (double)l->bytes / s / 1e6, (double)l->ok / s,
	    l->answered ? l->lat[l->answered / 2] : 0,
	    l->answered ? l->lat[l->answered * 99 / 100] : 0);
}

static unsigned
number(const char *s, uint64_t max)
{
	uint64_t v;

	if (!num_u64(str_of(s), &v) || v > max)
		die("%s: not a number up to %llu", s,
		    (unsigned long long)max);
	return (unsigned)v;
}

int
main(int argc, char *argv[])
{
	struct load l = { .conns = 8, .flight = 8, .frame = 16384,
	    .acks = -1 };
	uint64_t start;
	int c, r;

	while ((c = getopt(argc, argv, "Hc:m:n:f:a:s:")) != -1)
		switch (c) {
		case 'H': l.http = true; break;
		case 'c': l.conns = number(optarg, CONNS_MAX); break;
		case 'm': l.flight = number(optarg, FLIGHT_MAX); break;
		case 'n': l.requests = number(optarg, UINT32_MAX); break;
		case 'f': l.frame = number(optarg, 1 << 24); break;
		case 's': l.skip = number(optarg, UINT32_MAX); break;
		case 'a':
			l.acks = open(optarg, O_WRONLY | O_CREAT | O_TRUNC |
			    O_CLOEXEC, 0666);
			if (l.acks == -1)
				die("%s: %s", optarg, strerror(errno));
			break;
		default: return 2;
		}
	if (argc - optind != 2)
		die("otlp-load: HOST:PORT FILE.rec");
	signal(SIGPIPE, SIG_IGN);
	read_file(&l, argv[optind + 1]);
	if (l.requests == 0)
		l.requests = l.n - l.skip;
	if (l.http)
		l.flight = 1;
	l.lat = xcalloc(l.requests, sizeof *l.lat);
	start = time_mono();
	r = run(&l, argv[optind]);
	report(&l, time_mono() - start);
	return r == -1 || l.failed > 0;
}
