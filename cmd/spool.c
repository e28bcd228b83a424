/* spool: records to and from a folder that loses nothing. See spool(1). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/time.h"
#include "base/tool.h"
#include "record/source.h"
#include "record/spool.h"

#define CURSOR_NS	(1 * NS_S)	/* a cursor on the move is set so often */

enum { OPT_SYNC = 256, OPT_SEGMENT, OPT_ACK };

static const struct tool tool = {
	.name = "spool",
	.args = "[-b SIZE] [-p POLICY] [--ack SPOOL:NAME] DIR [FILE ...]\n"
	    "       spool -r [-fk] [-c NAME] [-n COUNT] DIR\n"
	    "       spool -l | -v | -t [-a AGE] | -R NAME | -U NAME DIR",
	.what = "append records to a spool, read and follow it, look after it",
	.opts = {
		{ 'r', "read", NULL, "write the records to stdout", NULL },
		{ 'f', "follow", NULL, "with -r: wait for more at the end",
		    NULL },
		{ 'c', "cursor", "NAME", "with -r: read on from the named "
		    "cursor, and move it", NULL },
		{ 'k', "keep", NULL, "with -c: leave the cursor where it is: "
		    "the sink moves it", NULL },
		{ 'n', "count", "COUNT", "with -r: at most so many records",
		    NULL },
		{ 'l', "list", NULL, "list segments and cursors", NULL },
		{ 'v', "verify", NULL, "read everything, name what is damaged",
		    NULL },
		{ 't', "trim", NULL, "remove segments that all cursors passed",
		    NULL },
		{ 'a', "age", "AGE", "with -t: only those older than this "
		    "(10m)", NULL },
		{ 'R', "register", "NAME", "register a cursor at the oldest "
		    "record, so that nothing is trimmed before it", NULL },
		{ 'U', "unregister", "NAME", "remove a cursor", NULL },
		{ 'b', "bound", "SIZE", "when appending: at most so many "
		    "bytes in the folder", NULL },
		{ 'p', "policy", "POLICY", "at the bound: block (wait, the "
		    "default) or drop-oldest", "block|drop-oldest" },
		{ OPT_SYNC, "sync", "HOW", "each: appended is durable (the "
		    "default); none: left to the system", "each|none" },
		{ OPT_ACK, "ack", "SPOOL:NAME", "when appending: move this "
		    "cursor as records that come from the spool, through a "
		    "pipe, are durable here", NULL },
		{ OPT_SEGMENT, "segment", "SIZE", "begin a new segment at "
		    "this size (64M)", NULL },
	},
};

struct asked {
	int action;		/* 0: append, else the option's letter */
	bool follow, keep;
	const char *cursor, *ack;
	uint64_t count, age;
	struct spool_opts opts;
};

static void
say(void *arg, const char *msg)
{
	(void)arg;
	tool_say(&tool, "%s", msg);
}

static int
append(const struct asked *a, const char *dir, char *files[], struct err *e)
{
	static char dash[] = "-", *only_stdin[] = { dash, NULL };
	struct ack *ack = NULL;
	struct spool *s = NULL;
	int status = 0;

	if (!a->ack || (ack = ack_open_word(a->ack, e)))
		s = spool_open(dir, &a->opts, e);
	for (files = *files ? files : only_stdin; s && *files; files++) {
		struct source *src = source_open(*files, NULL, false, e);

		if (!src || spool_pump(s, src, ack, tool_stop_fd(), e) == -1)
			status |= e->kind == ERR_CANCEL ? 0 :
			    tool_fail(&tool, e);
		source_close(src);
		if (tool_stopped())
			break;
	}
	if (!s || spool_close(s, e) == -1)
		status |= tool_fail(&tool, e);
	ack_close(ack);
	return status;
}

static int
put(const struct rec *rec, struct buf *frame, struct err *e)
{
	buf_reset(frame);
	rec_put(frame, rec, true);
	return tool_put(buf_str(frame), e);
}

/* What was written out is passed: the cursor may say so. */
static int
pass(const struct asked *a, struct source *src, uint64_t *passed,
    struct err *e)
{
	*passed = time_mono();
	if (tool_flush(e) == -1)
		return -1;
	return a->keep ? 0 : source_commit(src, e);
}

/* At the end of what is there: wait for more. */
static int
idle(const struct asked *a, struct source *src, uint64_t *passed,
    struct err *e)
{
	*e = (struct err){ 0 };
	if (pass(a, src, passed, e) == -1)
		return -1;
	spool_wait(source_spool(src), tool_stop_fd());
	return 1;
}

static int
read_out(const struct asked *a, struct source *src, int *status,
    struct err *e)
{
	struct buf frame = { 0 };
	uint64_t left = a->count, passed = time_mono();
	struct rec rec;
	int r = 1;

