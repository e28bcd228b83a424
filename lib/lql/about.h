/*
 * about: what is asked about lines instead of the lines: which labels their
 * streams have, the values of one, the label sets; or their volume by a label,
 * and what they look like (lql/tally.h), or the fields they have (lql/fields.h).
 */
#ifndef LQL_ABOUT_H
#define LQL_ABOUT_H

#include "lql/answer.h"

/*
 * Appends the answer to ask->about, in the form asked for; *rows is how many.
 * ERR_QUERY for a query of metrics, one with filters where only streams are
 * asked about, and for records and ids.
 */
int about_put(const struct lql_ask *, struct store_view *,
    const struct lql_query *, struct buf *, uint64_t *rows, struct err *);

#endif
