/* tmpl_run: what the halves of a run share. */
#ifndef TEXT_TMPL_RUN_H
#define TEXT_TMPL_RUN_H

#include "text/tmpl_node.h"

#define RUN_DEPTH_MAX	400u	/* of all nesting, calls of templates too */

struct tmpl_var { struct str name; struct tmpl_value v; };

struct tmpl_state {
	const struct tmpl *t;
	const struct tmpl_data *data;
	void *env;
	struct buf *out;
	size_t start;			/* of what this run puts out */
	struct arena *mem;
	size_t used;			/* of mem, before */
	struct err *e;
	struct str name;		/* of the template that runs */
	const struct tmpl_node *at;	/* for errors, as Go has it */
	struct tmpl_var *var;
	size_t nvar, capvar;
	unsigned depth, steps;
};

/* "template: NAME:LINE:COL: executing "NAME" at <NODE>: what"; -1. */
int tmpl_state_fail(struct tmpl_state *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Counts one node; 0, or -1 over a limit. Leave by --depth. */
int tmpl_state_enter(struct tmpl_state *);
void tmpl_push(struct tmpl_state *, struct str name, struct tmpl_value);
void tmpl_set(struct tmpl_state *, struct str name, struct tmpl_value);

/* The value of a pipeline; its variables are set. */
int tmpl_eval(struct tmpl_state *, const struct tmpl_value *dot,
    const struct tmpl_node *pipe, struct tmpl_value *);
/* The labels as a map, where not one by name will do. */
struct tmpl_value tmpl_whole(struct tmpl_state *, const struct tmpl_value *);

#endif
