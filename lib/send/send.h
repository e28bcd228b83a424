/*
 * send: what a sink does with records: read, post, try again, acknowledge.
 *
 *	static const struct tool tool = {
 *		.name = "logpush",
 *		.args = SEND_ARGS " URL",
 *		.what = "send log records to Loki",
 *		.opts = { ... its own, SEND_OPTS },
 *	};
 *
 *	struct send_run run = { .tool = &tool, .kind = ... };
 *	send_init(&run);
 *	while ((c = tool_opt(&tool, argc, argv)) != -1)
 *		send_opt(&run, c, optarg);	(its own ones first)
 *	return tool_exit(&tool, send_run(&run));
 *
 * A record is one post, or is joined with others into posts (send_join). Up
 * to -w posts are being filled, are on their way, or wait to be tried again;
 * when so many, or SEND_HELD bytes, are held, nothing is read: the pipe is
 * the queue. A record is dealt with when the far side has kept
 * it, when there is nothing in it for the far side, or when it is in the
 * file of dead letters (-x); else it is lost, which is said and counted. Posts
 * end in any order, but a spool's cursor moves only past records before
 * which all are dealt with.
 *
 * Exit status: 0 all were dealt with; 1 some were lost, being refused for
 * good, or something failed here; 75 the far side was away for too long (or
 * the grace was over) and some were lost, or are left in the spool for
 * the next run.
 */
#ifndef SEND_SEND_H
#define SEND_SEND_H

#include "base/tool.h"
#include "net/backoff.h"
#include "net/client.h"
#include "record/record.h"

#define SEND_HELD	((size_t)64 << 20)
/* Records read past the oldest that is not dealt with. */
#define SEND_AHEAD_MAX	8192

/* How records are joined: each post is one batch, of records with one key. */
struct send_join {
	uint64_t age;		/* ns: a batch is sent when it is so old */
	/* The record's key; false: there is nothing in it for the far side.
	 * The slice holds as the record's do. */
	bool (*key)(void *arg, const struct rec *, struct str *key);
	void *(*batch)(void *arg);	/* a batch, empty, to be used again */
	/*
	 * Adds the record, or what is left of it if it was not `begun` just
	 * now; *items is how much. 0: it is all in; 1: the batch wants to be
	 * sent first; -1: the rest of it cannot be sent, ever.
	 */
	int (*add)(void *arg, void *batch, const struct rec *, bool begun,
	    uint32_t *items, struct err *);
	/* Makes the post of what is in the batch, and empties that. 0 or -1. */
	int (*close)(void *arg, void *batch, struct str key, struct post *,
	    struct err *);
	void (*free)(void *batch);
};

/* What a tool makes of records, and of answers. */
struct send_kind {
	void *arg;
	/*
	 * Makes the post for a record: url, headers, body. 1; 0: there is
	 * nothing in it for the far side; -1: it cannot be sent, ever, and
	 * why. The record's slices hold during the call only. NULL: `join`
	 * does it.
	 */
	int (*make)(void *arg, const struct rec *, struct post *,
	    struct err *);
	/*
	 * Looks at the answer to a post that was kept (NULL: all of it was):
	 * the number of items that were not, and the far side's words in
	 * why[256], "" if none.
	 */
	uint64_t (*partial)(void *arg, enum signal, const struct post *,
	    char why[256]);
	/* May change a post's fate, where the far side has rules of its own;
	 * or NULL. */
	void (*judge)(void *arg, struct post *);
	struct send_join join;
};

struct send_run {
	const struct tool *tool;
	struct send_kind kind;
	struct client_opts client;
	struct backoff backoff;
	unsigned flight;		/* -w */
	uint64_t grace;			/* ns */
	const char *dead;		/* -x */
	const char *read, *cursor;	/* -r, -c */
	const char *ack;		/* SPOOL:NAME */
	bool once;
	const char *metrics;		/* --metrics */
};

enum send_code { SEND_ACK = 500, SEND_ONCE, SEND_TIMEOUT, SEND_FIRST,
	SEND_CAP, SEND_GIVE_UP, SEND_TRIES, SEND_GRACE, SEND_CA, SEND_CERT, SEND_KEY,
	SEND_METRICS };

#define SEND_ARGS	"[-r SPOOL [-c NAME]] [--ack SPOOL:NAME] [-x FILE]"

/* With the defaults of the tool, as words. */
#define SEND_OPTS_AS(FIRST, CAP, GIVE_UP, TRIES)			\
	{ 'r', "read", "SPOOL", "read this spool, and follow it, instead " \
	  "of stdin", "dir" },						\
	{ 'c', "cursor", "NAME", "with -r: from the named cursor on, "	\
	  "which moves as records are kept", NULL },			\
	{ SEND_ACK, "ack", "SPOOL:NAME", "move this cursor as records "	\
	  "that come from the spool, through a pipe, are kept", NULL },	\
	{ SEND_ONCE, "once", NULL, "with -r: end where the spool ends",	\
	  NULL },							\
	{ 'x', "dead-letters", "FILE", "append what cannot be sent to "	\
	  "FILE, as records", "file" },					\
	{ 'w', "in-flight", "N", "so many posts at a time (8)", NULL }, \
	{ SEND_TIMEOUT, "timeout", "TIME", "for an answer (10s)", NULL }, \
	{ SEND_FIRST, "retry-first", "TIME", "wait about so long before " \
	  "the second try, then longer (" FIRST ")", NULL },		\
	{ SEND_CAP, "retry-max", "TIME", "but not longer than this (" CAP	\
	  ")", NULL },							\
	{ SEND_GIVE_UP, "give-up", "TIME", "stop trying after this; 0: "	\
	  "never (" GIVE_UP ")", NULL },					\
	{ SEND_TRIES, "tries", "N", "stop trying after so many; 0: any "	\
	  "number (" TRIES ")", NULL },					\
	{ SEND_GRACE, "grace", "TIME", "to finish when told to end (10s)", \
	  NULL },							\
	{ SEND_CA, "ca", "FILE", "trust only these certificates (PEM)", \
	  "file" },							\
	{ SEND_CERT, "cert", "FILE", "our certificate (PEM)", "file" },	\
	{ SEND_KEY, "key", "FILE", "its key (PEM)", "file" },	\
	{ SEND_METRICS, "metrics", "ADDR", "serve /metrics for "	\
	  "Prometheus, and /ready, there", NULL }

#define SEND_OPTS	SEND_OPTS_AS("5s", "30s", "5m", "0")

/* The defaults; the tool sets its own after. */
void send_init(struct send_run *);
/* An option of SEND_OPTS; exits with 2 when its argument is wrong. */
void send_opt(struct send_run *, int c, const char *arg);
/* Until the end of the input, or a signal. The exit status; says why. */
int send_run(struct send_run *);

#endif
