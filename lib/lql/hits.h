/* hits: how many lines a query finds when, as a line of bars above them. */
#ifndef LQL_HITS_H
#define LQL_HITS_H

#include "lql/answer.h"

/* Appends it: all lines count, whatever the limit. */
int hits_put(const struct lql_ask *, struct store_view *,
    const struct lql_log *, struct buf *, struct err *);

#endif