	while (r == 1 && left > 0 && !tool_stopped()) {
		const char *msg;

		r = source_next(src, &rec, a->follow ? 0 : -1, -1, e);
		if (r != -1 && source_damage(src, &msg)) {
			tool_say(&tool, "%s", msg);
			*status = 1;
		}
		if (r == 1) {
			source_stamp(src, &rec);
			left--;
			r = put(&rec, &frame, e) == -1 ? -1 : 1;
		} else if (r == -1 && e->kind == ERR_AGAIN)
			r = idle(a, src, &passed, e);
		if (r == 1 && time_mono() - passed > CURSOR_NS)
			r = pass(a, src, &passed, e) == -1 ? -1 : 1;
	}
	if (r != -1)
		r = pass(a, src, &passed, e);
	buf_free(&frame);
	return r;
}

static int
read_spool(const struct asked *a, const char *dir, struct err *e)
{
	struct source *src = source_open(dir, a->cursor, a->follow, e);
	int r = -1, status = 0;

	if (isatty(STDOUT_FILENO))
		tool_usage(&tool, "records are not for a terminal: rec "
		    "shows them");
	tool_stop_fd();
	if (src && !source_spool(src))
		err_set(e, ERR_CORRUPT, "%s: not a spool", dir);
	else if (src)
		r = read_out(a, src, &status, e);
	source_close(src);
	if (r == -1)
		return tool_fail(&tool, e);
	return status;
}

static int
list(const char *dir, struct err *e)
{
	struct buf b = { 0 };
	int r = spool_list(dir, &b, e);

	if (r == 0)
		r = tool_put(buf_str(&b), e);
	buf_free(&b);
	return r == -1 ? tool_fail(&tool, e) : 0;
}

static int
verify(const char *dir, struct err *e)
{
	uint64_t records;
	int64_t bad = spool_verify(dir, say, NULL, &records, e);

	if (bad == -1)
		return tool_fail(&tool, e);
	printf("%" PRIu64 " records, %" PRId64 " damaged places\n", records,
	    bad);
	return bad > 0;
}

static int
look_after(const struct asked *a, const char *dir, struct err *e)
{
	uint64_t freed;
	int r = -1;

	switch (a->action) {
	case 'l': return list(dir, e);
	case 'v': return verify(dir, e);
	case 't': r = spool_trim(dir, a->age, &freed, e); break;
	case 'R': r = spool_register(dir, a->cursor, e); break;
	case 'U': r = spool_unregister(dir, a->cursor, e); break;
	}
	return r == -1 ? tool_fail(&tool, e) : 0;
}

static int
one_of(const char *text, const char *zero, const char *one)
{
	if (strcmp(text, zero) == 0)
		return 0;
	if (strcmp(text, one) != 0)
		tool_usage(&tool, "\"%s\": neither %s nor %s", text, zero,
		    one);
	return 1;
}

static void
set_action(struct asked *a, int c)
{
	if (a->action != 0 && a->action != c)
		tool_usage(&tool, "-%c and -%c: one at a time", a->action, c);
	a->action = c;
}

static void
options(struct asked *a, int argc, char *argv[])
{
	int c;

	while ((c = tool_opt(&tool, argc, argv)) != -1)
		switch (c) {
		case 'R': case 'U':
			a->cursor = optarg;	/* fallthrough */
		case 'r': case 'l': case 'v': case 't':
			set_action(a, c);
			break;
		case 'f': a->follow = true; break;
		case 'k': a->keep = true; break;
		case 'c': a->cursor = optarg; break;
		case 'n': a->count = tool_number(&tool, optarg); break;
		case 'a': a->age = tool_age(&tool, optarg); break;
		case 'b': a->opts.max_bytes = tool_size(&tool, optarg); break;
		case 'p':
			a->opts.full = one_of(optarg, "block", "drop-oldest");
			break;
		case OPT_SYNC:
			a->opts.sync = one_of(optarg, "each", "none");
			break;
		case OPT_ACK: a->ack = optarg; break;
		case OPT_SEGMENT:
			a->opts.segment_bytes = tool_size(&tool, optarg);
			break;
		}
	if (a->action != 'r' && (a->follow || a->keep))
		tool_usage(&tool, "-f and -k go with -r");
	if (a->action != 0 && a->ack)
		tool_usage(&tool, "--ack goes with appending");
	if (a->action == 0 && a->cursor)
		tool_usage(&tool, "-c goes with -r");
	if (optind == argc)
		tool_usage(&tool, "which folder?");
	if (a->action != 0 && optind + 1 < argc)
		tool_usage(&tool, "%s: one folder only", argv[optind + 1]);
}

int
main(int argc, char *argv[])
{
	struct asked a = { .count = UINT64_MAX, .age = SPOOL_KEEP_NS,
	    .opts.say = say };
	struct err e = { 0 };
	const char *dir;
	int status;

	options(&a, argc, argv);
	dir = argv[optind];
	if (a.action == 0)
		status = append(&a, dir, argv + optind + 1, &e);
	else if (a.action == 'r')
		status = read_spool(&a, dir, &e);
	else
		status = look_after(&a, dir, &e);
	return tool_exit(&tool, status);
}
