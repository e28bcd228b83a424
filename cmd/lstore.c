/* lstore: keep logs. See lstore(1). */
#include <getopt.h>

#include "base/time.h"
#include "base/tool.h"
#include "log/scan.h"
#include "lql/erase.h"
#include "query/ask.h"
#include "query/caret.h"
#include "store/run.h"

enum { OPT_DELETE = 256, OPT_FROM, OPT_TO, OPT_TENANT };

static const struct tool tool = {
	.name = "lstore",
	.args = STORE_RUN_ARGS,
	.what = "keep logs in a folder, to be asked by lql",
	.opts = {
		{ 'L', "labels", "NAMES",
		  "resource attributes that make a stream, separated by "
		  "commas; for a store being made", NULL },
		STORE_RUN_OPTS,
		{ OPT_DELETE, "delete", "QUERY", "delete the lines of a "
		  "selector and line filters, for ever", NULL },
		{ OPT_FROM, "from", "TIME", "of --delete: only at or after "
		  "TIME: RFC 3339, Unix seconds or ns, -1h", NULL },
		{ OPT_TO, "to", "TIME", "of --delete: only before TIME "
		  "(default: now)", NULL },
		{ OPT_TENANT, "tenant", "NAME", "of --delete and --expire "
		  "SELECTOR=AGE: whose lines (default: of no tenant)", NULL },
	},
};

struct args {
	struct store_run run;
	struct store_option labels;
	const char *query, *aged, *from, *to;
	struct store_delete del;
};

static void
option(struct args *a, int c)
{
	switch (c) {
	case 'L':
		a->labels = (struct store_option){ LOG_OPTION_LABELS,
			str_of(optarg) };
		a->run.opts.options = (struct store_options){ &a->labels, 1 };
		break;
	case OPT_DELETE: a->query = optarg; break;
	case OPT_FROM: a->from = optarg; break;
	case OPT_TO: a->to = optarg; break;
	case OPT_TENANT: a->del.tenant = str_of(optarg); break;
	case STORE_RUN_EXPIRE:
		if (optarg[0] == '{') {
			a->aged = optarg;
			break;
		}
		/* fallthrough */
	default: store_run_opt(&a->run, c, optarg);
	}
}

/* What --delete or --expire SELECTOR=AGE are about, as the argument. */
static int
read_delete(struct args *a, struct arena *mem, struct err *e)
{
	uint64_t now = time_now();
	int r;

	if (a->aged)
		r = lql_erase_aged(str_of(a->aged), now, mem, &a->del, e);
	else if (ask_range(NULL, a->from, a->to ? a->to : "now", now,
	    &a->del.from, &a->del.to, e) == -1)
		return -1;
	else
		r = lql_erase(str_of(a->query), mem, &a->del, e);
	if (r == -1)
		return caret_in(e, a->aged ? "--expire" : "--delete");
	store_run_opt(&a->run, STORE_RUN_DELETE,
	    store_delete_arg(&a->del, mem));
	return 0;
}

int
main(int argc, char *argv[])
{
	struct args a = { .run = { .tool = &tool, .kind = &log_kind },
		.del.tenant = S("") };
	struct arena mem = { 0 };
	struct err e = { 0 };
	int c, status;

	while ((c = tool_opt(&tool, argc, argv)) != -1)
		option(&a, c);
	if (a.query && a.aged)
		tool_usage(&tool, "--delete and --expire: one of them");
	if (!a.query && (a.from || a.to))
		tool_usage(&tool, "--from and --to are of --delete");
	if ((a.query || a.aged) && read_delete(&a, &mem, &e) == -1)
		status = tool_fail(&tool, &e);
	else
		status = store_run(&a.run, argc, argv);
	arena_free(&mem);
	return status;
}
