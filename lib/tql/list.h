/*
 * list: the traces that a query found, in the form asked for: a table, JSON (a
 * line a trace, in the shape of Tempo's search results), CSV, or ids.
 */
#ifndef TQL_LIST_H
#define TQL_LIST_H

#include "tql/answer.h"

struct list {
	const struct tql_ask *ask;
	struct buf *b;		/* everything is appended here */
	struct arena *mem;	/* scratch */
	struct tql_before *before;	/* a table stands above; or NULL */
};

void list_table(const struct list *, const struct tql_result *);
/* What CSV begins with. */
void list_head(const struct list *);
/* One trace, as JSON, CSV or its id. */
void list_put(const struct list *, const struct tql_trace *);

#endif
