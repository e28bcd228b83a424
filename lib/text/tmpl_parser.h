/* tmpl_parser: what the halves of tmpl_parse share. */
#ifndef TEXT_TMPL_PARSER_H
#define TEXT_TMPL_PARSER_H

#include "text/tmpl_lex.h"
#include "text/tmpl_node.h"

struct tmpl_parser {
	struct tmpl_lex l;
	struct tmpl *t;
	const struct tmpl_func *const *tables;
	struct arena *a;
	struct str *var;		/* names in sight */
	size_t nvar, capvar;
	unsigned depth, loops;
	/* the action that ended a list: {{else ...}} or {{end}} */
	struct str ended;
};

struct tmpl_node *tmpl_new(struct tmpl_parser *, enum tmpl_kind, size_t pos);
/* An error at the current token; NULL. */
void *tmpl_fail(struct tmpl_parser *, const char *what);
void *tmpl_unexpected(struct tmpl_parser *, const char *context);
/* One level deeper, which is left by --depth: false: too deep. */
bool tmpl_enter(struct tmpl_parser *);
/* A variable is in sight from here on. */
void tmpl_declare(struct tmpl_parser *, struct str name);
/*
 * A pipeline from the current token up to one of type `end`, which is current
 * then. The context is for messages; "range" may declare two variables.
 */
struct tmpl_node *tmpl_pipeline(struct tmpl_parser *, const char *context,
    enum tmpl_token end);

#endif
