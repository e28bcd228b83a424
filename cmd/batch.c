/* batch: join and cut records to a good size. See batch(1). */
#include <getopt.h>
#include <unistd.h>

#include "base/num.h"
#include "base/time.h"
#include "base/tool.h"
#include "net/status.h"
#include "pipe/hold.h"
#include "record/source.h"

enum { OPT_GRACE = 256, OPT_METRICS };

static const struct tool tool = {
	.name = "batch",
	.args = "[-g] [-n ITEMS] [-m ITEMS] [-b SIZE] [-t TIME] [FILE ...]",
	.what = "join and cut records to a good size",
	.opts = {
		{ 'n', "items", "ITEMS", "give out a record when it has so "
		    "many spans, points, lines (2000)", NULL },
		{ 'm', "max-items", "ITEMS", "cut what has more (3000)",
		    NULL },
		{ 'b', "bytes", "SIZE", "cut what is larger (3.5M)", NULL },
		{ 't', "time", "TIME", "hold nothing longer (200ms)", NULL },
		{ 'g', "regroup", NULL, "make equal resources and scopes of "
		    "a record one", NULL },
		{ OPT_GRACE, "grace", "TIME", "what comes in so long after "
		    "TERM goes through, too (5s)", NULL },
		{ OPT_METRICS, "metrics", "ADDR", "serve /metrics for "
		    "Prometheus, and /ready, there", NULL },
	},
};

struct batch {
	struct hold_opts hold;
	uint64_t grace, stopped;	/* time_mono of the order to end */
	int stop;
	const char *addr;	/* --metrics */
	struct metrics *metrics;
	struct status *status;
};

static uint64_t
count_arg(const char *arg)
{
	uint64_t n;

	if (!num_u64(str_of(arg), &n) || n == 0)
		tool_usage(&tool, "\"%s\": not a number from 1 up", arg);
	return n;
}

static uint64_t
time_arg(const char *arg)
{
	int64_t ns;

	if (!num_prom_duration(str_of(arg), &ns) || ns < 0)
		tool_usage(&tool, "\"%s\": not a time, as 200ms", arg);
	return (uint64_t)ns;
}

static size_t
size_arg(const char *arg)
{
	uint64_t n;

	if (!num_size(str_of(arg), &n) || n == 0 || n > REC_PAYLOAD_MAX)
		tool_usage(&tool, "\"%s\": not a size up to 64M", arg);
	return n;
}

static void
options(struct batch *b, int argc, char *argv[])
{
	struct hold_opts *h = &b->hold;
	int c;

	while ((c = tool_opt(&tool, argc, argv)) != -1)
		switch (c) {
		case 'n': h->items = count_arg(optarg); break;
		case 'm': h->items_max = count_arg(optarg); break;
		case 'b': h->bytes_max = size_arg(optarg); break;
		case 't': h->time = time_arg(optarg); break;
		case 'g': h->regroup = true; break;
		case OPT_GRACE: b->grace = time_arg(optarg); break;
		case OPT_METRICS: b->addr = optarg; break;
		}
	if (h->items_max == 0)
		h->items_max = h->items > 3000 ? h->items : 3000;
	if (h->items > h->items_max)
		tool_usage(&tool, "-n is greater than -m");
}

/* Until when the next record is waited for, as source_next takes it. */
static int
patience(const struct batch *b, const struct hold *h)
{
	uint64_t until = hold_due(h), now = time_mono();

	if (b->stopped != 0 && b->stopped + b->grace < until)
		until = b->stopped + b->grace;
	if (until == UINT64_MAX)
		return -1;
	return until <= now ? 0 : (int)((until - now + NS_MS - 1) / NS_MS);
}

/* What is held goes out, and nothing is held any more. */
static int
begin_end(struct batch *b, struct hold *h, struct err *e)
{
	*e = (struct err){ 0 };
	b->stopped = time_mono();
	b->stop = -1;
	tool_stop_restore();
	hold_hurry(h);
	return hold_flush(h, e);
}

/* All of a source: 0 at its end, or when the grace is over; -1. */
static int
run(struct batch *b, struct source *src, struct hold *h, struct err *e)
{
	const char *msg;
	struct rec rec;

	for (;;) {
		int r = source_next(src, &rec, patience(b, h), b->stop, e);

		if (r != -1 && source_damage(src, &msg))
			tool_say(&tool, "%s", msg);
		if (r == 1) {
			source_stamp(src, &rec);
			r = hold_add(h, &rec, e) == -1 ? -1 : 1;
		} else if (r == -1 && e->kind == ERR_CANCEL)
			r = begin_end(b, h, e) == -1 ? -1 : 1;
		else if (r == -1 && e->kind == ERR_AGAIN) {
			*e = (struct err){ 0 };
			r = 1;
		}
		if (r == 1 && hold_tick(h, time_mono(), e) == -1)
			r = -1;
		if (r != 1)
			return r;
		if (b->stopped != 0 && time_mono() - b->stopped >= b->grace)
			return 0;
	}
}

static bool
ready(void *arg)
{
	(void)arg;
	return true;		/* as long as it runs */
}

static int
open_status(struct batch *b, struct err *e)
{
	if (!b->addr)
		return 0;
	b->metrics = metrics_new(tool.name);
	hold_counts_open(&b->hold.counts, b->metrics);
	b->status = status_serve(&tool, b->addr, b->metrics, ready, NULL, e);
	return b->status ? 0 : -1;
}

/* Through all of the files: the status. */
static int
join(struct batch *b, char **path, struct sink *out)
{
	struct hold *h = hold_open(&b->hold, out);
	struct err e = { 0 };
	int status = 0;

	for (; *path; path++) {
		struct source *src = source_open(*path, NULL, false, &e);

		if (!src || run(b, src, h, &e) == -1)
			status = tool_fail(&tool, &e);
		source_close(src);
		if (b->stopped != 0 || sink_broken(out, NULL))
			break;
	}
	/* also after bad input: what came before it is good */
	if (!sink_broken(out, NULL) && hold_flush(h, &e) == -1)
		status = tool_fail(&tool, &e);
	hold_close(h);
	return status;
}

int
main(int argc, char *argv[])
{
	struct batch b = { .hold = { .items = 2000,
	    .bytes_max = 3584 << 10, .time = 200 * NS_MS },
	    .grace = 5 * NS_S };
	struct err e = { 0 };
	struct sink *out;
	int status;

	options(&b, argc, argv);
	b.stop = tool_stop_fd();
	out = sink_open(NULL, NULL, STDOUT_FILENO, &e);
	if (!out || open_status(&b, &e) == -1)
		status = tool_fail(&tool, &e);
	else
		status = join(&b, tool_files(argc, argv), out);
	status_close(b.status);
	metrics_free(b.metrics);
	sink_close(out, NULL);
	return tool_exit(&tool, status);
}
