/* complete: what could stand at the cursor of a LogQL query. */
#ifndef LQL_COMPLETE_H
#define LQL_COMPLETE_H

#include "log/scan.h"

/* The labels of the store's streams: every name with its values, sorted. */
struct lql_label {
	struct str name;
	struct str *values;
	size_t n;
};

struct lql_labels {
	struct lql_label *v;
	size_t n;
};

int lql_labels(struct store_view *, struct arena *, struct lql_labels *,
    struct err *);

/*
 * Words for the text before the cursor: label names after { or a comma, values
 * inside quotes, operators and label names after the selector. *from is where
 * the word begins.
 */
size_t lql_complete(const struct lql_labels *, struct str before,
    size_t *from, struct arena *, struct str **words);

#endif
