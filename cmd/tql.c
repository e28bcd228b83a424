/* tql: ask a trace store, in TraceQL. See tql(1). */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/pool.h"
#include "base/time.h"
#include "base/tool.h"
#include "line/prompt.h"
#include "tql/answer.h"
#include "tql/complete.h"

enum { OPT_SINCE = 256, OPT_FROM, OPT_TO, OPT_SPANS, OPT_COLOR, OPT_TENANT,
	OPT_STATS };

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
		{ 'n', "limit", "N", "traces at most; 0 or all: every one "
		  "(default: 20)", NULL },
		{ OPT_SPANS, "spans", "N", "matching spans shown of a trace; "
		  "0 or all: every one (default: 3)", NULL },
		{ OPT_SINCE, "since", "AGE", "spans of the last AGE, such as "
		  "1h", NULL },
		{ OPT_FROM, "from", "TIME", "spans at or after TIME: RFC 3339, "
		  "Unix seconds or ns, -1h", NULL },
		{ OPT_TO, "to", "TIME", "spans before TIME", NULL },
		{ 'o', "output", "FORM", "table, json, csv, ids or rec "
		  "(default: table on a terminal, else json)",
		  "table|json|csv|ids|rec" },
		{ OPT_COLOR, "color", "WHEN", "auto, always or never",
		  "auto|always|never" },
		{ OPT_TENANT, "tenant", "NAME", "whose traces (default: of no "
		  "tenant)", NULL },
		{ OPT_STATS, "stats", NULL, "say on stderr what was read",
		  NULL },
	},
};

struct args {
	struct tql_ask ask;
	struct scan_count count;
	const char *store, *logs_store, *since, *from, *to, *color;
	struct str tenant;
	bool stats;
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

static struct store_view *
open_view(const struct args *args, struct err *e)
{
	struct store_view_opts vo = { .kind = "traces",
		.tenant = args->tenant, .say = say };

	return store_view(args->store, &vo, e);
}

static void
say_stats(struct args *args, uint64_t traces, uint64_t ns)
{
	struct arena a = { 0 };
	struct str said = ask_stats(&a, &args->count, traces, "traces", ns);

	tool_say(&tool, "%.*s", PS(said));
	arena_free(&a);
}

/* A query, or the id of a trace: the status. */
static int
answer(struct args *args, struct store_view *view, struct str text)
{
	struct err e = { 0 };
	uint64_t traces = 1, from = time_mono();
	int r, status = 0;

	args->count = (struct scan_count){ 0 };
	text = str_trim(text);
	if (tql_is_id(text))
		r = tql_trace(&args->ask, view, text, &e);
	else
		r = tql_answer(&args->ask, view, text, &traces, &e);
	if (r == -1)
		status = tool_fail(&tool, &e);
	else if (store_view_missing(view) > 0)
		status = 1;
	if (args->stats && r == 0)
		say_stats(args, traces, time_mono() - from);
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
	status = answer(args, view, text);
	store_view_close(view);
	return status;
}

/* ---- the prompt ----------------------------------------------------------- */

static const char help[] =
"  { status = error && duration > 1s } >> { name = \"x\" }    a query\n"
"  ID, \\trace ID      one trace, as a picture; a unique beginning will do\n"
"  \\logs ID           its log lines (needs -D)\n"
"  \\limit N           traces at most (now and again: all)\n"
"  \\spans N           matching spans shown of each\n"
"  \\since AGE         only the last AGE; \\since all\n"
"  \\o FORM            table, json, csv, ids or rec\n"
"  \\h  \\q             this help; leave (also ^D)\n";

static size_t
complete(void *arg, struct str before, size_t *from, struct arena *a,
    struct str **words)
{
	return tql_complete(arg, before, from, a, words);
}

static bool
whole(void *arg, struct str text)
{
	(void)arg;
	return text.n == 0 || text.p[0] == '\\' || tql_whole(text);
}

static void
jump(const struct args *args, const char *id)
{
	const char *argv[] = { "lql", "-d", args->logs_store, "--trace", id,
		"--direction", "forward", NULL };
	struct err e = { 0 };

	if (!args->logs_store)
		tool_say(&tool, "\\logs needs the log store: tql -D DIR; or "
		    "ask yourself: lql -d DIR --trace %s", id);
	else if (tool_run(argv, &e) == -1)
		tool_fail(&tool, &e);
}

/* A number of spans; 0 is all. */
static int
set_spans(struct args *args, const char *to, const char *option,
    struct err *e)
{
	uint64_t n;

