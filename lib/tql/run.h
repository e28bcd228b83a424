/*
 * run: a query over a store's view: the traces that match, newest first.
 *
 * Only the `limit` newest are kept, and only of those are names, ids and
 * attributes read. Which traces match does not depend on the limit, nor on how
 * the store is cut into blocks (trace/scan.h).
 */
#ifndef TQL_RUN_H
#define TQL_RUN_H

#include "tql/ast.h"
#include "trace/scan.h"

struct tql_opts {
	uint64_t from, to;	/* ns; a trace counts when a matched span
				   starts in [from, to); 0, 0: any */
	uint64_t limit;		/* traces; 0: all */
	uint32_t spans;		/* shown of each spanset; 0: none */
	bool ids_only;		/* nothing but ids and starts is asked for */
	bool errors;		/* which spans are errors is asked for, too */
	unsigned workers;
	struct scan_count *count;
	struct plan *plan;	/* for --explain, with one worker; or NULL */
	bool (*stopped)(void);	/* asked now and then; may be NULL */
};

/* An attribute that the query names, with what the span has. */
struct tql_shown {
	const struct tql_attr *attr;
	struct tql_val val;
};

struct tql_span {
	uint8_t id[8];
	uint64_t start;
	int64_t duration;
	struct str name;
	bool error;		/* when asked for */
	struct tql_shown *shown;
	uint32_t nshown;
};

/* What a spanset is known by: by(x), count() and their like. */
struct tql_set_attr {
	const struct tql_stage *stage;	/* prints as its name */
	struct tql_val val;
};

struct tql_spanset {
	uint32_t matched;	/* spans, shown or not */
	struct tql_set_attr *attr;
	uint32_t nattr;
	struct tql_span *span;
	uint32_t nspan;
};

struct tql_trace {
	uint8_t id[16];
	uint64_t start, duration;
	uint32_t spans;		/* of the trace */
	bool has_root;
	struct str root_service, root_name;
	uint32_t matched;	/* spans of all spansets */
	struct tql_spanset *set;
	uint32_t nset;
};

struct tql_result {
	struct tql_trace *trace;
	size_t n;
	struct tql_worker *worker;
	unsigned workers;
	struct arena mem;
};

/* -1: failed, or stopped (ERR_CANCEL). The result is to be freed either way;
 * it holds attributes of the query. */
int tql_run(struct store_view *, const struct tql_query *,
    const struct tql_opts *, struct tql_result *, struct err *);
void tql_result_free(struct tql_result *);

#endif
