/*
 * about: what is asked about the streams of a selector instead of their lines:
 * which labels they have, the values of one, the label sets.
 */
#ifndef LQL_ABOUT_H
#define LQL_ABOUT_H

#include "lql/answer.h"

/*
 * Appends the answer to ask->about, in the form asked for; *rows is how many.
 * ERR_QUERY for a query that is more than a selector, and for records and ids.
 */
int about_put(const struct lql_ask *, struct store_view *,
    const struct lql_log *, struct buf *, uint64_t *rows, struct err *);

#endif
