/*
 * An HTTP/2 connection of the gRPC server, otlp.md 3.3, 3.4 and 3.7: frames
 * in all cuts, limits, windows, early answers, its end.
 */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/time.h"
#include "h2rig.h"
#include "net/servers.h"

/* However the message is cut into frames, and frames into reads. */
static void
test_frames(struct rig *g)
{
	struct buf msg = spans(5, 0), whole = framed(false, buf_str(&msg));
	struct ask ask = { .path = TRACES, .body = buf_str(&whole) };
	static const size_t frames[] = { 0, 1, 2, 5, 6, 7, 100 };
	static const size_t steps[] = { 0, 1, 9, 13, 64 };
	static const size_t pads[] = { 0, 1, 50 };

	for (size_t f = 0; f < 7; f++)
		for (size_t s = 0; s < 5; s++) {
			struct client *c = &g->c;

			g->items = 0;
			ask.frame = frames[f];
			ask.pad = pads[(f + s) % 3];
			c->step = steps[s];
			for (unsigned i = 0; i < 3; i++)
				client_call(c, ask);
			run(g);
			for (unsigned i = 0; i < 3; i++) {
				c->calls--;
				CHECK(succeeded(&c->call[c->calls], S("")));
				buf_free(&c->call[c->calls].data);
				c->call[c->calls] = (struct call){ 0 };
			}
			CHECK(g->items == 15 && g->body == msg.n);
		}
	g->c.step = 0;
	buf_free(&whole);
	buf_free(&msg);
}

static void
test_headers_too_large(struct rig *g)
{
	struct call *c = call(g, (struct ask){ .extra = g->net.max.headers,
	    .body = S("\0\0\0\0\0") });

	CHECK(strcmp(c->status, "431") == 0 && c->closed);
	CHECK(g->taken == 0);
	CHECK(succeeded(call(g, (struct ask){ .body = S("\0\0\0\0\0"),
	    .extra = g->net.max.headers / 2 }), S("")));
}

static void
test_settings(struct rig *g)
{
	nghttp2_session *s = g->c.session;

	client_pump(&g->c);
	CHECK(nghttp2_session_get_remote_settings(s,
	    NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE) == 1 << 20);
	CHECK(nghttp2_session_get_remote_window_size(s) == 4 << 20);
	CHECK(nghttp2_session_get_remote_settings(s,
	    NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS) == g->net.max.streams);
	CHECK(nghttp2_session_get_remote_settings(s,
	    NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE) == g->net.max.headers);
	nghttp2_submit_ping(s, NGHTTP2_FLAG_NONE, (const uint8_t *)"12345678");
	client_pump(&g->c);
	CHECK(g->c.pongs == 1);
}

/* A client that has not seen our SETTINGS yet asks for too many. */
static void
test_streams(struct rig *g)
{
	unsigned n = g->net.max.streams;
	struct call *c[CALLS];

	g->net.max.requests = n;
	for (unsigned i = 0; i < n + 2; i++)
		c[i] = client_call(&g->c, (struct ask){ .path = TRACES,
		    .body = S("\0\0\0\0\0") });
	run(g);
	for (unsigned i = 0; i < n; i++)
		CHECK(succeeded(c[i], S("")));
	for (unsigned i = n; i < n + 2; i++)
		CHECK(c[i]->closed && c[i]->heads == 0 &&
		    c[i]->close_error == NGHTTP2_REFUSED_STREAM);
	CHECK(g->taken == n);
	CHECK(succeeded(call(g, (struct ask){ .body = S("\0\0\0\0\0") }),
	    S("")));
}

/* An answer before END_STREAM: the client need not send the rest. */
static void
test_early_answer(struct rig *g)
{
	struct call *c = call(g, (struct ask){ .path = "/nothing",
	    .body = S("\0\0\0\0\5a"), .open = true });

	CHECK(refused(c, "12"));
	CHECK(c->reset && c->error == NGHTTP2_NO_ERROR);
	/* and when it has ended, there is no reset */
	c = call(g, (struct ask){ .path = "/nothing" });
	CHECK(refused(c, "12") && !c->reset);
	CHECK(h2_idle(g->c.h2));
}

