/*
 * series: the series of a metric query in the form asked for: as
 * query/sheet.h has them, or JSON, a line a series, in the shape that Loki's
 * API has for an element of a matrix or vector.
 */
#ifndef LQL_SERIES_H
#define LQL_SERIES_H

#include "lql/answer.h"
#include "lql/metrics.h"

/* Appends; ERR_QUERY for ids, lines and records, which series have not. */
int lql_series_put(const struct lql_ask *, const struct lql_metric *,
    const struct lql_times *, const struct table *, struct buf *,
    struct err *);

#endif
