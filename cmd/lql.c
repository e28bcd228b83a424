/* lql: ask a log store, in LogQL. See lql(1). */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/pool.h"
#include "base/time.h"
#include "base/tool.h"
#include "line/shell.h"
#include "lql/answer.h"
#include "lql/complete.h"

enum { OPT_SINCE = 256, OPT_FROM, OPT_TO, OPT_TRACE, OPT_TRACES, OPT_DIRECTION,
	OPT_COLOR, OPT_TENANT, OPT_STATS };

#define IDS_MAX	((size_t)256 << 20)

static const struct tool tool = {
	.name = "lql",
	.args = "-d STORE [OPTION ...] [QUERY]",
	.what = "ask a log store, in LogQL; without a query: a prompt",
	.opts = {
		{ 'd', "store", "DIR", "the log store (default: $LSTORE)",
		  "dir" },
		{ 'D', "traces-store", "DIR", "the trace store, for \\trace "
		  "(default: $TSTORE)", "dir" },
		{ 'n', "limit", "N", "lines at most; 0 or all: every one "
		  "(default: 100)", NULL },
		{ OPT_SINCE, "since", "AGE", "lines of the last AGE, such as "
		  "1h", NULL },
		{ OPT_FROM, "from", "TIME", "lines at or after TIME: RFC 3339, "
		  "Unix seconds or ns, -1h", NULL },
		{ OPT_TO, "to", "TIME", "lines before TIME", NULL },
		{ OPT_TRACE, "trace", "ID", "only lines of this trace", NULL },
		{ OPT_TRACES, "traces", "FILE", "only lines of the traces whose "
		  "ids FILE lists; - is stdin", "file" },
		{ OPT_DIRECTION, "direction", "WAY", "forward (oldest first) or "
		  "backward (default)", "forward|backward" },
		{ 'f', "follow", NULL, "then wait, and print lines as they "
		  "come", NULL },
		{ 'o', "output", "FORM", "table, json, csv, raw, ids or rec "
		  "(default: table on a terminal, else json)",
		  "table|json|csv|raw|ids|rec" },
		{ OPT_COLOR, "color", "WHEN", "auto, always or never",
		  "auto|always|never" },
		{ OPT_TENANT, "tenant", "NAME", "whose lines (default: of no "
		  "tenant)", NULL },
		{ OPT_STATS, "stats", NULL, "say on stderr what was read",
		  NULL },
	},
};

