/* keep: lines that are needed longer than their scan has them. */
#ifndef LQL_KEEP_H
#define LQL_KEEP_H

#include "lql/run.h"

/* Copies into the arena; of a query's line all but `raw`, which is NULL. */
struct log_line keep_line(struct arena *, const struct log_line *);
struct lql_line keep_found(struct arena *, const struct lql_line *);

#endif
