/* parse: what the two halves of the parser share: fields, and spansets. */
#ifndef TQL_PARSE_H
#define TQL_PARSE_H

#include "tql/lex.h"

struct parse {
	struct lex lex;
	struct tql_query *q;
	unsigned nest;
	uint32_t cap;		/* of the query's attributes */
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
int parse_unexpected(struct parse *, struct err *, const char *wanted);
int parse_unsupported(struct parse *, struct caret, struct err *,
    const char *what);
struct tql_expr *parse_true(struct parse *, size_t from);	/* of {} */
/* An expression of operators at least as tight as `min`; or NULL. */
struct tql_expr *parse_field(struct parse *, int min, struct err *);

#endif
