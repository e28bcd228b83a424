/*
 * series: the series of a metrics query in the form asked for: as query/sheet.h
 * has them, or JSON, a line a series, in the shape of Tempo's TimeSeries. With
 * exemplars: in JSON, and a table of some below the table.
 */
#ifndef TQL_SERIES_H
#define TQL_SERIES_H

#include "tql/answer.h"
#include "tql/metrics.h"

/* Appends; ERR_QUERY for ids and records, which series have not. */
int series_put(const struct tql_ask *, const struct tql_metric *,
    const struct tql_range *, const struct table *,
    const struct tql_exemplars *, struct buf *,
    struct err *);

#endif
