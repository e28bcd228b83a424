#include "net/client.h"

#include <curl/curl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "net/answer.h"

#define UPLOAD_BUFFER	(128L << 10)
#define KEEP_IDLE	30L	/* seconds; otlp.md 3.7 */
#define KEEP_AGAIN	10L
#define FDS_MAX		4
#define RETRY_MAX_S	86400	/* nobody is waited for longer */

struct client {
	CURLM *multi;
	struct client_opts opts;
	struct post *flying;	/* in no order */
	struct post *ended, **last;
	unsigned flying_n;
};

void
post_header(struct post *p, const char *fmt, ...)
{
	struct curl_slist *all;
	struct buf b = { 0 };
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	va_start(ap, fmt);
	vsnprintf(buf_extend(&b, (size_t)n + 1), (size_t)n + 1, fmt, ap);
	va_end(ap);
	all = curl_slist_append(p->headers, b.p);
	if (!all)
		die("out of memory: headers");
	p->headers = all;
	buf_free(&b);
}

void
post_reset(struct post *p)
{
	curl_slist_free_all(p->headers);
	p->headers = NULL;
	p->dressed = false;
	buf_reset(&p->body);
	p->grpc = false;
	p->arg = NULL;
}

void
post_free(struct post *p)
{
	post_reset(p);
	buf_free(&p->body);
	buf_free(&p->type);
	buf_free(&p->answer);
	buf_free(&p->status_text);
	buf_free(&p->details);
	curl_easy_cleanup(p->easy);
	p->easy = NULL;
}

static size_t
on_header(char *data, size_t size, size_t n, void *arg)
{
	answer_header(arg, str_mk(data, size * n));
	return size * n;
}

static size_t
on_body(char *data, size_t size, size_t n, void *arg)
{
	struct post *p = arg;

	if (size * n > p->max - p->answer.n) {
		p->too_much = true;
		return 0;
	}
	buf_add(&p->answer, data, size * n);
	return size * n;
}

struct client *
client_open(const struct client_opts *o, struct err *e)
{
	struct client *c;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
		err_set(e, ERR_SYS, "libcurl does not start");
		return NULL;
	}
	c = xcalloc(1, sizeof *c);
	c->opts = *o;
	c->last = &c->ended;
	c->multi = curl_multi_init();
	if (!c->multi)
		die("out of memory: libcurl");
	curl_multi_setopt(c->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
	curl_multi_setopt(c->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
	    (long)o->connections);
	return c;
}

/* The headers that are the transport's. */
static void
dress(struct post *p, const struct client_opts *o)
{
	if (p->dressed)
		return;
	p->dressed = true;
	post_header(p, "Expect:");	/* curl would ask first */
	if (!p->grpc)
		return;
	post_header(p, "Content-Type: application/grpc");
	post_header(p, "TE: trailers");
	if (o->timeout >= NS_MS)
		post_header(p, "grpc-timeout: %llum",
		    (unsigned long long)(o->timeout / NS_MS));
}

/*
 * Before 8.0 libcurl cannot use a connection without TLS for a second gRPC call
 * ("Error in the HTTP2 framing layer", curl pull request 10643): each has its
 * own then.
 */
static bool
alone(const struct post *p)
{
	return p->grpc && strncmp(p->url, "https", 5) != 0 &&
	    curl_version_info(CURLVERSION_NOW)->version_num < 0x080000;
}

static void
set_up(struct post *p, const struct client_opts *o)
{
	CURL *h = p->easy;

	curl_easy_setopt(h, CURLOPT_URL, p->url);
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(h, CURLOPT_HTTP_VERSION, !p->grpc ?
	    CURL_HTTP_VERSION_1_1 : strncmp(p->url, "https", 5) == 0 ?
	    CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE);
	curl_easy_setopt(h, CURLOPT_PIPEWAIT, (long)(p->grpc && !alone(p)));
	curl_easy_setopt(h, CURLOPT_FRESH_CONNECT, (long)alone(p));
	curl_easy_setopt(h, CURLOPT_FORBID_REUSE, (long)alone(p));
	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	/* of a peer that is gone we hear, however long an answer may take */
	curl_easy_setopt(h, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(h, CURLOPT_TCP_KEEPIDLE, KEEP_IDLE);
	curl_easy_setopt(h, CURLOPT_TCP_KEEPINTVL, KEEP_AGAIN);
	curl_easy_setopt(h, CURLOPT_POST, 1L);
	curl_easy_setopt(h, CURLOPT_POSTFIELDS, p->body.p ? p->body.p : "");
	curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE,
	    (curl_off_t)p->body.n);
	curl_easy_setopt(h, CURLOPT_UPLOAD_BUFFERSIZE, UPLOAD_BUFFER);
	curl_easy_setopt(h, CURLOPT_HTTPHEADER, p->headers);
	curl_easy_setopt(h, CURLOPT_USERAGENT, o->agent);
	curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, (long)(o->timeout / NS_MS));
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(h, CURLOPT_WRITEDATA, p);
	curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(h, CURLOPT_HEADERDATA, p);
	curl_easy_setopt(h, CURLOPT_ERRORBUFFER, p->error);
	curl_easy_setopt(h, CURLOPT_PRIVATE, p);
	if (p->get) {
		curl_easy_setopt(h, CURLOPT_HTTPGET, 1L);
		curl_easy_setopt(h, CURLOPT_ACCEPT_ENCODING, "");
		curl_easy_setopt(h, CURLOPT_NETRC, (long)CURL_NETRC_OPTIONAL);
	}
	if (o->ca) {
		curl_easy_setopt(h, CURLOPT_CAINFO, o->ca);
		curl_easy_setopt(h, CURLOPT_CAPATH, NULL);
	}
	if (o->cert)
		curl_easy_setopt(h, CURLOPT_SSLCERT, o->cert);
	if (o->key)
		curl_easy_setopt(h, CURLOPT_SSLKEY, o->key);
}

