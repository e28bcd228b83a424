/*
 * server: a server that is asked over HTTP, and the query tool that wants to
 * know: answers go to it as query/message.h has them.
 */
#ifndef REMOTE_SERVER_H
#define REMOTE_SERVER_H

#include <jansson.h>

#include "net/client.h"
#include "query/message.h"
#include "send/dress.h"

#define SERVER_ANSWER_MAX	((size_t)64 << 20)	/* of one request */

struct server {
	/* for the caller to set */
	const char *url;	/* a path of its own goes before all others */
	struct dress dress;
	struct str tenant;
	struct client_opts via;
	int out;		/* answers are written there */
	/* ours */
	struct client *client;
	struct buf said, message;
};

/* A request: its path and query, by server_path and server_param. */
void server_path(struct buf *, const char *path);
void server_param(struct buf *, const char *name, struct str value);
void server_number(struct buf *, const char *name, uint64_t value);

/*
 * GETs it: the answer, parsed, to json_decref; NULL: failed. A server's 400 is
 * ERR_QUERY with its words, one that is away or too busy ERR_AGAIN. `header`
 * is one more, or NULL.
 */
json_t *server_json(struct server *, struct str request, const char *header,
    struct err *);

/* The same of an answer in protobuf: 1, 0 when there is none (404), -1. */
int server_protobuf(struct server *, struct str request, struct buf *,
    struct err *);

/* A text, of the parsed answer; {NULL, 0}: it is none. */
struct str server_text(json_t *);

/* Answers, collected; server_flush writes what there is. */
int server_say(struct server *, const struct remote_answer *, struct err *);
int server_flush(struct server *, struct err *);
void server_free(struct server *);

/* loki.c: the answers to a question that Loki's API is asked. */
int loki_ask(struct server *, const struct question *, struct err *);
/* tempo.c: the same of Tempo's. */
int tempo_ask(struct server *, const struct question *, struct err *);

#endif
