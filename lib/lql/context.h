/*
 * context: what the streams of a query's lines say around them, as grep -C.
 *
 * A hit comes in a group of lines of its stream, in the order asked for: those
 * before it, itself, those after it. Hits of a stream whose lines around them
 * meet are in one group, so that each line comes once; groups come in the order
 * of their first hits. Ranges, trace ids and limits are of hits: the lines
 * around them are whatever the stream has.
 */
#ifndef LQL_CONTEXT_H
#define LQL_CONTEXT_H

#include "lql/answer.h"

#define LQL_CONTEXT_MAX	1000u	/* lines on a side */

/*
 * The lines that a query finds, as lql_find with the ask's options, with its
 * `context` on each side. All hits are collected first: ERR_LIMIT if they are
 * too many. Of a server what is around a line is looked for within a day, and
 * not when the query changes what it finds (ERR_QUERY).
 */
int lql_context(const struct lql_ask *, struct store_view *,
    const struct lql_log *, lql_fn *, void *arg, struct err *);

#endif