/* One whose bytes do not come is refused in the end, and not before. */
static void
test_slow(struct rig *g)
{
	uint64_t now = time_mono();
	struct call *c = client_call(&g->c, (struct ask){ .path = TRACES,
	    .body = S("\0\0\0\0\5a"), .open = true });

	client_pump(&g->c);
	h2_look(g->c.h2, now - 1);	/* the turn it began in */
	h2_look(g->c.h2, now + 29 * NS_S);
	client_pump(&g->c);
	CHECK(!c->closed);
	h2_look(g->c.h2, now + 32 * NS_S);
	client_pump(&g->c);
	CHECK(refused(c, "4") && g->taken == 0);
	/* with a deadline, by then */
	c = client_call(&g->c, (struct ask){ .path = TRACES,
	    .body = S("\0\0\0\0\5a"), .open = true, .timeout = "1S" });
	client_pump(&g->c);
	h2_look(g->c.h2, now);
	client_pump(&g->c);
	CHECK(!c->closed);
	h2_look(g->c.h2, now + 5 * NS_S);
	client_pump(&g->c);
	CHECK(refused(c, "4"));
}

/* A call that is cancelled while the handler has it. */
static void
test_cancel(struct rig *g)
{
	struct call *c = client_call(&g->c, (struct ask){ .path = TRACES,
	    .body = S("\0\0\0\0\0") });

	client_pump(&g->c);
	CHECK(g->taken == 1 && g->home.away == 1);
	nghttp2_submit_rst_stream(g->c.session, NGHTTP2_FLAG_NONE, c->id,
	    NGHTTP2_CANCEL);
	client_pump(&g->c);
	CHECK(h2_idle(g->c.h2) && g->home.away == 1);
	run(g);
	CHECK(g->home.away == 0 && c->heads == 0);
}

/* More than the windows hold: they are given back as bytes are taken. */
static void
test_windows(struct rig *g)
{
	struct buf body = { 0 };
	struct call *c[6];

	grpc_head((uint8_t *)buf_extend(&body, 5), false,
	    (uint32_t)((3 << 20) + 4));
	pb_bytes(&body, 1000, S(""));
	body.n--;
	buf_varint(&body, (3 << 20) - 2);
	memset(buf_extend(&body, (3 << 20) - 2), 0, (3 << 20) - 2);
	grpc_head((uint8_t *)body.p, false, (uint32_t)(body.n - 5));
	for (unsigned i = 0; i < 6; i++)
		c[i] = client_call(&g->c, (struct ask){ .path = TRACES,
		    .body = buf_str(&body) });
	run(g);
	for (unsigned i = 0; i < 6; i++)
		CHECK(succeeded(c[i], S("")));
	buf_free(&body);
}

/* Two-step GOAWAY: what was sent before it was seen is served. */
static void
test_drain(struct rig *g)
{
	const struct ask ask = { .path = TRACES, .body = S("\0\0\0\0\0") };
	struct call *c[3];

	c[0] = client_call(&g->c, ask);
	client_pump(&g->c);
	CHECK(!h2_drain_seen(g->c.h2));
	h2_drain(g->c.h2);
	c[1] = client_call(&g->c, ask);
	client_send(&g->c);
	CHECK(g->taken == 2);
	client_recv(&g->c);
	CHECK(g->c.goaways == 1 && g->c.last[0] == INT32_MAX &&
	    g->c.goaway_error == NGHTTP2_NO_ERROR);
	client_pump(&g->c);
	CHECK(h2_drain_seen(g->c.h2) && !h2_over(g->c.h2));
	h2_drain(g->c.h2);
	client_pump(&g->c);
	CHECK(g->c.goaways == 2 && g->c.last[1] == c[1]->id);
	CHECK(!h2_idle(g->c.h2) && !h2_over(g->c.h2));
	run(g);
	CHECK(succeeded(c[0], S("")) && succeeded(c[1], S("")));
	CHECK(h2_idle(g->c.h2) && h2_over(g->c.h2));
	h2_drain(g->c.h2);
	client_pump(&g->c);
	CHECK(g->c.goaways == 2);
}

