#include "store/run.h"

#include <getopt.h>

#include "base/heap.h"
#include "base/num.h"
#include "store/writer.h"

static uint64_t
age_arg(const struct store_run *run, const char *name, const char *arg)
{
	int64_t ns;

	if (!num_prom_duration(str_of(arg), &ns) || ns <= 0)
		tool_usage(run->tool, "--%s: '%s' is not a time, as 30s", name,
		    arg);
	return (uint64_t)ns;
}

static uint64_t
size_arg(const struct store_run *run, const char *name, const char *arg)
{
	uint64_t n;

	if (!num_size(str_of(arg), &n) || n == 0)
		tool_usage(run->tool, "--%s: '%s' is not a size, as 64MiB",
		    name, arg);
	return n;
}

static void
set_action(struct store_run *run, int c, const char *arg)
{
	if (run->action != 0 && run->action != c)
		tool_usage(run->tool, "one of --info, --check, --repair, "
		    "--compact, --expire, --snapshot, --delete at a time");
	run->action = c;
	run->arg = arg;
}

void
store_run_opt(struct store_run *run, int c, const char *arg)
{
	struct store_writer_opts *o = &run->opts;
	uint64_t ns, bytes;
	struct err e = { 0 };

	switch (c) {
	case 'd': run->dir = arg; break;
	case STORE_RUN_KEEP: o->keep_ns = age_arg(run, "keep", arg); break;
	case STORE_RUN_KEEP_BYTES:
		o->keep_bytes = size_arg(run, "keep-bytes", arg);
		break;
	case STORE_RUN_SEAL_BYTES:
		o->seal_bytes = size_arg(run, "seal-bytes", arg);
		break;
	case STORE_RUN_SEAL_TIME:
		o->seal_ns = age_arg(run, "seal-time", arg);
		break;
	case STORE_RUN_MERGE_BYTES:
		o->merge_bytes = size_arg(run, "merge-bytes", arg);
		break;
	case STORE_RUN_MERGE_TIME:
		o->merge_ns = age_arg(run, "merge-time", arg);
		break;
	case STORE_RUN_MEMORY:
		o->batch_memory = size_arg(run, "memory", arg);
		break;
	case STORE_RUN_ONCE: o->once = true; break;
	case STORE_RUN_EXPIRE:
		if (store_keep_parse(arg, &ns, &bytes, &e) == -1)
			tool_usage(run->tool, "--expire: %s", e.msg);
		/* fallthrough */
	default:
		set_action(run, c, arg);
	}
}

static void
say(void *arg, const char *msg)
{
	const struct store_run *run = arg;

	tool_say(run->tool, "%s", msg);
}

static int
info(struct store_run *run, struct err *e)
{
	struct buf out = { 0 };
	int r = store_info(run->dir, run->kind, &out, e);

	if (tool_put(buf_str(&out), r == -1 ? NULL : e) == -1)
		r = -1;
	buf_free(&out);
	return r;
}

static int
check(struct store_run *run, struct err *e)
{
	int n = store_check(run->dir, run->kind, say, run, e);

	if (n <= 0)
		return n;
	return err_set(e, ERR_CORRUPT, "%s: %d fault%s", run->dir, n,
	    n == 1 ? "" : "s");
}

static int
act(struct store_run *run, struct err *e)
{
	switch (run->action) {
	case STORE_RUN_INFO: return info(run, e);
	case STORE_RUN_CHECK: return check(run, e);
	case STORE_RUN_REPAIR:
		return store_repair(run->dir, run->kind, say, run, e);
	case STORE_RUN_COMPACT:
		return store_ask(run->dir, run->kind, STORE_COMPACT, NULL,
		    &run->opts, e);
	case STORE_RUN_EXPIRE:
		return store_ask(run->dir, run->kind, STORE_EXPIRE, run->arg,
		    &run->opts, e);
	case STORE_RUN_DELETE:
		return store_ask(run->dir, run->kind, STORE_DELETE, run->arg,
		    &run->opts, e);
	default:
		return store_ask(run->dir, run->kind, STORE_SNAPSHOT,
		    run->arg, &run->opts, e);
	}
}

/* A spool is followed until a signal, so nothing can come after it. */
static void
check_operands(const struct store_run *run, char **path)
{
	for (; *path && !run->opts.once; path++)
		if (path[1] && spool_is(*path))
			tool_usage(run->tool, "%s: a spool is followed, so it "
			    "must be the last operand", *path);
}

static int
take_all(struct store_run *run, struct store *st, char **path, int stop)
{
	struct store_taken sum = { 0 };
	struct err e = { 0 };
	bool ends = true;
	int status = 0;

	for (; *path && !tool_stopped() && store_sound(st, NULL) == 0; path++) {
		ends = run->opts.once || !spool_is(*path);
		if (store_take(st, *path, stop, &sum, &e) == -1)
			status = tool_fail(run->tool, &e);
	}
	if (ends && !tool_stopped() && store_sound(st, NULL) == 0 &&
	    store_merge_due(st, true, &e) == -1)
		status = tool_fail(run->tool, &e);
	return status == 0 && sum.bad > 0 ? 1 : status;
}

static int
take(struct store_run *run, char **path)
{
	struct err e = { 0 };
	int stop = tool_stop_fd(), status;
	struct store *st = store_open(run->dir, run->kind, &run->opts, &e);

	if (!st)
		return tool_fail(run->tool, &e);
	status = take_all(run, st, path, stop);
	if (store_close(st, &e) == -1)
		status = tool_fail(run->tool, &e);
	return status;
}

int
store_run(struct store_run *run, int argc, char *argv[])
{
	struct err e = { 0 };
	int status = 0;

	heap_keep();
	if (!run->dir)
		tool_usage(run->tool, "-d DIR is missing");
	run->opts.say = say;
	run->opts.say_arg = run;
	if (run->action != 0 && optind < argc)
		tool_usage(run->tool, "%s: no operands with --info, --check "
		    "and the like", argv[optind]);
	if (run->action != 0) {
		if (act(run, &e) == -1)
			status = tool_fail(run->tool, &e);
	} else {
		char **path = tool_files(argc, argv);

		check_operands(run, path);
		status = take(run, path);
	}
	return tool_exit(run->tool, status);
}
