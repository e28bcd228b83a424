/* parser: what the parts of the parser share. */
#ifndef LQL_PARSER_H
#define LQL_PARSER_H

#include "lql/metric.h"
#include "lql/step.h"

struct parser {
	struct lql_lex l;
	struct lql_query *q;
	struct lql_log *log;		/* being read, as is */
	struct lql_range *range;	/* around it, or NULL, and */
	struct lql_stage *stage;
	unsigned depth;
	size_t cap_match, cap_step, cap_re;
};

/* A caret under the current token; -1. */
int parser_fail(struct parser *, const char *what);
/* The same elsewhere; `what` has one %s. */
int parser_fail_at(struct parser *, struct caret, const char *what,
    const char *name);
int parser_next(struct parser *);
/* Whether the current token is this word, in any letter case. */
bool parser_word(const struct parser *, const char *);
/* Whether it may name a label. */
bool parser_label_name(const struct parser *);
/* Takes the token of this type; `what` was expected. */
int parser_take(struct parser *, enum lql_token, const char *what);
int parser_regex(struct parser *, struct str pattern, unsigned flags,
    struct re **);
/* The same; a mistake is one of `what`, as "invalid regexp parser: ". */
int parser_regex_of(struct parser *, const char *what, struct str pattern,
    unsigned flags, struct re **);
bool parser_match_op(enum lql_token, enum log_op *);
/* At the operator of a matcher: the string behind it, and its regex. */
int parser_match_value(struct parser *, enum log_op, struct str *value,
    struct re **);
/* ip("..."), at the word; and its text. */
int parser_ip(struct parser *, struct lql_ip *, struct str *);
/* Another step at the end, cleared. */
struct lql_step *parser_step(struct parser *, enum lql_step_type);

/* Into p->log. */
int parser_selector(struct parser *);
int parser_pipeline(struct parser *);
/* A whole query. */
int parser_query(struct parser *);

/* A node of a metric query, cleared. */
struct lql_metric *parser_metric(struct parser *, enum lql_metric_kind,
    struct caret);
/* Enters a parenthesis, or goes too deep; p->depth-- leaves it. */
int parser_deeper(struct parser *);
/* ( a, b, c ) */
int parser_names(struct parser *, const struct str **, uint32_t *n);
/* by (...) or without (...), if there. */
int parser_grouping(struct parser *, struct lql_grouping *);
/* The range function of the name at hand, LQL_RANGE_OPS: it is none; and all of
 * it. */
enum lql_range_op parser_range_op(const struct parser *);
int parser_range(struct parser *, enum lql_range_op, struct lql_metric **);

/* The stage after |, if it is none of label filters: 1, 0 it is none, -1. */
int parser_stage(struct parser *);
int parser_line_filter(struct parser *);
/* Mistakes at the current token: no string, which was expected; */
int parser_no_string(struct parser *);
/* no comparison behind `word`, which begins a stage; no stage; no query. */
int parser_no_stage(struct parser *, const struct lql_lex *word);
int parser_no_filter(struct parser *);
int parser_no_query(struct parser *);
/* Moves line filters forward and marks what the scan can do. */
void parser_plan(struct lql_log *);

#endif
