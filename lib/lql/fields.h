/*
 * fields: what can be asked for in the lines of a query beside the labels of
 * their streams, for lql/about.h: metadata, and what a parser finds: the
 * query's, else JSON for objects and logfmt for other lines.
 */
#ifndef LQL_FIELDS_H
#define LQL_FIELDS_H

#include "lql/answer.h"

/* What the parser that fits the line finds, by name: how many; in the arena. */
uint32_t fields_find(const struct log_line *, struct arena *,
    struct log_pair **);

#define FIELDS_LINES	10000u		/* looked at: the newest */

/* Fills the table, by name; cells are in the arena. */
int fields_put(const struct lql_ask *, struct store_view *,
    const struct lql_log *, struct arena *, struct show_table *,
    struct err *);

#endif
