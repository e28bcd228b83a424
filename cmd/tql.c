/* tql: ask a trace store, in TraceQL. See tql(1). */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/pool.h"
#include "base/time.h"
#include "base/tool.h"
#include "line/shell.h"
#include "tql/answer.h"
#include "tql/complete.h"

enum { OPT_SPANS = 256, OPT_STEP };

#define IDS_MAX	((size_t)256 << 20)

static const struct tool tool = {
	.name = "tql",
	.args = "-d STORE [OPTION ...] [QUERY | ID ... | -]",
	.what = "ask a trace store, in TraceQL; without a query: a prompt",
	.opts = {
		{ 'd', "store", "DIR", "the trace store (default: $TSTORE)",
		  "dir" },
		{ 'D', "logs-store", "DIR", "the log store, for jumps there "
		  "(default: $LSTORE)", "dir" },
		ASK_OPTS("traces", "20", "table, json, csv, ids or rec",
		    "table|json|csv|ids|rec"),
		{ OPT_SPANS, "spans", "N", "matching spans shown of a trace; "
		  "0 or all: every one (default: 3)", NULL },
		{ OPT_STEP, "step", "TIME", "between the points of metrics, "
		  "such as 1m; all: one for the range (default: about 100 "
		  "points)", NULL },
	},
};

struct args {
	struct ask ask;
	struct tql_ask tql;
};

static void
say(void *arg, const char *msg)
{
	(void)arg;
	tool_say(&tool, "%s", msg);
}

static int
write_out(void *arg, struct str s, struct err *e)
{
	(void)arg;
	if (fwrite(s.p, 1, s.n, stdout) != s.n || fflush(stdout) != 0)
		return err_sys(e, "stdout");
	return 0;
}

static struct store_view *
open_view(const struct args *args, struct err *e)
{
	struct store_view_opts vo = { .kind = "traces",
		.tenant = args->ask.tenant, .say = say };

	return store_view(args->ask.store, &vo, e);
}

/* What is asked now: a prompt's commands change it between queries. */
static const struct tql_ask *
asked(struct args *args)
{
	args->tql.out = args->ask.out;
	args->tql.o.limit = args->ask.limit;
	args->tql.o.from = args->ask.from;
	args->tql.o.to = args->ask.to;
	return &args->tql;
}

/* A query (from `where`), or the id of a trace: the status. */
static int
answer(struct args *args, struct store_view *view, const char *where,
    struct str text)
{
	struct err e = { 0 };
	uint64_t n = 1, from = time_mono();
	const char *what = "traces";
	int r, status = 0;

	args->ask.count = (struct scan_count){ 0 };
	text = str_trim(text);
	if (tql_is_id(text))
		r = tql_trace(asked(args), view, text, &e);
	else if ((r = tql_answer(asked(args), view, text, &n, &what,
	    &e)) == -1)
		caret_in(&e, where);
	if (r == -1)
		status = tool_fail(&tool, &e);
	else if (store_view_missing(view) > 0)
		status = 1;
	if (args->ask.stats && r == 0)
		tool_say(&tool, "%s", ask_stats(&args->ask.mem, &args->ask.count,
		    n, what, time_mono() - from).p);
	return status;
}

static int
answer_fresh(struct args *args, struct str text)
{
	struct err e = { 0 };
	struct store_view *view = open_view(args, &e);
	int status;

	if (!view)
		return tool_fail(&tool, &e);
	status = answer(args, view, "query", text);
	store_view_close(view);
	return status;
}

/* ---- the prompt ----------------------------------------------------------- */

static int
do_trace(void *arg, const char *id, struct err *e)
{
	if (!tql_is_id(str_of(id)))
		return err_set(e, ERR_QUERY, "\\trace ID: up to 32 hex "
		    "digits");
	answer_fresh(arg, str_of(id));
	return 0;
}

static int
do_logs(void *arg, const char *id, struct err *e)
{
	const struct args *args = arg;
	const char *argv[] = { "lql", "-d", args->ask.other, "--trace", id,
		"--direction", "forward", NULL };
	struct store_view *view;
	char whole[33];

	if (!args->ask.other)
		return err_set(e, ERR_QUERY, "\\logs needs the log store: tql "
		    "-D DIR; or ask yourself: lql -d DIR --trace %s", id);
	/* a whole one may have logs, but no trace here */
	if (strlen(id) < 32) {
		view = open_view(args, e);
		if (!view)
			return -1;
		int r = tql_whole_id(view, str_of(id), whole, e);

		store_view_close(view);
		if (r == -1)
			return -1;
		argv[4] = whole;
	}
	return tool_run(argv, e) == -1 ? -1 : 0;
}

/* A number of spans; 0 is all. */
static int
set_spans(struct args *args, const char *to, const char *option,
    struct err *e)
{
	uint64_t n;

