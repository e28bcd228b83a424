/*
 * run: a parsed query over a store's view.
 *
 * The scan does the work (log/scan.h); this hands it the plan, and marks the
 * entries that a typed label filter could not read.
 */
#ifndef LQL_RUN_H
#define LQL_RUN_H

#include "lql/parse.h"

struct lql_opts {
	const uint8_t (*trace_ids)[16];		/* sorted; NULL: any */
	size_t ntrace_ids;
	uint64_t from, to, limit;
	bool forward;
	bool ids_only;		/* neither line nor metadata will be looked at */
	unsigned workers;
	struct scan_count *count;
};

/* `error`: __error__="LabelFilterErr" belongs to the entry. 0, 1 stop, -1. */
typedef int lql_fn(void *arg, const struct log_line *, bool error,
    struct err *);

/* A query without text (all streams) is a zeroed struct lql_query. */
int lql_run(struct store_view *, const struct lql_query *,
    const struct lql_opts *, lql_fn *, void *arg, struct err *);

/*
 * Trace ids, a line each (32 hex digits; blank lines are passed over): into
 * the arena, sorted, each once. `where` names the text in errors.
 */
int lql_trace_ids(struct str text, const char *where, struct arena *,
    uint8_t (**ids)[16], size_t *n, struct err *);

#endif
