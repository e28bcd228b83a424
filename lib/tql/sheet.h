/*
 * sheet: the series of a metrics query in the form asked for: a table with a
 * line of bars a series, JSON (a line a series, in the shape of Tempo's
 * TimeSeries), or CSV (a line a point).
 */
#ifndef TQL_SHEET_H
#define TQL_SHEET_H

#include "tql/answer.h"
#include "tql/metrics.h"

/* Appends; ERR_QUERY for ids and records, which series have not. */
int sheet_put(const struct tql_ask *, const struct tql_range *,
    const struct table *, struct buf *, struct err *);

#endif
