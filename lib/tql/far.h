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
#include "tql/complete.h"
#include "tql/tags.h"

struct far {
	struct remote *to;
	struct buf records;	/* the view's: frees with far_free */
	struct store_view *view;
};

/* The traces whose ids stand on the lines of text. 0, -1; far_free either
 * way. */
int far_ids(struct far *, const struct tql_ask *, struct str ids,
    struct err *);
/* Those that match a query: limit, order and range are the ask's. Of one of
 * metrics none: far_metrics asks for them. */
int far_search(struct far *, const struct tql_ask *, struct str query,
    struct err *);
/* Those that tql_diff will look at. */
int far_sides(struct far *, const struct tql_ask *, const struct str side[2],
    struct str query, struct err *);
/* Traces that a search finds, the newest first: `limit` at most; 0: all, or
 * ERR_LIMIT. Ids and when they end are in `mem`. */
struct far_found {
	struct far_trace { uint8_t id[16]; uint64_t end; } *v;
	size_t n, cap;
	struct arena *mem;
};
#define FAR_FOUND_MAX	10000u	/* a server gives no more */
int far_find(const struct far *, const struct tql_query *, uint64_t from,
    uint64_t to, uint64_t limit, struct far_found *, struct err *);
/* Appends a line for far_ids. */
void far_put_id(struct buf *, const uint8_t id[16]);
/* An id of less than 32 digits as it is meant there: zeros were cut off its
 * front. In the arena. */
struct str far_whole_id(struct str, struct arena *);
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
    struct table *, struct tql_exemplars *, struct err *);
/*
 * far_names.c: keys for completion. Their values are asked for when they are
 * wanted; a server that does not answer within seconds has none, which is said.
 */
void far_keys(struct far *, const struct tql_ask *, struct arena *,
    struct tql_keys *);
/*
 * far_explain.c: as tql_explain: what the server is asked, how long it took,
 * and what it counted.
 */
int far_explain(struct far *, const struct tql_ask *, struct str text,
    uint64_t *n, struct err *);
void far_free(struct far *);

#endif
