/* tstore: keep traces. See tstore(1). */
#include <getopt.h>

#include "base/num.h"
#include "base/tool.h"
#include "store/run.h"
#include "trace/scan.h"

enum { OPT_MAX_SPANS = 256 };

static const struct tool tool = {
	.name = "tstore",
	.args = STORE_RUN_ARGS,
	.what = "keep traces",
	.opts = {
		STORE_RUN_OPTS,
		{ OPT_MAX_SPANS, "max-spans", "N", "of a trace, keep the first "
		  "N spans received (100000); for a store being made", NULL },
	},
};

int
main(int argc, char *argv[])
{
	struct store_run run = { .tool = &tool, .kind = &trace_kind };
	struct store_option max = { .name = TRACE_OPTION_SPANS };
	uint64_t n;
	int c;

	while ((c = tool_opt(&tool, argc, argv)) != -1) {
		if (c != OPT_MAX_SPANS) {
			store_run_opt(&run, c, optarg);
			continue;
		}
		max.value = str_of(optarg);
		if (!num_u64(max.value, &n) || n < 1 || n > TRACE_SPANS_LIMIT)
			tool_usage(&tool, "--max-spans: '%s' is not a number "
			    "from 1 to %u", optarg, TRACE_SPANS_LIMIT);
		run.opts.options = (struct store_options){ &max, 1 };
	}
	return store_run(&run, argc, argv);
}
