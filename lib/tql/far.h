/*
 * far: traces of a Tempo far away (query/remote.h), as a view.
 *
 * The server says which traces match, and gives them whole; what is shown of
 * them is then found as in a store, so that each output is the same.
 */
#ifndef TQL_FAR_H
#define TQL_FAR_H

#include "query/remote.h"
#include "tql/answer.h"
#include "tql/tags.h"

struct far {
	const struct remote *to;
	struct str tenant;
	struct buf records;	/* the view's: frees with far_free */
	struct store_view *view;
};

/* The traces whose ids stand on the lines of text. 0, -1; far_free either
 * way. */
int far_ids(struct far *, const struct tql_ask *, struct str ids,
    struct err *);
/* Those that match a query: limit and range are the ask's. Of one of metrics
 * none: far_metrics asks for them. */
int far_search(struct far *, const struct tql_ask *, struct str query,
    struct err *);
/* An empty view, for what is asked of the server itself. */
void far_empty(struct far *, const struct tql_ask *);
/* As tql_tags and tql_values of tql/tags.h; `filter` is a query's text. */
int far_tags(const struct far *, const struct tql_ask *, struct arena *,
    struct tql_tag **, size_t *n, struct err *);
int far_values(const struct far *, const struct tql_ask *, struct str key,
    struct str filter, struct arena *, struct tql_val **, size_t *n,
    struct err *);
/* As tql_series; intervals at both ends count whole. */
int far_metrics(const struct far *, const struct tql_ask *,
    const struct tql_query *, struct tql_range *, struct arena *,
    struct table *, struct err *);
void far_free(struct far *);

#endif
