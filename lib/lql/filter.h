/* filter: label filters at work. logql.md section 7. */
#ifndef LQL_FILTER_H
#define LQL_FILTER_H

#include "lql/number.h"
#include "lql/parse.h"

/*
 * Whether a stage keeps an entry with these values (of its names, in order;
 * empty: the label is missing). *bad is the comparison, if any, that should
 * compare a number and found none: it lets the entry pass, marked. `failed`: a
 * parser has left an error, so that they let it pass untouched.
 */
bool lql_keeps(const struct lql_stage *, const struct str *values,
    bool failed, const struct lql_filter **bad);
/* What a value is read as that is compared by this one. */
enum lql_form lql_filter_form(const struct lql_filter *);

/* The same as log_scan calls it: arg is the stage. */
bool lql_stage_test(void *arg, const struct str *values);

#endif
