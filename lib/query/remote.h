/*
 * remote: asks a server over HTTP, by means of query-remote(1), so that
 * neither credentials nor TLS are in this process.
 */
#ifndef QUERY_REMOTE_H
#define QUERY_REMOTE_H

#include "query/message.h"

#define REMOTE_ARGS_MAX	64u

/* Where, and the helper's options: those of REMOTE_OPTS. */
struct remote {
	const char *url;	/* NULL: nowhere, a store of our own is asked */
	const char *arg[REMOTE_ARGS_MAX];
	unsigned args;
};

/* For a tool's option table, and what takes them (others are ignored). */
enum remote_code { REMOTE_CA = 440, REMOTE_CERT, REMOTE_KEY };
#define REMOTE_OPTS(SERVER)						\
	{ 'u', "url", "URL", "ask the " SERVER " there, over HTTP, "	\
	  "instead of a store", NULL },					\
	{ 'H', "header", "LINE", "with -u: send this header, \"Name: "	\
	  "value\", too, or those in a file, @FILE; may be given again", \
	  NULL },							\
	{ REMOTE_CA, "ca", "FILE", "with -u: trust these certificates "	\
	  "(PEM)", "file" },						\
	{ REMOTE_CERT, "cert", "FILE", "with -u: our certificate (PEM)", \
	  "file" },							\
	{ REMOTE_KEY, "key", "FILE", "with -u: its key (PEM)", "file" }
int remote_opt(struct remote *, int c, const char *arg, struct err *);

/* Slices hold during the call. 0, 1 to stop, -1. */
typedef int remote_fn(void *arg, const struct remote_answer *, struct err *);

/*
 * Asks a server of that kind ("loki"): 0 after the last answer, or a stop. -1:
 * ERR_QUERY for what the server refuses, ERR_AGAIN when it is away, ERR_CANCEL.
 */
int remote_ask(const struct remote *, const char *kind, struct str tenant,
    const struct question *, remote_fn *, void *arg, struct err *);
/* A range that is open ends now, or is of an hour. */
void remote_range(uint64_t *from, uint64_t *to);

#endif
