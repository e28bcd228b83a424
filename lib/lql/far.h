/*
 * far: lines, series and streams of a Loki far away (query/remote.h), in place
 * of those that log/scan.h and lql/metrics.h find in a store.
 *
 * Wherever a server is asked, a query without a selector asks for each stream
 * that has a service's name: all that a Loki took in have one.
 */
#ifndef LQL_FAR_H
#define LQL_FAR_H

#include "lql/answer.h"
#include "lql/metrics.h"

#define LQL_BATCH_MAX	100000u	/* lines of one request */

/*
 * Makes each selector of a query ask for no lines but those of these traces, of
 * which there are some. ERR_QUERY when they are more than a server's queries
 * may have.
 */
int far_only(struct lql_query *, const struct lql_opts *, struct arena *,
    struct err *);

/* The lines that a query finds: of the view as lql_run, or of a server. */
int lql_find(const struct lql_ask *, struct store_view *,
    const struct lql_log *, const struct lql_opts *, lql_fn *, void *arg,
    struct err *);
/* As log_scan: of matchers, range, limit and direction. */
int far_scan(const struct lql_ask *, const struct log_scan_opts *,
    log_line_fn *, void *arg, struct err *);
/* As lql_metrics. */
int far_series(const struct lql_ask *, const struct lql_query *,
    const struct lql_times *, struct arena *, struct table *, struct err *);
/* As log_streams; `match` is a selector, or zeroed. */
int far_streams(const struct lql_ask *, const struct lql_query *match,
    struct arena *, struct log_streams *, struct err *);

/*
 * What lines add up to, ns before each of the question's times: their number
 * ("count_over_time") or bytes ("bytes_over_time"), by the values of a label or
 * all together. Queries know milliseconds: a part of one more counts whole. fn
 * is told each ANSWER_SERIES.
 */
struct far_sum { const char *op; struct str by; uint64_t ns; };
int far_sum(const struct lql_ask *, const struct lql_log *,
    const struct far_sum *, struct question *, remote_fn *, void *arg,
    struct err *);
/* What streams' lines look like, of each an ANSWER_SERIES. ERR_QUERY for a
 * query that is more than a selector. */
int far_patterns(const struct lql_ask *, const struct lql_log *,
    struct question *, remote_fn *, void *arg, struct err *);

#endif