	if (ask_count(to, option, &n, e) == -1)
		return -1;
	args->tql.o.spans = n == 0 || n > UINT32_MAX ? UINT32_MAX :
	    (uint32_t)n;
	return 0;
}

static int
do_step(void *arg, const char *to, struct err *e)
{
	struct args *args = arg;

	return ask_step(to, "\\step", &args->tql.step, e);
}

static int
do_spans(void *arg, const char *n, struct err *e)
{
	return set_spans(arg, n, "\\spans", e);
}

static const struct shell_command commands[] = {
	{ "trace", "ID", "one trace, as a picture; so does ID alone, or a "
	  "unique beginning", do_trace },
	{ "logs", "ID", "its log lines (needs -D); here, too, a beginning will do", do_logs },
	{ "limit", "N", "traces at most, or all", ask_do_limit },
	{ "spans", "N", "matching spans shown of each, or all", do_spans },
	{ "step", "TIME", "between the points of metrics, auto, or all", do_step },
	{ "since", "AGE", "only the last AGE, or all", ask_do_since },
	{ "o", "FORM", "table, json, csv, ids or rec", ask_do_output },
	{ 0 },
};

static int
query(void *arg, struct str text)
{
	return answer_fresh(arg, text);
}

static size_t
complete(void *arg, struct str before, size_t *from, struct arena *a,
    struct str **words)
{
	return tql_complete(arg, before, from, a, words);
}

static int
prompt(struct args *args)
{
	struct tql_keys keys = { 0 };
	struct shell sh = { .tool = &tool, .commands = commands,
		.example = "{ status = error && duration > 1s } >> "
		"{ name = \"x\" }", .query = query, .whole = tql_whole,
		.arg = args, .complete = { .complete = complete,
		.arg = &keys } };
	struct err e = { 0 };
	struct store_view *view = open_view(args, &e);
	int r = view ? tql_keys(view, &args->ask.mem, &keys, &e) : -1;

	if (view)
		store_view_close(view);
	return r == -1 ? tool_fail(&tool, &e) : shell_run(&sh);
}

/* ---- options -------------------------------------------------------------- */

/* Every trace whose id stands on stdin; those not here are named. */
static int
answer_ids(struct args *args, struct store_view *view)
{
	struct buf b = { 0 };
	struct err e = { 0 };
	unsigned missing = 0;
	int status = 0;

	if (io_slurp("/dev/stdin", &b, IDS_MAX, &e) == -1 ||
	    tql_traces(asked(args), view, buf_str(&b), "stdin", &missing,
	    &e) == -1)
		status = tool_fail(&tool, &e);
	buf_free(&b);
	return status > 0 ? status : missing > 0;
}

/* The operands: a query, ids, or "-". */
static int
operands(struct args *args, int n, char *v[])
{
	struct err e = { 0 };
	struct store_view *view;
	int status = 0;

	for (int i = 0; i < n && n > 1; i++)
		if (!tql_is_id(str_of(v[i])))
			tool_usage(&tool, "%s: one query, in quotes, or ids",
			    v[i]);
	view = open_view(args, &e);
	if (!view)
		return tool_fail(&tool, &e);
	for (int i = 0; i < n && status != 130; i++) {
		int r = strcmp(v[i], "-") == 0 ? answer_ids(args, view) :
		    answer(args, view, "-e", str_of(v[i]));

		status = r > 0 ? r : status;
	}
	store_view_close(view);
	return status;
}

int
main(int argc, char *argv[])
{
	struct args args = { .ask = { .store = getenv("TSTORE"),
		.other = getenv("LSTORE"), .limit = 20 },
		.tql = { .write = write_out, .say = say,
		.step = ASK_STEP_AUTO, .o = { .spans = 3,
		.stopped = tool_stopped, .workers = pool_workers() } } };
	struct err e = { 0 };
	int c, status;

	args.tql.o.count = &args.ask.count;
	while ((c = tool_opt(&tool, argc, argv)) != -1)
		if ((c == OPT_SPANS ? set_spans(&args, optarg, "--spans", &e) :
		    c == OPT_STEP ? ask_step(optarg, "--step", &args.tql.step, &e) :
		    ask_opt(&args.ask, c, optarg, &e)) == -1)
			return tool_fail(&tool, &e);
	if (!args.ask.store)
		tool_usage(&tool, "which store? -d DIR");
	if (args.ask.out == ASK_RAW)
		tool_usage(&tool, "-o raw: table, json, csv, ids or rec");
	if (ask_ready(&args.ask, isatty(STDOUT_FILENO), &e) == -1)
		return tool_fail(&tool, &e);
	args.tql.show = show_for(STDOUT_FILENO, args.ask.color);
	status = optind < argc ? operands(&args, argc - optind,
	    argv + optind) : prompt(&args);
	arena_free(&args.ask.mem);
	return tool_exit(&tool, status);
}
