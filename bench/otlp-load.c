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
#include "load/load.h"

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

char *
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

void
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

static void
conn_free(struct conn *c)
{
	close(c->fd);
	if (c->hd)	/* not of HTTP/1.1 */
		nghttp2_hd_inflate_del(c->hd);
	buf_free(&c->in);
	free(c);
}

/* Until all is answered, or a connection ended: -1. */
static int
go_round(struct load *l, struct conn **c)
{
	struct pollfd p[CONNS_MAX];

	for (unsigned i = 0; i < l->conns; i++)
		p[i] = (struct pollfd){ .fd = c[i]->fd };
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
run(struct load *l, const char *addr)
{
	struct conn *c[CONNS_MAX];
	int r;

	for (unsigned i = 0; i < l->conns; i++)
		c[i] = conn_new(addr, l);
	r = go_round(l, c);
	for (unsigned i = 0; i < l->conns; i++)
		conn_free(c[i]);
	return r;
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
	free(l.lat);
	free(l.p);
	return r == -1 || l.failed > 0;
}
