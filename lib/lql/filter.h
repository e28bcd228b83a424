/* filter: label filters at work. logql.md section 7. */
#ifndef LQL_FILTER_H
#define LQL_FILTER_H

#include "lql/number.h"
#include "lql/parse.h"

/*
 * Whether a stage keeps an entry with these values (of its names, in order;
 * empty: the label is missing). *bad is the comparison, if any, that should
 * compare a number and found none: it lets the entry pass, marked.
 */
enum lql_mark {
	LQL_CLEAN,
	LQL_MARKED,	/* by such a comparison: others are made all the same */
	LQL_FAILED	/* another error: they let it pass, but for text */
};
bool lql_keeps(const struct lql_stage *, const struct str *values,
    enum lql_mark, const struct lql_filter **bad);
/* What a value is read as that is compared by this one. */
enum lql_form lql_filter_form(const struct lql_filter *);

/* The same as log_scan calls it: arg is the stage. */
bool lql_stage_test(void *arg, const struct str *values);

#endif
