/* complete: what could stand at the cursor of a LogQL query. */
#ifndef LQL_COMPLETE_H
#define LQL_COMPLETE_H

#include "lql/labels.h"

/*
 * Words for the text before the cursor: label names after { or a comma, values
 * inside quotes, functions, and label names after the selector. *from is where
 * the word begins.
 */
size_t lql_complete(const struct lql_labels *, struct str before,
    size_t *from, struct arena *, struct str **words);

#endif
