/*
 * ask: what the options that all query tools share mean.
 *
 * Times are [from, to); 0, 0 asks for everything.
 */
#ifndef QUERY_ASK_H
#define QUERY_ASK_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "block/stripe.h"
#include "query/remote.h"
#include "show/show.h"

enum ask_out { ASK_AUTO, ASK_TABLE, ASK_CHART, ASK_JSON, ASK_CSV, ASK_RAW,
	ASK_IDS, ASK_REC, ASK_DOT };
#define ASK_FORM(out)	(1u << (out))

/*
 * What all query tools are asked alike. A tool's own struct begins with it, so
 * that the ask_do functions, which prompts call as commands, find it by the
 * pointer they are given.
 */
struct ask {
	const char *store, *other;	/* -d; -D: a store, or a URL */
	struct remote remote;		/* -u and its own */
	const char *since, *from_text, *to_text, *color;
	struct str tenant;
	uint64_t width;			/* -w; 0: the terminal's */
	uint64_t from, to, limit;	/* [from, to); 0: all */
	unsigned forms;			/* the tool's, bits of ASK_FORM */
	enum ask_out out;
	bool stats;
	bool terminal;			/* stdout is one */
	const char *zone_name;		/* -z; NULL: UTC */
	const struct zone *zone;
	struct scan_count count;
	struct arena mem;		/* of the whole run */
};

enum ask_code { ASK_SINCE = 400, ASK_FROM, ASK_TO, ASK_COLOR, ASK_TENANT,
	ASK_STATS };

/* For a tool's option table, after its own -d and -D. */
#define ASK_OPTS(THINGS, LIMIT, FORMS, COMPLETE)			\
	{ 'n', "limit", "N", THINGS " at most; 0 or all: every one "	\
	  "(default: " LIMIT ")", NULL },				\
	{ ASK_SINCE, "since", "AGE", "only of the last AGE, such as 1h", \
	  NULL },							\
	{ ASK_FROM, "from", "TIME", "only at or after TIME: RFC 3339, "	\
	  "Unix seconds or ns, -1h", NULL },				\
	{ ASK_TO, "to", "TIME", "only before TIME", NULL },		\
	{ 'o', "output", "FORM", FORMS					\
	  " (default: chart on a terminal, else json)", COMPLETE },	\
	{ 'w', "width", "N", "columns to draw in (default: the "		\
	  "terminal's)", NULL },					\
	{ 'z', "timezone", "ZONE", "of times in tables and charts: UTC "	\
	  "(default), Local, or a name such as Europe/Paris", NULL },	\
	{ ASK_COLOR, "color", "WHEN", "auto, always or never",		\
	  "auto|always|never" },					\
	{ ASK_TENANT, "tenant", "NAME", "whose " THINGS			\
	  " (default: of no tenant)", NULL },				\
	{ ASK_STATS, "stats", NULL, "say on stderr what was read", NULL }

/* How stdout is drawn on now: --color, --width and --timezone. A terminal's
 * width may change between two answers. */
struct show ask_show(const struct ask *);
/* A tool's `write`, arg being its ask: to stdout. For a terminal, what has control
 * characters as they came, raw and csv, is made safe; and a stop ends it between
 * two lines (ERR_CANCEL). A reader that has gone ends the tool. */
int ask_write(void *arg, struct str bytes, struct err *);
/* Between two looks of a follow: whether a stop came in that time. Ends likewise
 * when nobody reads. */
bool ask_wait(int stop, int ms);
/* Takes one of those options, -d, -D, or one of REMOTE_OPTS: 0 it did (or it is
 * not ours), -1. */
int ask_opt(struct ask *, int c, const char *arg, struct err *);
/* After the options: the range, and the output when none was chosen. */
int ask_ready(struct ask *, bool terminal, struct err *);

/*
 * A prompt's jump: runs the other query tool on `other`, for the same tenant
 * and zone, with these arguments, which end with NULL; where headers or keys go
 * (-u) is not told: they are for the first server.
 */
int ask_jump(const struct ask *, const char *tool, const char *const *args,
    struct err *);

/* The prompt's \limit N, \since AGE, \o FORM; arg begins with an ask. */
int ask_do_limit(void *arg, const char *n, struct err *);
int ask_do_since(void *arg, const char *age, struct err *);
int ask_do_output(void *arg, const char *form, struct err *);
/* \timezone */
int ask_do_zone(void *arg, const char *name, struct err *);
/* \stats: says what was read, or not any more. */
int ask_do_stats(void *arg, const char *none, struct err *);

/* What is no series has no chart: its picture is the table. */
enum ask_out ask_uncharted(enum ask_out);
/* --since, --from, --to as given (NULL: not). ERR_QUERY when they clash. */
int ask_range(const char *since, const char *from, const char *to,
    uint64_t now, uint64_t *range_from, uint64_t *range_to, struct err *);
/* A count for --limit and the like: digits, or "all" for 0. */
int ask_count(const char *word, const char *option, uint64_t *n,
    struct err *);
/* A time between points, for --step, in ns: 30s, 1m30s; "all" is 0, "auto"
 * ASK_STEP_AUTO. */
#define ASK_STEP_AUTO	UINT64_MAX
int ask_step(const char *word, const char *option, uint64_t *ns,
    struct err *);
/*
 * Says why an answer is empty: "no match; the store holds T1 to T2", with the
 * range asked for when there was one. `any`: min and max hold.
 */
void ask_no_match(void (*say)(void *arg, const char *msg), void *arg, bool any,
    uint64_t min, uint64_t max, uint64_t from, uint64_t to);
/* The same of a server: which time it was asked of. */
void ask_no_match_far(void (*say)(void *arg, const char *msg), void *arg,
    uint64_t from, uint64_t to);
/* Says what has words of telemetry in it: made safe for a terminal. */
void ask_say(void (*say)(void *arg, const char *msg), void *arg,
    struct str text);
/* The words of --stats: "N WHAT, 1.2 ms; stripes, pages, bytes read", or as
 * remote_stats. */
struct str ask_stats(struct ask *, uint64_t n, const char *what, uint64_t ns);

#endif
