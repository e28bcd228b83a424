/*
 * reparser: what the two halves of base/reparse share: the parser's state and
 * its first steps. Of no interest to others.
 */
#ifndef BASE_REPARSER_H
#define BASE_REPARSER_H

#include "base/reparse.h"

struct re_flags_now {
	bool i, m, s, U;
};

struct re_parser {
	struct str all, s;	/* the whole pattern, what is left of it */
	struct re_flags_now f;
	unsigned depth;
	struct arena *a;
	struct err *e;
	bool bad;
};

/* NULL, and the words (once): "error parsing regexp: WHAT: `AT`". */
struct re_node *re_fail(struct re_parser *, const char *what, struct str at);
/* The pattern's text from `from` up to where the parser stands. */
struct str re_since(const struct re_parser *, const char *from);
bool re_peek(const struct re_parser *, char);
bool re_take(struct re_parser *, char);
/* One character off the pattern, which is known to be UTF-8. */
uint32_t re_rune(struct re_parser *);
int re_hex(char);
/* An escape that stands for one character; the backslash is taken. */
bool re_escape(struct re_parser *, const char *start, uint32_t *);
struct re_node *re_text_node(struct re_parser *, enum re_node_type,
    struct str);

/* \d \S \pL \P{Greek} at the parser, appended as what stands in [...]. */
bool re_class_escape(struct re_parser *, struct buf *);
/* [...] at the parser. */
struct re_node *re_class(struct re_parser *);

#endif
