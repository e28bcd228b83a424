/*
 * run: what the store tools share, which is all but the kind.
 *
 *	static const struct tool tool = {
 *		.name = "tstore",
 *		.args = STORE_RUN_ARGS,
 *		.what = "keep traces",
 *		.opts = { STORE_RUN_OPTS, ... its own },
 *	};
 *
 *	struct store_run run = { .tool = &tool, .kind = &trace_kind };
 *	while ((c = tool_opt(&tool, argc, argv)) != -1)
 *		store_run_opt(&run, c, optarg);		(its own ones first)
 *	return store_run(&run, argc, argv);
 *
 * Speaks through base/tool and gives the exit status.
 */
#ifndef STORE_RUN_H
#define STORE_RUN_H

#include "base/tool.h"
#include "store/store.h"

/* Codes from 300 up are ours; a tool's own stay below. */
enum store_run_code {
	STORE_RUN_INFO = 300, STORE_RUN_CHECK, STORE_RUN_REPAIR,
	STORE_RUN_COMPACT, STORE_RUN_EXPIRE, STORE_RUN_SNAPSHOT,
	STORE_RUN_KEEP, STORE_RUN_KEEP_BYTES, STORE_RUN_SEAL_BYTES,
	STORE_RUN_SEAL_TIME, STORE_RUN_MERGE_BYTES, STORE_RUN_MERGE_TIME,
	STORE_RUN_MEMORY, STORE_RUN_ONCE,
	STORE_RUN_DELETE,	/* of a tool that has it: store_delete_arg */
};

#define STORE_RUN_ARGS	"-d DIR [FILE|SPOOL|- ...]"

#define STORE_RUN_OPTS							\
	{ 'd', "dir", "DIR", "the store's folder, made when absent",	\
	  "dir" },							\
	{ STORE_RUN_KEEP, "keep", "AGE",				\
	  "drop blocks received longer ago than this, as 30d", NULL },	\
	{ STORE_RUN_KEEP_BYTES, "keep-bytes", "SIZE",			\
	  "drop the oldest blocks above this size, as 20GiB", NULL },	\
	{ STORE_RUN_INFO, "info", NULL, "say what the store holds",	\
	  NULL },							\
	{ STORE_RUN_CHECK, "check", NULL,				\
	  "read everything and name every fault", NULL },		\
	{ STORE_RUN_REPAIR, "repair", NULL,				\
	  "make the manifest anew from the blocks", NULL },		\
	{ STORE_RUN_COMPACT, "compact", NULL,				\
	  "merge all blocks now", NULL },				\
	{ STORE_RUN_EXPIRE, "expire", "AGE|SIZE",			\
	  "drop old blocks now", NULL },				\
	{ STORE_RUN_SNAPSHOT, "snapshot", "TO",				\
	  "make a consistent copy in a new folder", "dir" },		\
	{ STORE_RUN_SEAL_BYTES, "seal-bytes", "SIZE",			\
	  "make a block of this much of a spool (4MiB)", NULL },	\
	{ STORE_RUN_SEAL_TIME, "seal-time", "AGE",			\
	  "or of what came in this time (30s)", NULL },			\
	{ STORE_RUN_MERGE_BYTES, "merge-bytes", "SIZE",			\
	  "merge new blocks at this much (32MiB)", NULL },		\
	{ STORE_RUN_MERGE_TIME, "merge-time", "AGE",			\
	  "or when the oldest is this old (5m)", NULL },		\
	{ STORE_RUN_MEMORY, "memory", "SIZE",				\
	  "of the batch when reading files, or behind (64MiB)", NULL },	\
	{ STORE_RUN_ONCE, "once", NULL,					\
	  "end where a spool ends, instead of following it", NULL }

struct store_run {
	const struct tool *tool;
	const struct store_kind *kind;
	struct store_writer_opts opts;	/* .options: the tool's, if any */
	const char *dir;		/* the rest: by store_run_opt */
	int action;			/* a STORE_RUN_ code, 0: take in */
	const char *arg;
};

/* An option of STORE_RUN_OPTS; exits with 2 when its argument is wrong. */
void store_run_opt(struct store_run *, int c, const char *arg);
/* Does what was asked, over the operands after optind. The exit status. */
int store_run(struct store_run *, int argc, char *argv[]);

#endif
