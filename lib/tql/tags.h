/*
 * tags: which attributes a store's spans have, and which values an attribute
 * has. traceql.md section 11, tags and tag values.
 *
 * Both are exact over blocks and tail. Keys are the names of columns, values
 * come from dictionaries where there are some; only where a range or a filter
 * leaves spans out are rows looked at.
 */
#ifndef TQL_TAGS_H
#define TQL_TAGS_H

#include "tql/run.h"

#define TQL_TAGS_BYTES_MAX	((size_t)256 << 20)	/* of all values */

struct tql_tag { enum tql_scope scope; struct str name; };

/* By scope, then name. Of the options those of the range, workers, count and
 * stopped hold here. */
int tql_tags(struct store_view *, const struct tql_opts *, struct arena *,
    struct tql_tag **, size_t *n, struct err *);

/*
 * The different values, by type, then value; the elements of arrays one by
 * one. Of status and kind all their words; of durations, ids and nested-set
 * numbers none. `filter` (NULL: none) is a query whose spans are looked at.
 */
int tql_values(struct store_view *, const struct tql_attr *,
    const struct tql_query *filter, const struct tql_opts *, struct arena *,
    struct tql_val **, size_t *n, struct err *);
/* In that order. */
void tql_tags_sort(struct tql_tag *, size_t n);
void tql_values_sort(struct tql_val *, size_t n);
/* Whether values of this are listed at all. */
bool tql_is_listed(const struct tql_attr *);

/* "span", "resource" ...: a word of --tags, and of a name before its dot. */
struct str tql_scope_word(enum tql_scope);

#endif
