/* parse: what the parser's parts share: fields, stages, metrics. */
#ifndef TQL_PARSE_H
#define TQL_PARSE_H

#include "tql/lex.h"

struct parse {
	struct lex lex;
	struct tql_query *q;
	unsigned nest;
	uint32_t cap;		/* of the query's attributes */
	bool near;		/* .x is SCOPE_NEAR */
};

static inline bool
parse_punct(const struct parse *p, char c)
{
	return p->lex.t.kind == LEX_PUNCT && p->lex.t.c == c;
}

static inline bool
parse_word(const struct parse *p, struct str word)
{
	return p->lex.t.kind == LEX_WORD && str_eq(p->lex.t.text, word);
}

/* The place from `from` to the end of the token before this one. */
static inline struct caret
parse_upto(const struct parse *p, size_t from)
{
	return (struct caret){ from, p->lex.last_end - from };
}

/* One more bracket or sign around what follows; false: over the limit. */
bool parse_nest(struct parse *, struct err *);
/* parse_help.c: mistakes; -1. At the token: something else was wanted; a word
 * that is none of those a field begins with. */
int parse_unexpected(struct parse *, struct err *, const char *wanted);
int parse_unknown(struct parse *, const struct str *of, size_t n,
    struct err *);
int parse_unsupported(struct parse *, struct caret, struct err *,
    const char *what);

/* Takes the punctuation, which must stand here. */
int parse_take(struct parse *, char c, struct err *, const char *wanted);

/* field.c */
struct tql_expr *parse_true(struct parse *, size_t from);	/* of {} */
/* An expression of operators at least as tight as `min`; or NULL. */
struct tql_expr *parse_field(struct parse *, int min, struct err *);
/* An attribute or intrinsic alone. */
const struct tql_attr *parse_attr(struct parse *, struct err *);
/* A, B, C) */
int parse_attrs(struct parse *, const struct tql_attr ***, uint32_t *n,
    struct err *);
/* Words that are values: true, error, server, maxInt. */
bool parse_word_value(struct str, struct tql_val *);
/* How tight a binary operator binds in a field, -1: it is none. */
int parse_tightness(const struct lex_token *);

/* parse.c */
struct tql_expr *parse_filter(struct parse *, struct err *);	/* { ... } */

/*
 * Parts of a query in the making. Which operators may join two of them depends
 * on what they are, and that shows only behind their closing bracket.
 */
enum item_kind {
	ITEM_SET,		/* filters joined by operators */
	ITEM_PIPE,		/* pipelines in brackets, likewise */
	ITEM_STAGE,		/* by, select, coalesce, a compared aggregate */
	ITEM_AGG,		/* an aggregate that is not compared yet */
	ITEM_NUMBER,		/* a number or duration */
	ITEM_METRIC,
};

struct item {
	enum item_kind kind;
	struct tql_set *set;		/* SET, PIPE */
	struct tql_stage *stage;	/* STAGE, AGG */
	struct tql_val num;
	bool bracket;			/* SET: (each part) in brackets */
	struct tql_metric *metric;
	struct caret at;
};

/* stage.c: from the name of a stage to its closing bracket. 0: it is none. */
int parse_stage(struct parse *, struct item *, struct err *);
/* metric.c: "rate() by (...) | topk(3)", of the spans of the pipeline. 0: none
 * begins here. */
int parse_metric(struct parse *, struct tql_stage *pipe, struct item *,
    struct err *);
/* "> 5", "| topk(3)" and so on behind a metric. */
int parse_seconds(struct parse *, struct tql_metric *, struct err *);
int parse_math(struct parse *, struct item *l, enum tql_op, struct caret at,
    const struct item *r, struct err *);
bool parse_metric_ahead(const struct parse *);
/* parse.c: operators at least as tight as `min`. */
int parse_item(struct parse *, int min, struct item *, struct err *);

#endif
