/*
 * unknown: why a query finds nothing: attributes that no span has, and values
 * that none of them has, with the nearest that there are.
 */
#ifndef TQL_UNKNOWN_H
#define TQL_UNKNOWN_H

#include "tql/run.h"

/*
 * Appends such as: no span has resource.servce.name: did you mean
 * resource.service.name. Of the first that is so; nothing, if none is. What
 * the whole store has counts, whatever the range.
 */
int tql_unknown(struct store_view *, const struct tql_query *,
    const struct tql_opts *, struct buf *, struct err *);
/* The same of one attribute, and of those of a query alone, whose values are
 * not looked at. */
int tql_unknown_attr(struct store_view *, const struct tql_attr *,
    const struct tql_opts *, struct buf *, struct err *);
int tql_unknown_attrs(struct store_view *, const struct tql_query *,
    const struct tql_opts *, struct buf *, struct err *);

#endif
