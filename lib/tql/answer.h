/*
 * answer: what a query found, and traces by their ids, in the form asked for.
 *
 * Everything goes out through `write`, in pieces of some 64 KiB; nothing here
 * prints. Forms: of a query's answer a table, JSON (a line a trace, in the
 * shape of Tempo's search results), CSV, the ids, or the whole traces as
 * records; of series see series.h; of a trace by its id a waterfall, JSON (a
 * line of OTLP), its id, or a record.
 */
#ifndef TQL_ANSWER_H
#define TQL_ANSWER_H

#include "query/ask.h"
#include "show/show.h"
#include "tql/metrics.h"

enum tql_sort { TQL_BY_TIME, TQL_BY_DURATION, TQL_BY_SPANS };

struct tql_ask {
	struct tql_opts o;
	enum tql_sort sort;	/* which traces are the first, up to o.limit:
				   newest, longest, most matched spans */
	uint64_t step;		/* of metrics, ns; 0: the range is one */
	uint32_t exemplars;	/* of metrics, at most */
	enum ask_out out;		/* not ASK_AUTO, nor ASK_CHART: */
	bool chart;			/* a table of series as a chart */
	const struct far *far;		/* a server is asked; or NULL */
	struct show show;
	int (*write)(void *arg, struct str bytes, struct err *);
	void *write_arg;
	void (*say)(void *arg, const char *msg);	/* words for a person */
	void *say_arg;
};

/* Parses and answers. *n: how many traces, or series, as *what says, are in
 * the answer. Says on `say` what the store holds when there are none. */
int tql_answer(const struct tql_ask *, struct store_view *, struct str text,
    uint64_t *n, const char **what, struct err *);
/* What a follow has shown: more lies below that. Zero-initialise. */
struct tql_before {
	bool headed;
	unsigned digits;	/* of ids in a table */
	struct show_layout layout;
};

/* Sets what the form asked for needs of tql_run; prints what that found, below
 * what was shown before (NULL: nothing was, nor comes more). */
void tql_answer_opts(struct tql_ask *);
int tql_put_result(const struct tql_ask *, struct store_view *,
    const struct tql_result *, struct tql_before *, struct err *);
/* The series of a metrics query over the range asked for, in `mem`: 1, 0 when
 * the range has nothing, or -1. */
int tql_series(const struct tql_ask *, struct store_view *,
    const struct tql_query *, struct tql_range *, struct arena *mem,
    struct table *, struct tql_exemplars *, struct err *);
/* explain.c: answers, but prints how instead: steps in their order, columns,
 * and what was read for them. Table or JSON. */
int tql_explain(const struct tql_ask *, struct store_view *,
    struct str text, uint64_t *n, struct err *);

/* Whether a word is a trace's id, or its beginning: 1 to 32 hex digits. */
bool tql_is_id(struct str);
/* One trace; -1 (ERR_LIMIT) when it is not there, or several begin so. */
int tql_trace(const struct tql_ask *, struct store_view *, struct str id,
    struct err *);
/* The id of the one trace that begins so. Fails as tql_trace. */
int tql_whole_id(struct store_view *, struct str id, char hex[33],
    struct err *);
/*
 * Every trace whose id stands on a line of text; `where` names the text. What
 * is no id or not there is said on `say`, and counted in *missing. -1 only
 * when stopped, or nothing can be written.
 */
int tql_traces(const struct tql_ask *, struct store_view *, struct str text,
    const char *where, unsigned *missing, struct err *);

/*
 * diff.c: where the time went before and after, by service and name. A side is
 * a trace's id, or times FROM..TO: then of the traces that match the query
 * (empty: of all), per trace.
 */
int tql_diff(const struct tql_ask *, struct store_view *,
    const struct str side[2], struct str query, struct err *);

/* The times that a side of it names. */
int tql_diff_times(struct str side, uint64_t *from, uint64_t *to,
    struct err *);

/*
 * tags_put.c: what may be asked for: names of attributes, of a scope (empty:
 * all, and the intrinsics), or the values of one, over all spans or those of a
 * query. Table, JSON or CSV, a line each.
 */
int tql_put_tags(const struct tql_ask *, struct store_view *,
    struct str scope, uint64_t *n, struct err *);
int tql_put_values(const struct tql_ask *, struct store_view *,
    struct str key, struct str query, uint64_t *n, struct err *);
/* The key that a text begins with (blanks in quotes are its own); the text
 * goes on behind it. */
struct str tql_cut_key(struct str *text);

#endif
