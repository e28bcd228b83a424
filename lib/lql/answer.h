/*
 * answer: the lines or series of a query in the form asked for.
 *
 * Everything goes out through `write`, in pieces of some 64 KiB; nothing here
 * prints. A stop (base/tool) ends the answer with ERR_CANCEL.
 */
#ifndef LQL_ANSWER_H
#define LQL_ANSWER_H

#include "lql/run.h"
#include "query/ask.h"
#include "show/show.h"

/* What is asked for: lines, or (lql/about.h) something about them. */
enum lql_about { LQL_LINES, LQL_LABELS, LQL_VALUES, LQL_SERIES, LQL_VOLUME,
	LQL_PATTERNS, LQL_FIELDS };

struct lql_ask {
	const char *store;
	struct remote *far;		/* asked instead; or NULL */
	uint64_t wait;			/* ns for its answers; 0: all it takes */
	uint64_t batch;			/* lines of a request; 0: 1000 */
	struct str tenant;
	struct lql_opts o;
	enum lql_about about;
	struct str label;		/* of VALUES and VOLUME */
	uint64_t step;			/* of metrics, ns; 0: an instant;
					   ASK_STEP_AUTO */
	enum ask_out out;		/* not ASK_AUTO, ASK_CHART */
	bool chart;			/* a table of series as a chart */
	bool hits;			/* bars above a table's lines */
	uint32_t context;		/* lines around each, lql/context.h */
	bool expand;			/* what is in a line, under it (TABLE) */
	bool quiet;			/* an empty answer is not explained */
	struct show show;
	int (*write)(void *arg, struct str bytes, struct err *);
	void *write_arg;
	void (*say)(void *arg, const char *msg);	/* words for a person */
	void *say_arg;
};

/* NULL, without an error, when a server far away is asked. */
struct store_view *lql_view(const struct lql_ask *, struct err *);

/*
 * *n is how many *what ("lines", "series") there are. Says on `say` what the
 * store holds if none.
 */
int lql_answer(const struct lql_ask *, struct store_view *,
    const struct lql_query *, uint64_t *n, const char **what, struct err *);
/*
 * The same, then lines as they arrive, oldest first, until `stop` is readable
 * (0) or something fails. A line may arrive up to a minute after its time, or
 * after fewer when over a million come in one. A server is asked each second
 * for the last few, and every five for the whole minute.
 */
int lql_follow(const struct lql_ask *, const struct lql_query *, int stop,
    struct err *);

#endif
