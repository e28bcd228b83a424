/*
 * unknown: why a selector finds no stream: names and values that no stream
 * has, and the nearest that some have.
 */
#ifndef LQL_UNKNOWN_H
#define LQL_UNKNOWN_H

#include "lql/parse.h"

/*
 * Appends such as: no stream has the label "service": did you mean
 * "service_name". Of the first selector that asks for such; nothing, if none
 * does. Only what is in the store counts, whatever the time.
 */
int lql_unknown(struct store_view *, const struct lql_query *, struct buf *,
    struct err *);

#endif
