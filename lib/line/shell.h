/*
 * shell: a prompt that answers queries and backslash commands, as all query
 * tools have it. \h and \q are its own; ^C ends a query, not the prompt.
 */
#ifndef LINE_SHELL_H
#define LINE_SHELL_H

#include "base/tool.h"
#include "line/prompt.h"

struct shell_command {
	const char *name;	/* without the backslash */
	const char *operand;	/* what it is called in the help; in brackets:
				   it may be left out; NULL: none */
	const char *what;
	/* The rest of the line, trimmed. -1: e is said, and the prompt goes
	 * on. */
	int (*run)(void *arg, const char *operand, struct err *e);
};

struct shell {
	const struct tool *tool;
	const char *example;	/* a query, for the help */
	const struct shell_command *commands;	/* ends with a NULL name */
	int (*query)(void *arg, struct str text);	/* gives a status */
	void *arg;
	struct prompt_ops complete;	/* `complete` and its arg */
};

/* Until ^D or \q. The status: of the last failure when stdin is no terminal,
 * else 0. */
int shell_run(const struct shell *);
/* Whether the text is a whole query: brackets and raw strings are closed, and
 * no operator waits at its end for what it joins. */
bool shell_whole(struct str text);

#endif
