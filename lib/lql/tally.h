/*
 * tally: the lines of a query counted, for lql/about.h: by the values of a
 * label (LQL_VOLUME), or by what they look like (LQL_PATTERNS).
 */
#ifndef LQL_TALLY_H
#define LQL_TALLY_H

#include "lql/answer.h"

/* Fills the table, the most first; cells are in the arena. All lines count. */
int tally_put(const struct lql_ask *, struct store_view *,
    const struct lql_log *, struct arena *, struct show_table *,
    struct err *);

#endif
