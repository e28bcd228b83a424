/* filter: label filters at work. logql.md section 7. */
#ifndef LQL_FILTER_H
#define LQL_FILTER_H

#include "lql/parse.h"

/*
 * Whether a stage keeps an entry with these values (of its names, in order;
 * empty: the label is missing). *error is set when a value that should be
 * compared as a number is none: such a comparison lets the entry pass, marked.
 * `failed`: a parser has left an error, so that they let it pass untouched.
 */
bool lql_keeps(const struct lql_stage *, const struct str *values,
    bool failed, bool *error);

/* The same as log_scan calls it: arg is the stage. */
bool lql_stage_test(void *arg, const struct str *values);

#endif
