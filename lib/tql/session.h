/*
 * session: a run of tql: what it was asked by options, and by the commands of
 * its prompt. Statuses are those of base/tool; what fails is said there, too.
 */
#ifndef TQL_SESSION_H
#define TQL_SESSION_H

#include "base/tool.h"
#include "tql/answer.h"

struct tql_session {
	struct ask ask;		/* first, for query/ask.h */
	struct tql_ask tql;	/* its o and out follow `ask` */
	const struct tool *tool;
	bool explain;		/* queries tell how they are answered */
	uint64_t settle;	/* ns: to follow, see below */
};

/* Of a store: a server far away (-u) has none. */
struct store_view *tql_session_view(const struct tql_session *, struct err *);
/* A query, or the id of a trace; `where` it comes from: the status. Without a
 * view a server is asked. */
int tql_session_answer(struct tql_session *, struct store_view *,
    const char *where, struct str text);
/* The same, of what the store holds now. */
int tql_session_query(struct tql_session *, struct str text);
/* What is asked now: a prompt's commands change it between queries. */
const struct tql_ask *tql_session_asked(struct tql_session *);
/*
 * follow.c: the newest traces that match, then others as they come, each once:
 * when no span of it came for `settle`. Spans that begin over ten minutes
 * before the newest (of a server: before now) are not looked at. Until a signal
 * to stop: the status.
 */
int tql_session_follow(struct tql_session *, const char *where,
    struct str text);
/* Every trace whose id stands on stdin; those not here are named. As above. */
int tql_session_ids(struct tql_session *, struct store_view *);
/* The names of attributes, and the values of one (key), over the spans of a
 * query (empty: all), as tql_put_tags and tql_put_values in answer.h. */
int tql_session_tags(struct tql_session *, struct str scope);
int tql_session_values(struct tql_session *, const char *where,
    struct str key, struct str query);
/* As tql_diff: two sides, and perhaps a query. */
int tql_session_diff(struct tql_session *, const struct str side[2],
    struct str query);
/* prompt.c: asks for queries until the end: the status. */
int tql_session_prompt(struct tql_session *);

/* How many exemplars a metrics query has. */
int tql_session_exemplars(struct tql_session *, const char *n, struct err *);
/* Which traces come first, --sort and \\sort: time, duration or spans. */
int tql_session_sort(struct tql_session *, const char *by, const char *option,
    struct err *);
/* How many spans of a trace are shown: --spans and \spans; 0 is all. */
int tql_session_spans(struct tql_session *, const char *n, const char *option,
    struct err *);

#endif
