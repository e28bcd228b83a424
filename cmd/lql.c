/* lql: ask a log store, in LogQL. See lql(1). */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/pool.h"
#include "lql/ids.h"
#include "lql/session.h"

enum { OPT_TRACE = 256, OPT_TRACES, OPT_DIRECTION, OPT_LABELS, OPT_VALUES,
	OPT_SERIES, OPT_FMT, OPT_STEP, OPT_VOLUME, OPT_PATTERNS,
	OPT_FIELDS, OPT_HITS, OPT_INTERVAL, OPT_BATCH };

#define FORMS	(ASK_FORM(ASK_CHART) | ASK_FORM(ASK_TABLE) |		\
	ASK_FORM(ASK_JSON) | ASK_FORM(ASK_CSV) | ASK_FORM(ASK_RAW) |	\
	ASK_FORM(ASK_IDS) | ASK_FORM(ASK_REC))

static const struct tool tool = {
	.name = "lql",
	.args = "-d STORE | -u URL [OPTION ...] [QUERY]",
	.what = "ask a log store, in LogQL; without a query: a prompt",
	.opts = {
		{ 'd', "store", "DIR", "the log store (default: $LSTORE)",
		  "dir" },
		{ 'D', "traces-store", "DIR", "the trace store, or the URL of "
		  "a Tempo, for \\trace (default: $TSTORE)", "dir" },
		REMOTE_OPTS("Loki"),
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
		{ OPT_INTERVAL, "interval", "TIME", "only lines that far from the "
		  "one before", NULL },
		{ OPT_BATCH, "batch", "N", "with -u: lines of each request "
		  "(default: 1000)", NULL },
		{ 'f', "follow", NULL, "then wait, and print lines as they "
		  "come", NULL },
		{ 'C', "context", "N", "N lines of its stream before and after "
		  "each line, too", NULL },
		{ 'q', "quiet", NULL, "no labels above a table, and no word why an "
		  "answer is empty", NULL },
		{ OPT_HITS, "hits", NULL, "above a table: how many lines there "
		  "are when", NULL },
		{ 'x', "expand", NULL, "in a table: labels, metadata and "
		  "fields under each line", NULL },
		{ OPT_LABELS, "labels", NULL, "the labels of the streams of a "
		  "selector, or of all", NULL },
		{ OPT_VALUES, "values", "LABEL", "the values of one", NULL },
		{ OPT_SERIES, "series", NULL, "the streams themselves", NULL },
		{ OPT_VOLUME, "volume", "LABEL", "how many lines and bytes, by "
		  "the values of a label", NULL },
		{ OPT_PATTERNS, "patterns", NULL, "what the lines look like, "
		  "and how many do when", NULL },
		{ OPT_FIELDS, "fields", NULL, "what can be asked for beside "
		  "labels, and its types", NULL },
		{ OPT_FMT, "fmt", NULL, "the query, set out over lines", NULL },
	},
};

struct args {
	struct lql_session s;
	const char *trace, *traces;
};

static void
say(void *arg, const char *msg)
{
	(void)arg;
	tool_say(&tool, "%s", msg);
}

static int
option(struct args *args, int c, struct err *e)
{
	struct lql_session *s = &args->s;

	switch (c) {
	case 'f': s->follow = true; break;
	case 'q': s->lql.quiet = true; break;
	case OPT_HITS: s->lql.hits = true; break;
	case 'x': s->lql.expand = true; break;
	case OPT_FMT: s->fmt = true; break;
	case OPT_TRACE: args->trace = optarg; break;
	case OPT_TRACES: args->traces = optarg; break;
	case OPT_LABELS: s->lql.about = LQL_LABELS; break;
	case OPT_VALUES:
		s->lql.about = LQL_VALUES;
		s->lql.label = str_of(optarg);
		break;
	case OPT_SERIES: s->lql.about = LQL_SERIES; break;
	case OPT_VOLUME:
		s->lql.about = LQL_VOLUME;
		s->lql.label = str_of(optarg);
		break;
	case OPT_FIELDS: s->lql.about = LQL_FIELDS; break;
	case OPT_PATTERNS: s->lql.about = LQL_PATTERNS; break;
	case 'C': return lql_session_context(s, optarg, e);
	case OPT_BATCH: return lql_session_batch(s, optarg, e);
	case OPT_DIRECTION: return lql_session_direction(s, optarg, e);
	case OPT_STEP: return ask_step(optarg, "--step", &s->lql.step, e);
	case OPT_INTERVAL:
		return ask_step(optarg, "--interval", &s->lql.o.interval, e);
	default: return ask_opt(&s->ask, c, optarg, e);
	}
	return 0;
}

static int
run(struct args *args, const char *query)
{
	struct lql_session *s = &args->s;

	tool_stop_fd();
	if (query || args->trace || args->traces || s->lql.about)
		return lql_session_answer(s, "-e", str_of(query ? query : ""));
	return lql_session_prompt(s);
}

int
main(int argc, char *argv[])
{
	struct args args = { .s = { .tool = &tool,
		.ask = { .remote.kind = "loki", .store = getenv("LSTORE"),
		.other = getenv("TSTORE"), .limit = 100, .forms = FORMS },
		.lql = { .write = ask_write, .write_arg = &args.s, .say = say,
		.step = ASK_STEP_AUTO,
		.o = { .workers = pool_workers() } } } };
	struct lql_session *s = &args.s;
	struct err e = { 0 };
	int c, status;

	s->lql.o.count = &s->ask.count;
	while ((c = tool_opt(&tool, argc, argv)) != -1)
		if (option(&args, c, &e) == -1) {
			arena_free(&s->ask.mem);
			return tool_fail(&tool, &e);
		}
	if (s->ask.remote.url)
		s->lql.far = &s->ask.remote;
	if (s->fmt ? !argv[optind] : !s->ask.store && !s->lql.far)
		tool_usage(&tool, "which %s", s->fmt ? "query?" :
		    "store? -d DIR, or -u URL");
	if (argc - optind > 1)
		tool_usage(&tool, "%s: one query, in quotes", argv[optind + 1]);
	if (args.trace && args.traces)
		tool_usage(&tool, "--trace and --traces: one of them");
	if (s->follow && s->lql.about)
		tool_usage(&tool, "--follow: lines only");
	if (s->lql.context > 0 && (s->follow || s->lql.about))
		tool_usage(&tool, "--context: of lines that are there");
	s->lql.store = s->ask.store;
	s->lql.tenant = s->ask.tenant;
	if (ask_ready(&s->ask, isatty(STDOUT_FILENO), &e) == -1 ||
	    lql_read_ids(&s->lql.o, args.trace, args.traces, &s->ask.mem,
	    &e) == -1)
		status = tool_fail(&tool, &e);
	else
		status = run(&args, argv[optind]);
	remote_close(&s->ask.remote);
	arena_free(&s->ask.mem);
	return tool_exit(&tool, status);
}
