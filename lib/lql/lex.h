/*
 * lex: LogQL's tokens. logql.md section 2.
 *
 * Strings come with their value in the arena, numbers with all readings that
 * fit. Words are identifiers here; the parser knows which are reserved.
 */
#ifndef LQL_LEX_H
#define LQL_LEX_H

#include "base/arena.h"
#include "query/caret.h"

#define LQL_QUERY_MAX	131072u		/* bytes, as Loki */

enum lql_token {
	LQL_END, LQL_IDENT, LQL_STRING, LQL_NUMBER, LQL_DURATION, LQL_BYTES,
	LQL_RANGE,		/* [5m] */
	LQL_OPEN, LQL_CLOSE,	/* { } */
	LQL_PAREN, LQL_PAREN_CLOSE,
	LQL_COMMA,
	LQL_EQ, LQL_NE, LQL_RE, LQL_NRE,	/* = != =~ !~ */
	LQL_EQEQ, LQL_GT, LQL_GE, LQL_LT, LQL_LE,
	LQL_PIPE, LQL_PIPE_EQ, LQL_PIPE_RE,	/* | |= |~ */
	LQL_PIPE_GT, LQL_NOT_GT,		/* |> !> */
	LQL_OTHER,		/* + - * / % ^ and --flags */
};

struct lql_lex {
	struct str query;
	size_t at;		/* where the next token is looked for */
	struct arena *a;
	struct err *e;
	/* the current token */
	enum lql_token type;
	struct caret place;
	struct str text;	/* as written, or a string's value */
	double number;		/* NUMBER; BYTES */
	int64_t duration;	/* ns */
};

/* 0, or -1 with a caret error. The first token is current afterwards. */
int lql_lex_init(struct lql_lex *, struct str query, struct arena *,
    struct err *);
int lql_lex_next(struct lql_lex *);

/*
 * Sizes as LogQL writes them ("5kB", "1.5 KiB", "10M"; any case and blanks
 * and commas when `loose`, as label values may have them).
 */
#define LQL_BYTES_MAX	18446744073709551616.0	/* less than that */
bool lql_bytes(struct str, bool loose, double *);

#endif
