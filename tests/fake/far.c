/*
 * A pretended far side of OTLP that does what a script says, on loopback.
 *
 *	far [-g] WORD...
 *
 * The first line on stdout is the port; then a line per request that it took
 * whole: the word it was answered by, and the milliseconds since the last
 * answer. One connection at a time. The words, taken in turn, the last one
 * over and over:
 *
 *	ok		success
 *	partial		success but for 3 items, "too old"
 *	warn		success, with words only
 *	html		success, of another content type
 *	N[,SECONDS]	HTTP status N, Retry-After
 *	code:N[,MS]	(gRPC) trailers only, status N, RetryInfo
 *	mute		(gRPC) HTTP 200, no grpc-status
 *	rst:N		(gRPC) RST_STREAM with code N; (HTTP) a TCP reset
 *	goaway		(gRPC) GOAWAY: the stream was not looked at
 *	close		the connection ends without an answer
 *	cut		half of an answer, then the end
 *	hang		nothing, until the client goes
 *	slow		reads slowly, then ok
 *	big		an answer of 5 MiB
 */
#include <arpa/inet.h>
#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/time.h"
#include "net/grpc.h"
#include "otlp/json.h"

#define BIG	(5 << 20)

static char **words;
static uint64_t answered;	/* time_mono of the last answer */

/* The word for a request that is here. */
static const char *
next_word(void)
{
	const char *word = *words;
	uint64_t now = time_mono();

	printf("%s %llu\n", word, answered == 0 ? 0 :
	    (unsigned long long)((now - answered) / NS_MS));
	fflush(stdout);
	if (words[1])
		words++;
	return word;
}

static bool
is(const char *word, const char *what)
{
	return strcmp(word, what) == 0;
}

static void
put_answer(const char *word, struct buf *b)
{
	if (is(word, "partial") || is(word, "cut"))
		otlp_put_partial(b, 1, false, 3, S("too old"));
	else if (is(word, "warn"))
		otlp_put_partial(b, 1, false, 0, S("deprecated"));
	else if (is(word, "html"))
		buf_adds(b, S("<html>"));
}

/* As a reset, not as an end. */
static void
reset(int fd)
{
	struct linger l = { 1, 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof l);
}

static void
send_all(int fd, struct str s)
{
	while (s.n > 0) {
		ssize_t r = write(fd, s.p, s.n);

		if (r <= 0)
			return;
		s = str_skip(s, (size_t)r);
	}
}

/* ---- HTTP/1.1 ---- */

/* One request into b: its size, or 0. Slowly if that is the next word. */
static size_t
http_request(int fd, struct buf *b)
{
	size_t need = 0;
	char piece[4096];

	while (need == 0 || b->n < need) {
		ssize_t r = read(fd, piece, is(*words, "slow") ? 100 :
		    sizeof piece);
		const char *end, *length;

		if (r <= 0)
			return 0;
		buf_add(b, piece, (size_t)r);
		if (is(*words, "slow"))
			usleep(1000);
		buf_u8(b, 0);
		b->n--;
		end = strstr(b->p, "\r\n\r\n");
		length = strcasestr(b->p, "content-length:");
		if (need == 0 && end && length)
			need = (size_t)(end + 4 - b->p) +
			    strtoul(length + 15, NULL, 10);
	}
	return need;
}

static void
http_put(const char *word, struct buf *out)
{
	struct buf body = { 0 };
	unsigned status = 200, after = 0;

	put_answer(word, &body);
	if (sscanf(word, "%u,%u", &status, &after) >= 1)
		otlp_put_status(&body, false, 3, S("as the script says"), 0);
	else
		status = 200;
	if (is(word, "big"))
		memset(buf_extend(&body, BIG), 'x', BIG);
	buf_addf(out, "HTTP/1.1 %u x\r\nContent-Type: %s\r\n", status,
	    is(word, "html") ? "text/html" : "application/x-protobuf");
	if (after > 0)
		buf_addf(out, "Retry-After: %u\r\n", after);
	buf_addf(out, "Content-Length: %zu\r\n\r\n", body.n);
	buf_adds(out, buf_str(&body));
	if (is(word, "cut"))
		out->n -= 3;
	buf_free(&body);
}

