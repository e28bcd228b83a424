/* lstore: keep logs. See lstore(1). */
#include <getopt.h>

#include "base/tool.h"
#include "log/scan.h"
#include "store/run.h"

static const struct tool tool = {
	.name = "lstore",
	.args = STORE_RUN_ARGS,
	.what = "keep logs in a folder, to be asked by lql",
	.opts = {
		{ 'L', "labels", "NAMES",
		  "resource attributes that make a stream, separated by "
		  "commas; for a store being made", NULL },
		STORE_RUN_OPTS,
	},
};

int
main(int argc, char *argv[])
{
	struct store_run run = { .tool = &tool, .kind = &log_kind };
	struct store_option labels = { .name = LOG_OPTION_LABELS };
	int c;

	while ((c = tool_opt(&tool, argc, argv)) != -1)
		if (c == 'L') {
			labels.value = str_of(optarg);
			run.opts.options = (struct store_options){ &labels,
				1 };
		} else {
			store_run_opt(&run, c, optarg);
		}
	return store_run(&run, argc, argv);
}
