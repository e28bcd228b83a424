/* tql: ask a trace store, in TraceQL. See tql(1). */
#include <stdlib.h>
#include <unistd.h>

#include "base/pool.h"
#include "base/time.h"
#include "base/tool.h"
#include "tql/session.h"

enum { OPT_SPANS = 256, OPT_STEP, OPT_TAGS, OPT_VALUES, OPT_EXPLAIN,
	OPT_EXEMPLARS, OPT_SETTLE, OPT_SORT, OPT_DIFF, OPT_JSON, OPT_DOT };

#define FORMS	(ASK_FORM(ASK_CHART) | ASK_FORM(ASK_TABLE) |		\
	ASK_FORM(ASK_JSON) | ASK_FORM(ASK_CSV) | ASK_FORM(ASK_IDS) |	\
	ASK_FORM(ASK_REC) | ASK_FORM(ASK_DOT))

static const struct tool tool = {
	.name = "tql",
	.args = "-d STORE | -u URL [OPTION ...] [QUERY | ID ... | -]",
	.what = "ask a trace store, in TraceQL; without a query: a prompt",
	.opts = {
		{ 'd', "store", "DIR", "the trace store (default: $TSTORE)",
		  "dir" },
		{ 'D', "logs-store", "DIR", "the log store, or the URL of a "
		  "Loki, for \\logs (default: $LSTORE)", "dir" },
		REMOTE_OPTS("Tempo"),
		ASK_OPTS("traces", "20", "chart, table, json, csv, ids, rec "
		    "or dot", "chart|table|json|csv|ids|rec|dot"),
		{ OPT_JSON, "json", NULL, "as -o json: OTLP, of traces by id",
		  NULL },
		{ OPT_DOT, "dot", NULL, "as -o dot: a graph for dot(1)",
		  NULL },
		{ OPT_SORT, "sort", "BY", "which traces come first: time "
		  "(newest; default), duration (longest) or spans (most that "
		  "matched)", "time|duration|spans" },
		{ OPT_SPANS, "spans", "N", "matching spans shown of a trace; "
		  "0 or all: every one (default: 3), and none folded in "
		  "pictures", NULL },
		{ OPT_STEP, "step", "TIME", "between the points of metrics, "
		  "such as 1m; all: one for the range (default: about 100 "
		  "points)", NULL },
		{ OPT_EXEMPLARS, "exemplars", "N", "traces behind the points "
		  "of metrics, 100 at most (default: none)", NULL },
		{ 'f', "follow", NULL, "then wait, and print traces as they "
		  "come to match", NULL },
		{ OPT_SETTLE, "settle", "TIME", "with -f: a trace is whole when "
		  "nothing of it came for so long (default: 5s)", NULL },
		{ OPT_TAGS, "tags", NULL, "names of attributes, of the scope "
		  "that the operand says (span, resource ...), or of all",
		  NULL },
		{ OPT_VALUES, "values", "KEY", "the values of an attribute, "
		  "or those that the spans of the query have", NULL },
		{ OPT_DIFF, "diff", NULL, "where the time went: operands "
		  "A B [QUERY], A before and B after, each a trace id or "
		  "FROM..TO", NULL },
		{ OPT_EXPLAIN, "explain", NULL, "not the answer, but its "
		  "steps, and the pages and bytes they read", NULL },
	},
};

static void
say(void *arg, const char *msg)
{
	(void)arg;
	tool_say(&tool, "%s", msg);
}

/* The operands: a query, ids, or "-". */
static int
operands(struct tql_session *s, int n, char *v[])
{
	struct err e = { 0 };
	struct store_view *view = NULL;
	int status = 0;

	for (int i = 0; i < n && n > 1; i++)
		if (!tql_is_id(str_of(v[i])))
			tool_usage(&tool, "%s: one query, in quotes, or ids",
			    v[i]);
	if (!s->ask.remote.url && !(view = tql_session_view(s, &e)))
		return tool_fail(&tool, &e);
	for (int i = 0; i < n && status != 130; i++) {
		int r = strcmp(v[i], "-") == 0 ? tql_session_ids(s, view) :
		    tql_session_answer(s, view, "-e", str_of(v[i]));

		status = r > 0 ? r : status;
	}
	store_view_close(view);
	return status;
}