static void
http(int fd)
{
	struct buf in = { 0 }, out = { 0 };
	char c;

	while (http_request(fd, &in) > 0) {
		const char *word = next_word();

		buf_reset(&in);
		buf_reset(&out);
		if (is(word, "close"))
			break;
		if (strncmp(word, "rst", 3) == 0) {
			reset(fd);
			break;
		}
		if (is(word, "hang"))
			while (read(fd, &c, 1) > 0)
				;
		http_put(word, &out);
		send_all(fd, buf_str(&out));
		answered = time_mono();
		if (is(word, "cut"))
			break;
	}
	buf_free(&in);
	buf_free(&out);
}

/* ---- gRPC ---- */

struct call {
	nghttp2_session *session;
	struct buf data;		/* the answer's */
	size_t sent;
	char code[8], details[256];	/* trailers */
	bool over;			/* end the connection */
	bool cut;			/* before the answer is whole */
};

static nghttp2_nv
field(const char *name, const char *value)
{
	return (nghttp2_nv){ (uint8_t *)(uintptr_t)name,
	    (uint8_t *)(uintptr_t)value, strlen(name), strlen(value),
	    NGHTTP2_NV_FLAG_NONE };
}

static ssize_t
read_answer(nghttp2_session *s, int32_t id, uint8_t *p, size_t n,
    uint32_t *flags, nghttp2_data_source *from, void *user)
{
	struct call *c = user;
	nghttp2_nv trailers[2] = { field("grpc-status", c->code),
		field("grpc-status-details-bin", c->details) };

	(void)from;
	if (c->cut && c->sent == c->data.n)
		return NGHTTP2_ERR_DEFERRED;
	if (n > c->data.n - c->sent)
		n = c->data.n - c->sent;
	memcpy(p, c->data.p + c->sent, n);
	c->sent += n;
	if (c->sent == c->data.n && !c->cut) {
		*flags |= NGHTTP2_DATA_FLAG_EOF;
		if (c->code[0]) {
			*flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
			nghttp2_submit_trailer(s, id, trailers, 1);
		}
	}
	return (ssize_t)n;
}

static void
answer_message(struct call *c, int32_t id, const char *word)
{
	nghttp2_nv head[2] = { field(":status", "200"), field("content-type",
	    is(word, "html") ? "text/html" : "application/grpc") };
	nghttp2_data_provider from = { { .ptr = NULL }, read_answer };
	struct buf message = { 0 };

	put_answer(word, &message);
	if (is(word, "big"))
		memset(buf_extend(&message, BIG), 'x', BIG);
	buf_reset(&c->data);
	c->sent = 0;
	grpc_head((uint8_t *)buf_extend(&c->data, 5), false,
	    (uint32_t)message.n);
	buf_adds(&c->data, buf_str(&message));
	snprintf(c->code, sizeof c->code, "%s", is(word, "mute") ? "" : "0");
	nghttp2_submit_response(c->session, id, head, 2, &from);
	buf_free(&message);
}

static void
answer_code(struct call *c, int32_t id, unsigned code, unsigned ms)
{
	struct buf info = { 0 }, any = { 0 }, status = { 0 }, text = { 0 };
	nghttp2_nv nv[4] = { field(":status", "200"),
		field("content-type", "application/grpc") };

	/* Status { details { RetryInfo { nanos } } } */
	buf_u8(&info, 2 << 3);
	buf_varint(&info, ms * UINT64_C(1000000));
	buf_adds(&any, S("\x0a\x28type.googleapis.com/google.rpc.RetryInfo"
	    "\x12"));
	buf_varint(&any, info.n + 2);
	buf_u8(&any, 0x0a);
	buf_varint(&any, info.n);
	buf_adds(&any, buf_str(&info));
	buf_u8(&status, 0x1a);
	buf_varint(&status, any.n);
	buf_adds(&status, buf_str(&any));
	grpc_base64(&text, buf_str(&status));
	snprintf(c->code, sizeof c->code, "%u", code);
	snprintf(c->details, sizeof c->details, "%.*s", (int)text.n, text.p);
	nv[2] = field("grpc-status", c->code);
	nv[3] = field("grpc-status-details-bin", c->details);
	nghttp2_submit_response(c->session, id, nv, ms > 0 ? 4 : 3, NULL);
	buf_free(&info);
	buf_free(&any);
	buf_free(&status);
	buf_free(&text);
}

