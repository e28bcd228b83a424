/* lql: ask a log store, in LogQL. See lql(1). */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/pool.h"
#include "base/time.h"
#include "base/tool.h"
#include "line/shell.h"
#include "lql/answer.h"
#include "lql/complete.h"
#include "lql/ids.h"
#include "lql/print.h"

enum { OPT_TRACE = 256, OPT_TRACES, OPT_DIRECTION, OPT_LABELS, OPT_VALUES,
	OPT_SERIES, OPT_FMT, OPT_STEP };

#define FORMS	(ASK_FORM(ASK_CHART) | ASK_FORM(ASK_TABLE) |		\
	ASK_FORM(ASK_JSON) | ASK_FORM(ASK_CSV) | ASK_FORM(ASK_RAW) |	\
	ASK_FORM(ASK_IDS) | ASK_FORM(ASK_REC))

static const struct tool tool = {
	.name = "lql",
	.args = "-d STORE [OPTION ...] [QUERY]",
	.what = "ask a log store, in LogQL; without a query: a prompt",
	.opts = {
		{ 'd', "store", "DIR", "the log store (default: $LSTORE)",
		  "dir" },
		{ 'D', "traces-store", "DIR", "the trace store, for \\trace "
		  "(default: $TSTORE)", "dir" },
		ASK_OPTS("lines", "100", "chart, table, json, csv, raw, ids or "
		    "rec", "chart|table|json|csv|raw|ids|rec"),
		{ OPT_TRACE, "trace", "ID", "only lines of this trace", NULL },
		{ OPT_TRACES, "traces", "FILE", "only lines of the traces whose "
		  "ids FILE lists; - is stdin", "file" },
		{ OPT_DIRECTION, "direction", "WAY", "forward (oldest first) or "
		  "backward (default)", "forward|backward" },
		{ OPT_STEP, "step", "TIME", "between the points of metrics, such "
		  "as 30s; all: one, at the end (default: some 100 points)",
		  NULL },
		{ 'f', "follow", NULL, "then wait, and print lines as they "
		  "come", NULL },
		{ OPT_LABELS, "labels", NULL, "the labels of the streams of a "
		  "selector, or of all", NULL },
		{ OPT_VALUES, "values", "LABEL", "the values of one", NULL },
		{ OPT_SERIES, "series", NULL, "the streams themselves", NULL },
		{ OPT_FMT, "fmt", NULL, "the query, set out over lines", NULL },
	},
};

struct args {
	struct ask ask;
	struct lql_ask lql;
	const char *trace, *traces;
	bool follow, fmt;
};

static void
say(void *arg, const char *msg)
{
	(void)arg;
	tool_say(&tool, "%s", msg);
}

/* Parses and answers one query: the status. An empty text: every stream. */
static int
answer(struct args *args, const char *where, struct str text)
{
	struct arena a = { 0 };
	struct lql_query q = { 0 };
	struct err e = { 0 };
	struct store_view *view = NULL;
	uint64_t lines = 0, from = time_mono();
	const char *what = "lines";
	int r = 0, status = 0;

	args->ask.count = (struct scan_count){ 0 };
	args->lql.out = ask_uncharted(args->ask.out);
	args->lql.chart = args->ask.out == ASK_CHART;
	args->lql.o.limit = args->ask.limit;
	args->lql.o.from = args->ask.from;
	args->lql.o.to = args->ask.to;
	if (text.n > 0 && lql_parse(&q, text, &a, &e) == -1)
		r = caret_in(&e, where);
	else if (args->fmt)
		r = lql_set_out(&args->lql, &q, &e);
	else if (args->follow)
		r = lql_follow(&args->lql, &q, tool_stop_fd(), &e);
	else if (!(view = lql_view(&args->lql, &e)))
		r = -1;
	else
		r = lql_answer(&args->lql, view, &q, &lines, &what, &e);
	if (r == -1)
		status = tool_fail(&tool, &e);
	else if (view && store_view_missing(view) > 0)
		status = 1;
	if (args->ask.stats && view)
		tool_say(&tool, "%s", ask_stats(&a, &args->ask.count, lines,
		    what, time_mono() - from).p);
	if (view)
		store_view_close(view);
	lql_query_free(&q);
	arena_free(&a);
	return status;
}

/* ---- the prompt ----------------------------------------------------------- */

static int
do_trace(void *arg, const char *id, struct err *e)
{
	const struct args *args = arg;
	const char *argv[] = { "tql", "-d", args->ask.other, id, NULL };

	if (!args->ask.other)
		return err_set(e, ERR_QUERY, "\\trace needs the trace store: "
		    "lql -D DIR");
	return tool_run(argv, e) == -1 ? -1 : 0;
}

static int
do_direction(void *arg, const char *way, struct err *e)
{
	struct args *args = arg;

	args->lql.o.forward = strcmp(way, "forward") == 0;
	return args->lql.o.forward || strcmp(way, "backward") == 0 ? 0 :
	    err_set(e, ERR_QUERY, "direction %s: forward or backward", way);
}

static int
do_step(void *arg, const char *to, struct err *e)
{
	return ask_step(to, "\\step", &((struct args *)arg)->lql.step, e);
}

