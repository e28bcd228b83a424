/*
 * lex: the words of TraceQL. traceql.md section 2.
 *
 * lex_next reads one token; the last stays in `t`. An attribute with its scope
 * is one token, since its name is read by rules of its own. Strings are
 * unescaped into the arena.
 */
#ifndef TQL_LEX_H
#define TQL_LEX_H

#include "tql/ast.h"

enum lex_kind {
	LEX_END,
	LEX_WORD,		/* keyword or not: text */
	LEX_INTRINSIC_SCOPE,	/* "span:" and the like: text without ":" */
	LEX_ATTR,		/* scope, text; parent: behind "parent." */
	LEX_LIT,		/* val: a number, duration or string */
	LEX_OP,			/* op; also of spansets */
	LEX_PUNCT,		/* c: one of { } ( ) , | or another byte */
};

struct lex_token {
	enum lex_kind kind;
	char c;
	bool parent;
	enum tql_op op;
	enum tql_scope scope;
	struct str text;
	struct tql_val val;
	struct caret at;
};

struct lex {
	struct str text;
	size_t at;
	size_t last_end;	/* of the token before */
	struct arena *mem;
	struct lex_token t;
};

/* 0, LEX_END again and again at the end; -1: ERR_QUERY, with a caret. */
int lex_next(struct lex *, struct err *);

#endif
