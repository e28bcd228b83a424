/*
 * reparse: RE2's syntax to a tree, and what is made of that.
 *
 * The inner half of base/re. The grammar is that of Go's regexp/syntax with
 * its Perl flags; error words are Go's.
 */
#ifndef BASE_REPARSE_H
#define BASE_REPARSE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#define RE_PATTERN_MAX	(64u << 10)
#define RE_DEPTH_MAX	250	/* of nested groups */
#define RE_REPEAT_MAX	1000

enum re_node_type {
	RE_EMPTY,
	RE_LIT,		/* text, UTF-8; icase folds */
	RE_CLASS,	/* text is PCRE2's, ready to emit */
	RE_ANY,		/* . that matches newline */
	RE_ANY_NOT_NL,
	RE_ASSERT,	/* ^ $ \A \z \b \B; text is PCRE2's */
	RE_CAT, RE_ALT,
	RE_REPEAT,	/* min, max (-1: no bound), greedy */
	RE_GROUP,	/* capturing; one kid; text is its name, if any */
};

struct re_lits;

struct re_node {
	enum re_node_type type;
	bool icase, greedy;
	bool counted;			/* GROUP: its match is kept */
	int min, max;
	struct str text;
	struct re_node *kid, *last;	/* the first and the last */
	struct re_node *next;		/* sibling */
};

/* NULL and "error parsing regexp: ..." (ERR_QUERY) when it is not RE2. */
struct re_node *re_parse(struct str pattern, bool icase, bool dotall,
    struct arena *, struct err *);
/* Appends the tree as PCRE2 text (UTF mode, ALT_CIRCUMFLEX). */
void re_emit(const struct re_node *, struct buf *);
/* re_literals (base/re.h). */
void re_tree_literals(const struct re_node *, struct arena *,
    struct re_lits *);

#endif