void
client_start(struct client *c, struct post *p)
{
	if (!p->easy)
		p->easy = curl_easy_init();
	if (!p->easy)
		die("out of memory: libcurl");
	dress(p, p->via ? p->via : &c->opts);
	set_up(p, p->via ? p->via : &c->opts);
	buf_reset(&p->type);
	buf_reset(&p->answer);
	buf_reset(&p->status_text);
	buf_reset(&p->details);
	p->status = p->code = 0;
	p->has_code = p->too_much = false;
	p->max = (p->via ? p->via : &c->opts)->answer_max;
	if (p->max == 0)
		p->max = CLIENT_ANSWER_MAX;
	p->asked = p->wait = 0;
	p->error[0] = p->why[0] = '\0';
	p->next = c->flying;
	c->flying = p;
	c->flying_n++;
	if (curl_multi_add_handle(c->multi, p->easy) != CURLM_OK)
		die("libcurl takes no handle");
}

unsigned
client_flying(const struct client *c)
{
	return c->flying_n;
}

static void
end(struct client *c, struct post *p)
{
	struct post **at = &c->flying;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	p->next = NULL;
	*c->last = p;
	c->last = &p->next;
	c->flying_n--;
	curl_multi_remove_handle(c->multi, p->easy);
}

/* The code a stream was reset with, which curl has only in words. */
static long
reset_code(const struct post *p, CURLcode r)
{
	const char *at = r == CURLE_HTTP2_STREAM ?
	    strstr(p->error, "(err ") : NULL;

	return at ? strtol(at + 5, NULL, 10) : -1;
}

/*
 * libcurl before 8.0 takes an answer for whole when its connection, with others
 * on it, ends by GOAWAY before the trailers have come: the connection is gone
 * then.
 */
static bool
torn(const struct post *p)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	if (!p->grpc || p->has_code || alone(p))
		return false;
	curl_easy_getinfo(p->easy, CURLINFO_ACTIVESOCKET, &fd);
	return fd == CURL_SOCKET_BAD;
}

/* Why there is no whole answer, in curl's words; or NULL. */
static const char *
broken(const struct post *p, CURLcode r)
{
	if (r != CURLE_OK)
		return p->error[0] ? p->error : curl_easy_strerror(r);
	return torn(p) ? "the connection ended before the trailers" : NULL;
}

static void
collect(struct client *c)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(c->multi, &left))) {
		CURL *h = m->easy_handle;
		CURLcode r = m->data.result;
		curl_off_t after = 0;
		const char *why;
		struct post *p;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(h, CURLINFO_PRIVATE, &p);
		curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &p->status);
		curl_easy_getinfo(h, CURLINFO_RETRY_AFTER, &after);
		p->asked = after > 0 ? NS_S * (uint64_t)(after > RETRY_MAX_S ?
		    RETRY_MAX_S : after) : 0;
		why = broken(p, r);
		end(c, p);
		answer_judge(p, why, reset_code(p, r));
		if (r == CURLE_URL_MALFORMAT || r == CURLE_UNSUPPORTED_PROTOCOL)
			p->fate = FATE_REFUSED;
	}
}

static int
perform(struct client *c, struct err *e)
{
	CURLMcode r;
	int running;

	r = curl_multi_perform(c->multi, &running);
	if (r != CURLM_OK)
		return err_set(e, ERR_SYS, "libcurl: %s",
		    curl_multi_strerror(r));
	collect(c);
	return 0;
}

int
client_wait(struct client *c, const int fds[], unsigned n, int ms,
    struct err *e)
{
	struct curl_waitfd w[FDS_MAX];
	unsigned k = 0;

	if (perform(c, e) == -1)
		return -1;
	if (c->ended)
		return 0;
	for (unsigned i = 0; i < n && k < FDS_MAX; i++)
		if (fds[i] != -1)
			w[k++] = (struct curl_waitfd){ .fd = fds[i],
			    .events = CURL_WAIT_POLLIN };
	if (curl_multi_poll(c->multi, w, k, ms, NULL) != CURLM_OK)
		return err_set(e, ERR_SYS, "libcurl: poll");
	return perform(c, e);
}

struct post *
client_next(struct client *c)
{
	struct post *p = c->ended;

	if (!p)
		return NULL;
	c->ended = p->next;
	if (!c->ended)
		c->last = &c->ended;
	return p;
}

void
client_cancel(struct client *c)
{
	while (c->flying) {
		struct post *p = c->flying;

		end(c, p);
		p->fate = FATE_AGAIN;
		snprintf(p->why, sizeof p->why, "stopped while in flight");
	}
}

void
client_close(struct client *c)
{
	if (!c)
		return;
	client_cancel(c);
	curl_multi_cleanup(c->multi);
	free(c);
	curl_global_cleanup();
}
