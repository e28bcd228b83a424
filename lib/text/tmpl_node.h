/* tmpl_node: the tree of a template; what the parts of tmpl share. */
#ifndef TEXT_TMPL_NODE_H
#define TEXT_TMPL_NODE_H

#include "text/tmpl.h"

enum tmpl_kind {
	TN_TEXT, TN_ACTION, TN_IF, TN_RANGE, TN_WITH, TN_BREAK, TN_CONTINUE,
	TN_TEMPLATE,
	TN_PIPE, TN_COMMAND,
	/* operands, from here on */
	TN_FUNC, TN_FIELD, TN_VAR, TN_CHAIN, TN_DOT,
	/* .. of which these cannot be called */
	TN_NIL, TN_BOOL, TN_NUMBER, TN_STRING,
};

struct tmpl_node {
	enum tmpl_kind kind;
	size_t pos;			/* in the text */
	struct tmpl_node *next;		/* in its list */
	/* PIPE: commands; COMMAND: operands; CHAIN: what it begins with */
	struct tmpl_node *kid;
	struct tmpl_node *pipe;		/* ACTION to WITH, TEMPLATE; a PIPE in
					   parentheses is an operand itself */
	struct tmpl_node *list, *other;	/* IF, RANGE, WITH */
	struct str text;		/* TEXT; FUNC, VAR, TEMPLATE: name;
					   NUMBER, STRING: as written */
	struct tmpl_value value;	/* BOOL, NUMBER, STRING */
	bool whole;			/* NUMBER: an int, value.i */
	struct str *field;		/* FIELD, VAR, CHAIN: names behind . */
	unsigned fields;
	struct str decl[2];		/* PIPE: its variables */
	unsigned decls;
	bool assign;			/* = and not := */
	const struct tmpl_func *func;
	struct re *re;
};

struct tmpl_define { struct str name; struct tmpl_node *list; };

struct tmpl {
	const char *name;
	struct str text;
	struct tmpl_node *list;
	struct tmpl_define *define;
	size_t defines;
	struct re **re;
	size_t nre;
};

/* Appends an operand, command or pipe as Go prints it. */
void tmpl_node_print(struct buf *, const struct tmpl_node *);
/* "int", "map[string]string", as Go's %T. */
const char *tmpl_type_name(const struct tmpl_value *);
/* The built-in functions but and, or, which do not need all arguments. */
extern const struct tmpl_func tmpl_builtin[];

/* fmt.Sprintf, and Sprint and Sprintln. */
void tmpl_printf(struct buf *, struct str format, const struct tmpl_value *,
    size_t n);
void tmpl_sprint(struct buf *, const struct tmpl_value *, size_t n);
void tmpl_sprintln(struct buf *, const struct tmpl_value *, size_t n);

#endif
