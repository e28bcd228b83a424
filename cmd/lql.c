/* lql: ask a log store, in LogQL. See lql(1). */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/pool.h"
#include "base/time.h"
#include "base/tool.h"
#include "line/prompt.h"
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
	if (args->stats && view) {
		struct str said = ask_stats(&a, &args->count, lines, "lines",
		    time_mono() - from);

		tool_say(&tool, "%.*s", PS(said));
	}
	if (view)
		store_view_close(view);
	lql_query_free(&q);
	arena_free(&a);
	return status;
}

/* ---- the prompt ----------------------------------------------------------- */

static const char help[] =
"  {service_name=\"x\"} |= \"text\" | severity_text=\"ERROR\"    a query\n"
"  \\trace ID          the trace of a line (needs -D)\n"
"  \\limit N           lines at most (now and again: all)\n"
"  \\since AGE         only the last AGE; \\since all\n"
"  \\o FORM            table, json, csv, raw, ids or rec\n"
"  \\forward           oldest first; \\backward: newest first\n"
"  \\h  \\q             this help; leave (also ^D)\n";

static size_t
complete(void *arg, struct str before, size_t *from, struct arena *a,
    struct str **words)
{
	return lql_complete(arg, before, from, a, words);
}

static bool
whole(void *arg, struct str text)
{
	(void)arg;
	return text.n == 0 || text.p[0] == '\\' || lql_whole(text);
}

static void
jump(const struct args *args, const char *id)
{
	const char *argv[] = { "tql", "-d", args->traces_store, id, NULL };
	struct err e = { 0 };

	if (!args->traces_store)
		tool_say(&tool, "\\trace needs the trace store: lql -D DIR");
	else if (tool_run(argv, &e) == -1)
		tool_fail(&tool, &e);
}

static int
set(struct args *args, struct str what, const char *to, struct err *e)
{
	struct lql_opts *o = &args->ask.o;

	if (str_eq(what, S("limit")))
		return ask_count(to, "\\limit", &o->limit, e);
	if (str_eq(what, S("o")))
		return ask_out(to, &args->ask.out, e);
	if (str_eq(what, S("since")))
		return ask_range(strcmp(to, "all") == 0 ? NULL : to, NULL,
		    NULL, time_now(), &o->from, &o->to, e);
	return err_set(e, ERR_QUERY, "\\%.*s: unknown, \\h helps", PS(what));
}

/* A line that begins with a backslash. false: leave. */
static bool
command(struct args *args, struct str line, struct arena *a)
{
	struct str word, rest = str_skip(line, 1);
	struct err e = { 0 };

	if (!str_cut(&rest, ' ', &word) || str_eq(word, S("h")) ||
	    str_eq(word, S("help")))
		fputs(help, stdout);
	else if (str_eq(word, S("q")))
		return false;
	else if (str_eq(word, S("forward")) || str_eq(word, S("backward")))
		args->ask.o.forward = word.p[0] == 'f';
	else if (str_eq(word, S("trace")))
		jump(args, arena_str(a, str_trim(rest)).p);
	else if (set(args, word, arena_str(a, str_trim(rest)).p, &e) == -1)
		tool_fail(&tool, &e);
	return true;
}

static int
prompt(struct args *args)
{
	struct lql_labels labels = { 0 };
	struct prompt_ops ops = { complete, whole, &labels };
	struct arena a = { 0 };
	struct err e = { 0 };
	struct str text;
	int status = 0;
	struct store_view *view = lql_view(&args->ask, &e);
	bool tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);

	if (!view || lql_labels(view, &args->mem, &labels, &e) == -1)
		status = tool_fail(&tool, &e);
	if (view)
		store_view_close(view);
	if (status > 0 || prompt_open("lql", &ops, &e) == -1)
		return status > 0 ? status : tool_fail(&tool, &e);
	tool_stop_fd();
	if (tty)
		puts("lql: \\h helps, Tab completes, ^D leaves");
	while (prompt_read("lql> ", &a, &text) == 1) {
		int r = 0;

		if (text.n > 0 && text.p[0] == '\\') {
			if (!command(args, text, &a))
				break;
		} else if (text.n > 0)
			r = answer(args, "query", text);
		tool_stop_clear();
		if (!tty && r > 0)
			status = r;
		arena_reset(&a);
	}
	prompt_close();
	arena_free(&a);
	return status;
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
	case OPT_DIRECTION:
		ask->o.forward = strcmp(optarg, "forward") == 0;
		if (!ask->o.forward && strcmp(optarg, "backward") != 0)
			return err_set(e, ERR_QUERY, "--direction %s: forward "
			    "or backward", optarg);
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
