/* parser: what the halves of the parser share. */
#ifndef LQL_PARSER_H
#define LQL_PARSER_H

#include "lql/step.h"

struct parser {
	struct lql_lex l;
	struct lql_query *q;
	struct lql_stage *stage;	/* being read */
	unsigned depth;
	size_t cap_match, cap_step, cap_re;
};

/* A caret under the current token; -1. */
int parser_fail(struct parser *, const char *what);
/* "... not supported"; -1. */
int parser_unsupported(struct parser *, const char *what);
int parser_next(struct parser *);
/* Whether the current token is this word, in any letter case. */
bool parser_word(const struct parser *, const char *);
/* Whether it may name a label. */
bool parser_label_name(const struct parser *);
int parser_regex(struct parser *, struct str pattern, unsigned flags,
    struct re **);
bool parser_match_op(enum lql_token, enum log_op *);
/* ip("..."), at the word. */
int parser_ip(struct parser *, struct lql_ip *);
/* Another step at the end, cleared. */
struct lql_step *parser_step(struct parser *, enum lql_step_type);

/* The stage after |, if it is none of label filters: 1, 0 it is none, -1. */
int parser_stage(struct parser *);
int parser_line_filter(struct parser *);
/* Moves line filters forward and marks what the scan can do. */
void parser_plan(struct lql_query *);

#endif