/* A stream above the last one that is served is told so, not lost. */
static void
test_drain_late(struct rig *g)
{
	const struct ask ask = { .path = TRACES, .body = S("\0\0\0\0\0") };
	struct call *c[2];

	c[0] = client_call(&g->c, ask);
	client_pump(&g->c);
	h2_drain(g->c.h2);
	h2_drain(g->c.h2);
	c[1] = client_call(&g->c, ask);
	client_recv(&g->c);
	run(g);
	CHECK(g->taken == 1 && succeeded(c[0], S("")));
	CHECK(c[1]->closed || nghttp2_session_get_stream_user_data(
	    g->c.session, c[1]->id) == NULL);
	CHECK(g->c.last[g->c.goaways - 1] == c[0]->id);
}

/* One frame that no peer may send; then nothing more is read. */
static void
test_broken(struct rig *g)
{
	static const char frame[] = "\0\0\0\0\0\0\0\0\0";	/* DATA on 0 */

	client_pump(&g->c);
	CHECK(!h2_over(g->c.h2));
	h2_recv(g->c.h2, S(frame), NULL);
	client_recv(&g->c);
	CHECK(g->c.goaways == 1 &&
	    g->c.goaway_error == NGHTTP2_PROTOCOL_ERROR);
	CHECK(h2_over(g->c.h2));
}

static void
test_no_http2(struct rig *g)
{
	struct h2 *h = h2_new(&g->home, g);
	struct err e = { 0 };

	CHECK(h2_recv(h, S("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), &e)
	    == -1);
	CHECK(strstr(e.msg, "http/2: "));
	h2_free(h);
}

static void
test_deadline(struct rig *g)
{
	struct ask ask = { .path = TRACES, .body = S("\0\0\0\0\0"),
		.timeout = "5S" };
	uint64_t now = time_mono();

	client_call(&g->c, ask);
	client_pump(&g->c);
	CHECK(g->waiting && g->waiting->deadline >= now + 5 * NS_S &&
	    g->waiting->deadline <= time_mono() + 5 * NS_S);
	run(g);
	ask.timeout = "99999999H";
	client_call(&g->c, ask);
	client_pump(&g->c);
	CHECK(g->waiting && g->waiting->deadline == 0);
	run(g);
}

static int
dial(const char *name)
{
	const char *port = strrchr(name, ':') + 1;
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval wait = { .tv_sec = 20 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
	CHECK(connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
	return fd;
}

/* The server itself hangs up on who broke the protocol, or has gone away. */
static void
test_hangs_up(const struct net_limits *max)
{
#define HELLO	"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" "\0\0\0\4\0\0\0\0\0"
	static const struct str bad[] = {
		S("hello\r\n"),
		S("\x16\3\1"),			/* no TLS here */
		S(HELLO "\0\0\0\0\0\0\0\0\0"),
		S(HELLO "\0\0\x8\7\0\0\0\0\0\0\0\0\0\0\0\0\0"),	/* GOAWAY */
	};
	struct net_handler on = { .route = otlp_route, .take = take,
	    .status = otlp_put_status };
	struct servers s = { 0 };
	struct net net;
	struct err e = { 0 };

	net_init(&net, max, &on);
	CHECK(servers_add(&s, SERVER_GRPC, "127.0.0.1:0", &e) == 0);
	CHECK(servers_add(&s, SERVER_HTTP, "none", &e) == 0);
	CHECK(servers_open(&s, &net, &e) == 0);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		int fd = dial(s.at[0].name);
		char in[512];
		ssize_t r;

		CHECK(send(fd, bad[i].p, bad[i].n, MSG_NOSIGNAL) ==
		    (ssize_t)bad[i].n);
		while ((r = recv(fd, in, sizeof in, 0)) > 0)
			;
		CHECK(r == 0 || errno == ECONNRESET);
		close(fd);
	}
	CHECK(servers_close(&s, 5 * NS_S) == 0);
	net_free(&net);
}

int
main(void)
{
	static void (*const tests[])(struct rig *) = {
		test_frames, test_headers_too_large, test_settings,
		test_streams, test_early_answer, test_cancel, test_slow, test_drain,
		test_drain_late, test_broken, test_no_http2, test_deadline,
	};
	struct net_limits max = rig_limits();
	struct rig g;

	rig_each(tests, sizeof tests / sizeof tests[0]);
	test_hangs_up(&max);
	rig_open(&g, &net_limits_default);
	test_windows(&g);
	rig_close(&g);
	return unit_done();
}
