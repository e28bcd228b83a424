/*
 * client: posts, and gets, over HTTP and gRPC, many at a time, on libcurl.
 *
 * gRPC is HTTP/2, in the clear by prior knowledge, with TLS by ALPN; other
 * posts are HTTP/1.1.
 *
 * One thread: client_start sends a post on its way, client_wait moves all of
 * them, client_next gives back those that have ended, each with its fate:
 * what the answer, or the want of one, means for who sent it (otlp.md 3.4,
 * 3.5, 4.1). To try again is the caller's business (net/backoff): a post can
 * be started again. Redirects are not followed.
 */
#ifndef NET_CLIENT_H
#define NET_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define CLIENT_ANSWER_MAX	((size_t)4 << 20)	/* otlp.md 3.9 */

/* Of a post; all but the first may differ from post to post. */
struct client_opts {
	unsigned connections;	/* to one host, at once */
	uint64_t timeout;	/* ns, of a post; 0: none */
	size_t answer_max;	/* bytes; 0: CLIENT_ANSWER_MAX */
	const char *agent;	/* User-Agent */
	const char *ca, *cert, *key;	/* PEM files; NULL: the system's
					   roots, no certificate of ours */
};

enum fate {
	FATE_KEPT,		/* a success, with `answer` */
	FATE_AGAIN,		/* not now: it may be sent again */
	FATE_REFUSED,		/* never */
};
#define FATES	(FATE_REFUSED + 1)

/* Zero-initialise; post_reset to use it again; post_free. */
struct post {
	/* for the caller to set */
	const char *url;	/* lives as long as the post */
	bool grpc;		/* on HTTP/2; the body is framed (net/grpc) */
	bool get;		/* GET, without the body; the answer may come
				   compressed, the user from ~/.netrc */
	const struct client_opts *via;	/* NULL: the client's */
	struct buf body;
	struct curl_slist *headers;	/* by post_header */
	void *arg;
	/* when it has ended */
	enum fate fate;
	long status;		/* of HTTP, 0: there was no answer */
	int code;		/* of gRPC, as its status or derived; else 0 */
	uint64_t wait;		/* ns the far side asked to wait, 0: none */
	struct buf type;	/* Content-Type */
	struct buf answer;	/* the body; of gRPC, its message */
	char why[256];		/* when it was not kept; printable */
	/* the client's */
	void *easy;
	struct post *next;
	uint64_t asked;		/* ns, by Retry-After and RetryInfo */
	struct buf status_text, details;	/* gRPC's trailers */
	bool dressed, has_code, too_much;
	size_t max;		/* of the answer */
	char error[256];
};

/* Appends a header line, "Name: value", which holds no line's end. */
void post_header(struct post *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Body and headers empty again, the memory kept. */
void post_reset(struct post *);
void post_free(struct post *);

struct client;

struct client *client_open(const struct client_opts *, struct err *);
/* The post is the client's until client_next gives it back. */
void client_start(struct client *, struct post *);
unsigned client_flying(const struct client *);
/*
 * Moves the posts, until one has ended, `ms` have passed, or a descriptor of
 * fds (-1s are skipped) is readable.
 */
int client_wait(struct client *, const int fds[], unsigned n, int ms,
    struct err *);
struct post *client_next(struct client *);	/* or NULL */
/* Ends what is in flight: client_next gives each back, as FATE_AGAIN. */
void client_cancel(struct client *);
void client_close(struct client *);

#endif
