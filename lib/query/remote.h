/*
 * remote: asks a server over HTTP, by means of query-remote(1), so that
 * neither credentials nor TLS are in this process.
 */
#ifndef QUERY_REMOTE_H
#define QUERY_REMOTE_H

#include "query/message.h"

#define REMOTE_ARGS_MAX	64u

#define REMOTE_COUNTERS	16u

/* What questions took, added up. */
struct remote_count {
	uint64_t requests, bytes;	/* bytes: of their answers, unpacked */
	struct remote_counter {		/* of the server's own counting */
		char name[40];
		uint64_t n;
	} of[REMOTE_COUNTERS];
	unsigned counters;
};

/* Slices hold during the call. 0, 1 to stop, -1. */
typedef int remote_fn(void *arg, const struct remote_answer *, struct err *);

/*
 * Where, and the helper's options: those of REMOTE_OPTS. Zero-initialise;
 * remote_close.
 */
struct remote {
	const char *url;	/* NULL: nowhere, a store of our own is asked */
	const char *kind;	/* of server: "loki", "tempo" */
	struct str tenant;	/* of the command line */
	const char *arg[REMOTE_ARGS_MAX];
	unsigned args;
	struct remote_count count;	/* for the caller to zero */
	remote_fn *watch;	/* NULL, or told of each ANSWER_REQUEST */
	void *watch_arg;
	struct talk *talk;	/* with the helper, while one runs */
};

/* For a tool's option table, and what takes them (others are ignored). */
enum remote_code { REMOTE_CA = 440, REMOTE_CERT, REMOTE_KEY, REMOTE_TIMEOUT };
#define REMOTE_OPTS(SERVER)						\
	{ 'u', "url", "URL", "ask the " SERVER " there, over HTTP, "	\
	  "instead of a store", NULL },					\
	{ 'H', "header", "LINE", "with -u: send this header, \"Name: "	\
	  "value\", too, or those in a file, @FILE; may be given again", \
	  NULL },							\
	{ REMOTE_CA, "ca", "FILE", "with -u: trust only these "		\
	  "certificates (PEM)", "file" },				\
	{ REMOTE_CERT, "cert", "FILE", "with -u: our certificate (PEM)", \
	  "file" },							\
	{ REMOTE_KEY, "key", "FILE", "with -u: its key (PEM)", "file" },	\
	{ REMOTE_TIMEOUT, "timeout", "TIME", "with -u: for an answer "	\
	  "(default: 1m)", NULL }
int remote_opt(struct remote *, int c, const char *arg, struct err *);

/*
 * Asks the server: 0 after the last answer, or a stop. -1: ERR_QUERY for what
 * the server refuses, ERR_AGAIN when it is away, ERR_CANCEL. The helper stays,
 * and with it its connection, for the next question.
 */
int remote_ask(struct remote *, const struct question *, remote_fn *,
    void *arg, struct err *);
void remote_close(struct remote *);
/* A range that is open ends now, or is of an hour. */
void remote_range(uint64_t *from, uint64_t *to);
/* ERR_QUERY: "WHAT: not of a remote store: WHY". */
int remote_refuse(const char *what, const char *why, struct err *);
/* The words of --stats: "N WHAT, 1.2 ms; requests, bytes, what the server
 * counted". */
struct str remote_stats(struct arena *, const struct remote_count *,
    uint64_t n, const char *what, uint64_t ns);

#endif