struct args {
	struct lql_ask ask;
	struct scan_count count;
	const char *traces_store, *since, *from, *to, *color;
	const char *trace, *traces;
	bool follow, stats;
	struct arena mem;
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

/* Parses and answers one query: the status. An empty text: every stream. */
static int
answer(struct args *args, const char *where, struct str text)
{
	struct arena a = { 0 };
	struct lql_query q = { 0 };
	struct err e = { 0 };
	struct store_view *view = NULL;
	uint64_t lines = 0, from = time_mono();
	int r = 0, status = 0;

	args->count = (struct scan_count){ 0 };
	if (text.n > 0 && lql_parse(&q, text, &a, &e) == -1)
		r = caret_in(&e, where);
	else if (args->follow)
		r = lql_follow(&args->ask, &q, tool_stop_fd(), &e);
	else if (!(view = lql_view(&args->ask, &e)))
		r = -1;
	else
		r = lql_answer(&args->ask, view, &q, &lines, &e);
	if (r == -1)
		status = tool_fail(&tool, &e);
	else if (view && store_view_missing(view) > 0)
		status = 1;
	if (args->stats && view)
		tool_say(&tool, "%s", ask_stats(&a, &args->count, lines,
		    "lines", time_mono() - from).p);
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
	const char *argv[] = { "tql", "-d", args->traces_store, id, NULL };

	if (!args->traces_store)
		return err_set(e, ERR_QUERY, "\\trace needs the trace store: "
		    "lql -D DIR");
	return tool_run(argv, e) == -1 ? -1 : 0;
}

static int
do_limit(void *arg, const char *n, struct err *e)
{
	return ask_count(n, "\\limit", &((struct args *)arg)->ask.o.limit, e);
}

static int
do_since(void *arg, const char *age, struct err *e)
{
	struct lql_opts *o = &((struct args *)arg)->ask.o;

	return ask_range(strcmp(age, "all") == 0 ? NULL : age, NULL, NULL,
	    time_now(), &o->from, &o->to, e);
}

static int
do_output(void *arg, const char *form, struct err *e)
{
	return ask_out(form, &((struct args *)arg)->ask.out, e);
}

static int
set_direction(struct args *args, const char *way, struct err *e)
{
	args->ask.o.forward = strcmp(way, "forward") == 0;
	return args->ask.o.forward || strcmp(way, "backward") == 0 ? 0 :
	    err_set(e, ERR_QUERY, "direction %s: forward or backward", way);
}

static int
do_direction(void *arg, const char *way, struct err *e)
{
	return set_direction(arg, way, e);
}

static const struct shell_command commands[] = {
	{ "trace", "ID", "the trace of a line (needs -D)", do_trace },
	{ "limit", "N", "lines at most, or all", do_limit },
	{ "since", "AGE", "only the last AGE, or all", do_since },
	{ "o", "FORM", "table, json, csv, raw, ids or rec", do_output },
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
	struct lql_labels labels = { 0 };
	struct shell sh = { .tool = &tool, .commands = commands,
		.example = "{service_name=\"x\"} |= \"text\" | "
		"severity_text=\"ERROR\"", .query = query, .whole = lql_whole,
		.arg = args, .complete = { .complete = complete,
		.arg = &labels } };
	struct err e = { 0 };
	struct store_view *view = lql_view(&args->ask, &e);
	int r = view ? lql_labels(view, &args->mem, &labels, &e) : -1;

	if (view)
		store_view_close(view);
	return r == -1 ? tool_fail(&tool, &e) : shell_run(&sh);
}

/* ---- options -------------------------------------------------------------- */

static int
read_ids(struct args *args, struct err *e)
{
	struct lql_opts *o = &args->ask.o;
	struct buf b = { 0 };
	struct str text = str_of(args->trace);
	const char *where = "--trace";
	static const uint8_t no_ids[1][16];
	uint8_t (*ids)[16];
	int r = 0;

	if (args->traces) {
		bool in = strcmp(args->traces, "-") == 0;

		where = in ? "stdin" : args->traces;
		r = io_slurp(in ? "/dev/stdin" : args->traces, &b, IDS_MAX, e);
		text = buf_str(&b);
	}
	if (r == 0)
		r = lql_trace_ids(text, where, &args->mem, &ids,
		    &o->ntrace_ids, e);
	if (r == 0)	/* no id at all: no line, not every line */
		o->trace_ids = ids ? (const uint8_t (*)[16])ids : no_ids;
	buf_free(&b);
	return r;
}

static int
option(struct args *args, int c, struct err *e)
{
	struct lql_ask *ask = &args->ask;

	switch (c) {
	case 'd': ask->store = optarg; break;
	case 'D': args->traces_store = optarg; break;
	case 'n': return ask_count(optarg, "--limit", &ask->o.limit, e);
	case 'f': args->follow = true; break;
	case 'o': return ask_out(optarg, &ask->out, e);
	case OPT_SINCE: args->since = optarg; break;
	case OPT_FROM: args->from = optarg; break;
	case OPT_TO: args->to = optarg; break;
	case OPT_TRACE: args->trace = optarg; break;
	case OPT_TRACES: args->traces = optarg; break;
	case OPT_COLOR: args->color = optarg; break;
	case OPT_TENANT: ask->tenant = str_of(optarg); break;
	case OPT_STATS: args->stats = true; break;
	case OPT_DIRECTION: return set_direction(args, optarg, e);
	}
	return 0;
}

int
main(int argc, char *argv[])
{
	struct args args = { .traces_store = getenv("TSTORE"),
		.ask = { .store = getenv("LSTORE"), .write = write_out,
		.say = say, .o = { .limit = 100 } } };
	struct err e = { 0 };
	int c, status;

	args.ask.o.workers = pool_workers();
	args.ask.o.count = &args.count;
	while ((c = tool_opt(&tool, argc, argv)) != -1)
		if (option(&args, c, &e) == -1)
			return tool_fail(&tool, &e);
	if (!args.ask.store)
		tool_usage(&tool, "which store? -d DIR");
	if (argc - optind > 1)
		tool_usage(&tool, "%s: one query, in quotes", argv[optind + 1]);
	if (args.trace && args.traces)
		tool_usage(&tool, "--trace and --traces: one of them");
	args.ask.show = show_for(STDOUT_FILENO, args.color);
	if (args.ask.out == ASK_AUTO)
		args.ask.out = isatty(STDOUT_FILENO) ? ASK_TABLE : ASK_JSON;
	if (ask_range(args.since, args.from, args.to, time_now(),
	    &args.ask.o.from, &args.ask.o.to, &e) == -1 ||
	    ((args.trace || args.traces) && read_ids(&args, &e) == -1))
		return tool_fail(&tool, &e);
	tool_stop_fd();
	if (optind < argc || args.trace || args.traces)
		status = answer(&args, "-e", optind < argc ?
		    str_of(argv[optind]) : S(""));
	else
		status = prompt(&args);
	arena_free(&args.mem);
	return tool_exit(&tool, status);
}
