/* known: what the prompt completes: the store's labels, and fields of lines. */
#ifndef LQL_KNOWN_H
#define LQL_KNOWN_H

#include "lql/answer.h"
#include "lql/complete.h"

#define KNOWN_LINES	200u	/* looked at: a selector's newest */

struct known {
	const struct lql_ask *ask;
	struct lql_labels labels;
	struct lql_known words;		/* for lql_complete */
	struct buf selector;		/* whose lines those are */
	struct arena mem, fields;
};

/*
 * What the newest lines of a query's streams have, whatever its filters: their
 * metadata, and what the fitting parser finds. Set when it fails, too.
 */
int known_fields(const struct lql_ask *, struct store_view *,
    const struct lql_log *, struct arena *, struct lql_labels *meta,
    struct lql_labels *parsed, struct err *);
/* Reads the labels; those of a server that does not answer within seconds are
 * none, which is said. */
int known_open(struct known *, const struct lql_ask *, struct err *);
void known_free(struct known *);
/*
 * Makes words.meta and words.parsed those of the lines that a selector finds;
 * none, if it finds none.
 */
void known_look(struct known *, struct str selector);

#endif
