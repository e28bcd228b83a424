/*
 * far: lines, series and streams of a Loki far away (query/remote.h), in place
 * of those that log/scan.h and lql/metrics.h find in a store.
 */
#ifndef LQL_FAR_H
#define LQL_FAR_H

#include "lql/answer.h"
#include "lql/metrics.h"

#define LQL_BATCH_MAX	100000u	/* lines of one request */

/* As lql_run. */
int far_lines(const struct lql_ask *, const struct lql_query *, lql_fn *,
    void *arg, struct err *);
/* As lql_metrics. */
int far_series(const struct lql_ask *, const struct lql_query *,
    const struct lql_times *, struct arena *, struct table *, struct err *);
/* As log_streams; `match` is a selector, or zeroed. */
int far_streams(const struct lql_ask *, const struct lql_query *match,
    struct arena *, struct log_streams *, struct err *);

#endif
