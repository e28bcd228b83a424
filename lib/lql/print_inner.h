/* print_inner: the parts of a query as text, for the printers of the whole. */
#ifndef LQL_PRINT_INNER_H
#define LQL_PRINT_INNER_H

#include "lql/metric.h"
#include "lql/step.h"

/* {a="b", c=~"d"} */
void print_selector(struct buf *, const struct lql_log *);
/*
 * The steps as they were written: the n-th, or NULL behind the last. (The
 * parser moves line filters forward.)
 */
const struct lql_step *print_step_no(const struct lql_log *, size_t n);
void print_step(struct buf *, const struct lql_step *);
void print_log(struct buf *, const struct lql_log *);

/* " by (a,b)"; an empty list is a thing to say for ranges. */
enum print_empty { PRINT_NO_EMPTY, PRINT_EMPTY };
void print_grouping(struct buf *, const struct lql_grouping *,
    enum print_empty, const char *comma);
/* "> bool on (a) group_left (b)"; `bare`: without lists that are empty. */
void print_operator(struct buf *, const struct binary *, bool bare,
    const char *comma);
bool print_has_k(enum lql_agg_op);	/* topk(5, ...) */
void print_metric(struct buf *, const struct lql_metric *);

#endif
