/*
 * unknown: why a query finds nothing: labels and values that no stream has,
 * fields that lines do not have, and the nearest that there are.
 */
#ifndef LQL_UNKNOWN_H
#define LQL_UNKNOWN_H

#include "lql/answer.h"

/*
 * Appends such as: no stream has the label "service": did you mean
 * "service_name". Of the first that is so; nothing, if none is. Labels are
 * those of the whole store, whatever the time; fields, behind json and logfmt
 * alone, of the newest lines of the query's streams.
 */
int lql_unknown(const struct lql_ask *, struct store_view *,
    const struct lql_query *, struct buf *, struct err *);

#endif
