/* complete: what could stand at the cursor of a LogQL query. */
#ifndef LQL_COMPLETE_H
#define LQL_COMPLETE_H

#include "lql/labels.h"

/* What there is, with values: labels of streams; of lines, the metadata, and
 * what parsers find. */
struct lql_known {
	const struct lql_labels *labels;
	struct lql_labels meta, parsed;
};

/*
 * Words, sorted, for the text before the cursor: names, operators, values and
 * stages where each may stand. *from is where the word begins.
 */
size_t lql_complete(const struct lql_known *, struct str before,
    size_t *from, struct arena *, struct str **words);
/*
 * The selector that the cursor stands behind, whose lines may be looked at for
 * fields; {NULL, 0}: it stands behind none.
 */
struct str lql_complete_selector(struct str before);

#endif
