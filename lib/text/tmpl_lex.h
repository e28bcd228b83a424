/* tmpl_lex: the text of a template in tokens; the inner half of tmpl_parse. */
#ifndef TEXT_TMPL_LEX_H
#define TEXT_TMPL_LEX_H

#include "text/tmpl.h"

enum tmpl_token {
	TT_END, TT_TEXT,
	TT_OPEN, TT_CLOSE,		/* {{ }} */
	TT_SPACE, TT_PIPE, TT_COMMA, TT_PAREN, TT_PAREN_CLOSE,
	TT_ASSIGN, TT_DECLARE,		/* = := */
	TT_WORD,			/* keyword, function, true, nil */
	TT_FIELD,			/* .name */
	TT_DOT, TT_VAR,			/* $name, $ */
	TT_NUMBER, TT_CHAR, TT_STRING, TT_RAW,
};

struct tmpl_lex {
	const char *name;
	struct str text;
	size_t at;			/* behind the current token */
	bool inside;			/* of an action */
	bool trim;			/* the text that follows */
	struct err *e;
	/* the current token */
	enum tmpl_token type;
	struct str s;			/* as written */
	size_t pos;
};

/* "template: NAME:LINE: what"; -1. */
int tmpl_lex_fail(struct tmpl_lex *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
int tmpl_lex_next(struct tmpl_lex *);
/* The next token but blanks. */
int tmpl_lex_word(struct tmpl_lex *);
/* The value of a STRING or RAW: false: not well formed. */
bool tmpl_lex_string(struct str written, struct arena *, struct str *);
/* Of a CHAR. */
bool tmpl_lex_char(struct str written, int64_t *);

#endif