	if (ask_count(to, option, &n, e) == -1)
		return -1;
	args->ask.o.spans = n == 0 || n > UINT32_MAX ? UINT32_MAX :
	    (uint32_t)n;
	return 0;
}

static int
set(struct args *args, struct str what, const char *to, struct err *e)
{
	struct tql_opts *o = &args->ask.o;

	if (str_eq(what, S("limit")))
		return ask_count(to, "\\limit", &o->limit, e);
	if (str_eq(what, S("spans")))
		return set_spans(args, to, "\\spans", e);
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
	else if (str_eq(word, S("logs")))
		jump(args, arena_str(a, str_trim(rest)).p);
	else if (str_eq(word, S("trace")) && tql_is_id(str_trim(rest)))
		answer_fresh(args, rest);
	else if (str_eq(word, S("trace")))
		tool_say(&tool, "\\trace ID: up to 32 hex digits");
	else if (set(args, word, arena_str(a, str_trim(rest)).p, &e) == -1)
		tool_fail(&tool, &e);
	return true;
}

static int
load_keys(struct args *args, struct tql_keys *keys)
{
	struct err e = { 0 };
	struct store_view *view = open_view(args, &e);
	int status = 0;

	if (!view || tql_keys(view, &args->mem, keys, &e) == -1)
		status = tool_fail(&tool, &e);
	if (view)
		store_view_close(view);
	return status;
}

static int
prompt(struct args *args)
{
	struct tql_keys keys = { 0 };
	struct prompt_ops ops = { complete, whole, &keys };
	struct arena a = { 0 };
	struct err e = { 0 };
	struct str text;
	int status = load_keys(args, &keys);
	bool tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);

	if (status > 0 || prompt_open("tql", &ops, &e) == -1)
		return status > 0 ? status : tool_fail(&tool, &e);
	tool_stop_fd();	/* one-shot queries just die, as any filter */
	if (tty)
		puts("tql: \\h helps, Tab completes, ^D leaves");
	while (prompt_read("tql> ", &a, &text) == 1) {
		int r = 0;

		if (text.n > 0 && text.p[0] == '\\') {
			if (!command(args, text, &a))
				break;
		} else if (text.n > 0)
			r = answer_fresh(args, text);
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

/* Every trace whose id stands on stdin; those not here are named. */
static int
answer_ids(struct args *args, struct store_view *view)
{
	struct buf b = { 0 };
	struct err e = { 0 };
	struct str rest, line;
	int r, status = 0;

	if (io_slurp("/dev/stdin", &b, IDS_MAX, &e) == -1)
		return tool_fail(&tool, &e);
	rest = buf_str(&b);
	while (str_cut(&rest, '\n', &line) && status != 130) {
		line = str_trim(line);
		if (line.n == 0)
			continue;
		if (tql_is_id(line)) {
			r = answer(args, view, line);
		} else {
			err_set(&e, ERR_CORRUPT, "stdin: no trace id, up to "
			    "32 hex digits, is on this line");
			r = tool_fail(&tool, &e);
		}
		status = r > 0 ? r : status;
	}
	buf_free(&b);
	return status;
}

static int
option(struct args *args, int c, struct err *e)
{
	struct tql_ask *ask = &args->ask;

	switch (c) {
	case 'd': args->store = optarg; break;
	case 'D': args->logs_store = optarg; break;
	case 'n': return ask_count(optarg, "--limit", &ask->o.limit, e);
	case 'o': return ask_out(optarg, &ask->out, e);
	case OPT_SPANS: return set_spans(args, optarg, "--spans", e);
	case OPT_SINCE: args->since = optarg; break;
	case OPT_FROM: args->from = optarg; break;
	case OPT_TO: args->to = optarg; break;
	case OPT_COLOR: args->color = optarg; break;
	case OPT_TENANT: args->tenant = str_of(optarg); break;
	case OPT_STATS: args->stats = true; break;
	}
	return 0;
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
		    answer(args, view, str_of(v[i]));

		status = r > 0 ? r : status;
	}
	store_view_close(view);
	return status;
}

int
main(int argc, char *argv[])
{
	struct args args = { .store = getenv("TSTORE"),
		.logs_store = getenv("LSTORE"), .ask = { .write = write_out,
		.say = say, .o = { .limit = 20, .spans = 3,
		.stopped = tool_stopped } } };
	struct err e = { 0 };
	int c, status;

	args.ask.o.workers = pool_workers();
	args.ask.o.count = &args.count;
	while ((c = tool_opt(&tool, argc, argv)) != -1)
		if (option(&args, c, &e) == -1)
			return tool_fail(&tool, &e);
	if (!args.store)
		tool_usage(&tool, "which store? -d DIR");
	args.ask.show = show_for(STDOUT_FILENO, args.color);
	if (args.ask.out == ASK_AUTO)
		args.ask.out = isatty(STDOUT_FILENO) ? ASK_TABLE : ASK_JSON;
	if (args.ask.out == ASK_RAW)
		tool_usage(&tool, "-o raw: table, json, csv, ids or rec");
	if (ask_range(args.since, args.from, args.to, time_now(),
	    &args.ask.o.from, &args.ask.o.to, &e) == -1)
		return tool_fail(&tool, &e);
	status = optind < argc ? operands(&args, argc - optind,
	    argv + optind) : prompt(&args);
	arena_free(&args.mem);
	return tool_exit(&tool, status);
}
