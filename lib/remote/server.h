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

/* Of one answer. */
#define SERVER_ANSWER_MAX	((size_t)64 << 20)	/* bytes, unpacked */
#define SERVER_VALUES_MAX	((size_t)8 << 20)	/* of JSON, some 70
							   bytes each */
#define SERVER_DEPTH_MAX	32u

struct server;
/* Gets p's answer, or its fate. -1: it cannot ask. */
typedef int server_get(struct server *, struct post *p, struct err *);

struct server {
	/* for the caller to set */
	const char *url;	/* a path of its own goes before all others */
	struct dress dress;
	struct str tenant;
	struct client_opts via;
	int out;		/* answers are written there; -1: they are
				   in `said` */
	struct str query;	/* that it may find fault with */
	server_get *get;	/* NULL: over HTTP */
	/* ours */
	struct client *client;
	struct buf said, message;
};

/* A request: its path and query, by server_path and server_param. */
void server_path(struct buf *, const char *path);
void server_param(struct buf *, const char *name, struct str value);
void server_number(struct buf *, const char *name, uint64_t value);
void server_seconds(struct buf *, const char *name, uint64_t ns);

/*
 * GETs it: the answer, parsed, to json_decref; NULL: failed. A server's 400 is
 * ERR_QUERY with its words, and a caret where they name a place in the query;
 * one that is away or too busy ERR_AGAIN. `header` is one more, or NULL. What
 * was asked is told as ANSWER_REQUEST.
 */
json_t *server_json(struct server *, struct str request, const char *header,
    struct err *);

/* The same of an answer in protobuf: 1, 0 when there is none (404), -1. */
int server_protobuf(struct server *, struct str request, struct buf *,
    struct err *);

/* A text, of the parsed answer; {NULL, 0}: it is none. */
struct str server_text(json_t *);
/* A number, or the text of one that JSON has not; left out, it is 0. */
double server_f64(json_t *);

/* Answers, collected; server_flush writes what there is. */
int server_say(struct server *, const struct remote_answer *, struct err *);
int server_flush(struct server *, struct err *);
void server_free(struct server *);

/* json.c: what the limits above allow? ERR_LIMIT. */
int server_weigh(struct str json, struct err *);

/* loki.c: the answers to a question that Loki's API is asked. */
int loki_ask(struct server *, const struct question *, struct err *);
/* tempo.c: the same of Tempo's. */
int tempo_ask(struct server *, const struct question *, struct err *);

#endif
