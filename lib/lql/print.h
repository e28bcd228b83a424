/*
 * print: a query as text again: on one line, the same for all that mean the
 * same; or over several lines, for a person. logql.md 3.4.
 */
#ifndef LQL_PRINT_H
#define LQL_PRINT_H

#include "lql/answer.h"

/* Both append. */
void lql_print(struct buf *, const struct lql_query *);
/* What is longer than `width` bytes is broken up, and indented. */
void lql_print_pretty(struct buf *, const struct lql_query *, size_t width);

/* The latter, 80 wide, as an answer. */
int lql_set_out(const struct lql_ask *, const struct lql_query *,
    struct err *);

#endif
