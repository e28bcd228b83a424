/*
 * session: a run of lql: what it was asked by options, and by the commands of
 * its prompt. Statuses are those of base/tool; what fails is said there, too.
 */
#ifndef LQL_SESSION_H
#define LQL_SESSION_H

#include "base/tool.h"
#include "lql/answer.h"

struct lql_session {
	struct ask ask;		/* first, for query/ask.h */
	struct lql_ask lql;	/* its o and out follow `ask` */
	const struct tool *tool;
	bool follow;
	bool fmt;		/* queries are set out, not answered */
};

/* A query, `where` it comes from; an empty text asks for every stream. */
int lql_session_answer(struct lql_session *, const char *where, struct str);
/* Sets lql by what is asked now: a prompt's commands change it between
 * queries. */
void lql_session_asked(struct lql_session *);
/* prompt.c: asks for queries until the end: the status. */
int lql_session_prompt(struct lql_session *);
/* --context and \context: a number of lines. */
int lql_session_context(struct lql_session *, const char *n, struct err *);
/* --batch: how many lines a server is asked for at once. */
int lql_session_batch(struct lql_session *, const char *n, struct err *);
/* --direction and \direction: forward or backward. */
int lql_session_direction(struct lql_session *, const char *way,
    struct err *);

#endif