static void
answer_status(struct call *c, int32_t id, const char *word)
{
	char status[8], after[8] = "";
	unsigned n = 0, s = 0;
	nghttp2_nv nv[2];

	sscanf(word, "%u,%u", &n, &s);
	snprintf(status, sizeof status, "%u", n % 1000);
	snprintf(after, sizeof after, "%u", s % 1000);
	nv[0] = field(":status", status);
	nv[1] = field("retry-after", after);
	nghttp2_submit_response(c->session, id, nv, s > 0 ? 2 : 1, NULL);
}

/* A request is whole: what is done with it. */
static int
grpc_frame(nghttp2_session *s, const nghttp2_frame *f, void *user)
{
	int32_t id = f->hd.stream_id;
	struct call *c = user;
	unsigned n = 0, ms = 0;
	const char *word;

	if (f->hd.type != NGHTTP2_DATA ||
	    !(f->hd.flags & NGHTTP2_FLAG_END_STREAM))
		return 0;
	word = next_word();
	if (sscanf(word, "code:%u,%u", &n, &ms) >= 1)
		answer_code(c, id, n, ms);
	else if (sscanf(word, "rst:%u", &n) == 1)
		nghttp2_submit_rst_stream(s, 0, id, n);
	else if (word[0] >= '0' && word[0] <= '9')
		answer_status(c, id, word);
	else if (is(word, "goaway")) {
		nghttp2_submit_goaway(s, 0, 0, NGHTTP2_NO_ERROR, NULL, 0);
		c->over = true;
	} else if (is(word, "close"))
		c->over = true;
	else if (is(word, "cut")) {
		answer_message(c, id, word);
		c->cut = c->over = true;
	}
	else if (!is(word, "hang"))
		answer_message(c, id, word);
	answered = time_mono();
	return 0;
}

static void
grpc(int fd)
{
	nghttp2_session_callbacks *cb;
	struct call c = { 0 };
	uint8_t in[16384];
	const uint8_t *out;
	ssize_t n;

	nghttp2_session_callbacks_new(&cb);
	nghttp2_session_callbacks_set_on_frame_recv_callback(cb, grpc_frame);
	nghttp2_session_server_new(&c.session, cb, &c);
	nghttp2_session_callbacks_del(cb);
	nghttp2_submit_settings(c.session, 0, NULL, 0);
	do {
		while ((n = nghttp2_session_mem_send(c.session, &out)) > 0)
			send_all(fd, str_mk(out, (size_t)n));
		if (c.over)
			break;
		n = read(fd, in, is(*words, "slow") ? 100 : sizeof in);
		if (n > 0 && is(*words, "slow"))
			usleep(1000);
	} while (n > 0 && nghttp2_session_mem_recv(c.session, in,
	    (size_t)n) == n);
	nghttp2_session_del(c.session);
	buf_free(&c.data);
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof a;
	int listener = socket(AF_INET, SOCK_STREAM, 0), fd;
	bool rpc = argc > 1 && strcmp(argv[1], "-g") == 0;

	words = argv + 1 + rpc;
	if (!*words)
		die("far [-g] WORD...");
	if (bind(listener, (struct sockaddr *)&a, size) == -1 ||
	    listen(listener, 8) == -1 ||
	    getsockname(listener, (struct sockaddr *)&a, &size) == -1)
		die("far: no port");
	printf("%u\n", ntohs(a.sin_port));
	fflush(stdout);
	while ((fd = accept(listener, NULL, NULL)) != -1) {
		if (rpc)
			grpc(fd);
		else
			http(fd);
		close(fd);
	}
	return 1;
}
