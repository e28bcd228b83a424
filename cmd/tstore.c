/* tstore: keep traces. See tstore(1). */
#include <getopt.h>

#include "base/tool.h"
#include "store/run.h"
#include "trace/scan.h"

static const struct tool tool = {
	.name = "tstore",
	.args = STORE_RUN_ARGS,
	.what = "keep traces",
	.opts = { STORE_RUN_OPTS },
};

int
main(int argc, char *argv[])
{
	struct store_run run = { .tool = &tool, .kind = &trace_kind };
	int c;

	while ((c = tool_opt(&tool, argc, argv)) != -1)
		store_run_opt(&run, c, optarg);
	return store_run(&run, argc, argv);
}