/* The query, a selector, may be left out. */
static int
about(struct args *args, enum lql_about what, struct str label,
    const char *query)
{
	args->lql.about = what;
	args->lql.label = label;
	answer(args, "query", str_of(query));
	args->lql.about = LQL_LINES;
	return 0;
}

static int
do_labels(void *arg, const char *query, struct err *e)
{
	(void)e;
	return about(arg, LQL_LABELS, S(""), query);
}

static int
do_values(void *arg, const char *operand, struct err *e)
{
	struct str rest = str_of(operand), label;

	(void)e;
	str_cut(&rest, ' ', &label);
	return about(arg, LQL_VALUES, label, str_trim(rest).p);
}

static int
do_series(void *arg, const char *query, struct err *e)
{
	(void)e;
	return about(arg, LQL_SERIES, S(""), query);
}

static const struct shell_command commands[] = {
	{ "trace", "ID", "the trace of a line (needs -D)", do_trace },
	{ "labels", "[SELECTOR]", "the labels there are", do_labels },
	{ "values", "LABEL [SELECTOR]", "the values of a label", do_values },
	{ "series", "[SELECTOR]", "the streams there are", do_series },
	{ "limit", "N", "lines at most, or all", ask_do_limit },
	{ "since", "AGE", "only the last AGE, or all", ask_do_since },
	{ "o", "FORM", "chart, table, json, csv, raw, ids or rec", ask_do_output },
	{ "step", "TIME", "between the points of metrics, auto, or all",
	  do_step },
	{ "direction", "WAY", "forward (oldest first) or backward",
	  do_direction },
	{ 0 },
};

static int
query(void *arg, struct str text)
{
	return answer(arg, "query", text);
}

static size_t
complete(void *arg, struct str before, size_t *from, struct arena *a,
    struct str **words)
{
	return lql_complete(arg, before, from, a, words);
}

static int
prompt(struct args *args)
{
	struct log_scan_opts all = { 0 };
	struct log_streams streams;
	struct lql_labels labels = { 0 };
	struct shell sh = { .tool = &tool, .commands = commands,
		.example = "{service_name=\"x\"} |= \"text\" | "
		"severity_text=\"ERROR\"", .query = query, .whole = lql_whole,
		.arg = args, .complete = { .complete = complete,
		.arg = &labels } };
	struct err e = { 0 };
	struct store_view *view = lql_view(&args->lql, &e);
	int r = view ? log_streams(view, &all, &args->ask.mem, &streams, &e) :
	    -1;

	if (view)
		store_view_close(view);
	if (r == 0)
		lql_labels(&streams, &args->ask.mem, &labels);
	return r == -1 ? tool_fail(&tool, &e) : shell_run(&sh);
}

/* ---- options -------------------------------------------------------------- */

static int
option(struct args *args, int c, struct err *e)
{
	switch (c) {
	case 'f': args->follow = true; break;
	case OPT_FMT: args->fmt = true; break;
	case OPT_TRACE: args->trace = optarg; break;
	case OPT_TRACES: args->traces = optarg; break;
	case OPT_LABELS: args->lql.about = LQL_LABELS; break;
	case OPT_VALUES:
		args->lql.about = LQL_VALUES;
		args->lql.label = str_of(optarg);
		break;
	case OPT_SERIES: args->lql.about = LQL_SERIES; break;
	case OPT_DIRECTION: return do_direction(args, optarg, e);
	case OPT_STEP: return ask_step(optarg, "--step", &args->lql.step, e);
	default: return ask_opt(&args->ask, c, optarg, e);
	}
	return 0;
}

static int
run(struct args *args, const char *query)
{
	tool_stop_fd();
	if (query || args->trace || args->traces || args->lql.about)
		return answer(args, "-e", query ? str_of(query) : S(""));
	return prompt(args);
}

int
main(int argc, char *argv[])
{
	struct args args = { .ask = { .store = getenv("LSTORE"),
		.other = getenv("TSTORE"), .limit = 100, .forms = FORMS },
		.lql = { .write = tool_write, .say = say,
		.step = ASK_STEP_AUTO,
		.o = { .workers = pool_workers() } } };
	struct err e = { 0 };
	int c, status;

	args.lql.o.count = &args.ask.count;
	while ((c = tool_opt(&tool, argc, argv)) != -1)
		if (option(&args, c, &e) == -1)
			return tool_fail(&tool, &e);
	if (args.fmt ? !argv[optind] : !args.ask.store)
		tool_usage(&tool, "which %s", args.fmt ? "query?" :
		    "store? -d DIR");
	if (argc - optind > 1)
		tool_usage(&tool, "%s: one query, in quotes", argv[optind + 1]);
	if (args.trace && args.traces)
		tool_usage(&tool, "--trace and --traces: one of them");
	if (args.follow && args.lql.about)
		tool_usage(&tool, "--follow: lines only");
	args.lql.store = args.ask.store;
	args.lql.tenant = args.ask.tenant;
	args.lql.show = ask_show(&args.ask, STDOUT_FILENO);
	if (ask_ready(&args.ask, isatty(STDOUT_FILENO), &e) == -1 ||
	    lql_read_ids(&args.lql.o, args.trace, args.traces, &args.ask.mem,
	    &e) == -1)
		status = tool_fail(&tool, &e);
	else
		status = run(&args, argv[optind]);
	arena_free(&args.ask.mem);
	return tool_exit(&tool, status);
}