/* What is asked for instead of traces. */
struct args {
	struct tql_session s;
	const char *values;	/* of this key */
	bool tags, follow, diff;
};

static int
ask(struct args *args, int n, char *v[])
{
	if ((args->tags || args->values) && n > 1)
		tool_usage(&tool, "%s: one operand behind --tags or --values",
		    v[1]);
	if (args->tags && args->values)
		tool_usage(&tool, "--tags and --values: one of them");
	if (args->tags)
		return tql_session_tags(&args->s, str_of(n ? v[0] : ""));
	if (args->values)
		return tql_session_values(&args->s, "--values",
		    str_of(args->values), str_of(n ? v[0] : ""));
	if (args->diff && (n < 2 || n > 3))
		tool_usage(&tool, "--diff A B [QUERY]");
	if (args->diff)
		return tql_session_diff(&args->s, (const struct str[2]){
		    str_of(v[0]), str_of(v[1]) }, str_of(n > 2 ? v[2] : ""));
	if (args->follow && (n != 1 || tql_is_id(str_of(v[0])) ||
	    args->s.ask.to_text))
		tool_usage(&tool, "-f follows one query, without --to");
	if (args->follow)
		return tql_session_follow(&args->s, "-e", str_of(v[0]));
	return n > 0 ? operands(&args->s, n, v) : tql_session_prompt(&args->s);
}

static int
option(struct args *args, int c, struct err *e)
{
	struct tql_session *s = &args->s;

	switch (c) {
	case 'f': args->follow = true; break;
	case OPT_JSON: return ask_opt(&s->ask, 'o', "json", e);
	case OPT_DOT: return ask_opt(&s->ask, 'o', "dot", e);
	case OPT_SETTLE: s->settle = tool_age(&tool, optarg); break;
	case OPT_DIFF: args->diff = true; break;
	case OPT_TAGS: args->tags = true; break;
	case OPT_EXPLAIN: s->explain = true; break;
	case OPT_VALUES: args->values = optarg; break;
	case OPT_SORT: return tql_session_sort(s, optarg, "--sort", e);
	case OPT_SPANS: return tql_session_spans(s, optarg, "--spans", e);
	case OPT_EXEMPLARS: return tql_session_exemplars(s, optarg, e);
	case OPT_STEP: return ask_step(optarg, "--step", &s->tql.step, e);
	default: return ask_opt(&s->ask, c, optarg, e);
	}
	return 0;
}

int
main(int argc, char *argv[])
{
	struct args args = { .s = { .tool = &tool, .settle = 5 * NS_S,
		.ask = { .remote.kind = "tempo", .store = getenv("TSTORE"),
		.other = getenv("LSTORE"), .limit = 20, .forms = FORMS },
		.tql = { .write = ask_write, .write_arg = &args.s, .say = say,
		.step = ASK_STEP_AUTO, .o = { .spans = 3,
		.stopped = tool_stopped, .workers = pool_workers() } } } };
	struct tql_session *s = &args.s;
	struct err e = { 0 };
	int c, status;

	s->tql.o.count = &s->ask.count;
	while ((c = tool_opt(&tool, argc, argv)) != -1)
		if (option(&args, c, &e) == -1) {
			arena_free(&s->ask.mem);
			return tool_fail(&tool, &e);
		}
	if (!s->ask.store && !s->ask.remote.url)
		tool_usage(&tool, "which store? -d DIR, or -u URL");
	if (ask_ready(&s->ask, isatty(STDOUT_FILENO), &e) == -1)
		status = tool_fail(&tool, &e);
	else
		status = ask(&args, argc - optind, argv + optind);
	remote_close(&s->ask.remote);
	arena_free(&s->ask.mem);
	return tool_exit(&tool, status);
}
