/*
 * foresee: which label filters behind a parser the scan can decide itself.
 *
 * Those right behind a query's first parser, json or logfmt, before anything
 * that makes, takes or renames labels. logql.md 6.
 */
#ifndef LQL_FORESEE_H
#define LQL_FORESEE_H

#include "lql/parse.h"

/* How many; the filters are in the arena, and use the query's steps. */
size_t foresee(const struct lql_log *, struct arena *,
    struct log_parse_filter **);

#endif
