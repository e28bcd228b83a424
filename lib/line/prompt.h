/*
 * prompt: a line editor with history and completion (GNU readline).
 *
 * One prompt a process. Without a terminal on stdin, lines are read plainly
 * and no prompt is shown.
 */
#ifndef LINE_PROMPT_H
#define LINE_PROMPT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct prompt_ops {
	/*
	 * Candidates for the text before the cursor: sets *from to where the
	 * completed word begins, and gives words in the arena, sorted.
	 */
	size_t (*complete)(void *arg, struct str before, size_t *from,
	    struct arena *, struct str **words);
	/* Whether what was typed so far is a whole query (else: go on on the
	 * next line). */
	bool (*whole)(void *arg, struct str text);
	void *arg;
};

/* History in $XDG_STATE_HOME/otelutils/NAME_history (~/.local/state). */
int prompt_open(const char *name, const struct prompt_ops *, struct err *);
/* 1: a query or command in the arena; 0: the end (^D); ^C clears the line. */
int prompt_read(const char *prompt, struct arena *, struct str *text);
void prompt_close(void);

/* Sorts words, and drops those that are there twice: how many are left. */
size_t prompt_sorted(struct str *, size_t n);

#endif
