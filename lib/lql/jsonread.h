/*
 * jsonread: JSON as Loki's parser reads it, a pair or a value at a time.
 *
 * Not by the JSON library: a broken line must give the labels that stand before
 * the fault, and the fault in Loki's words. What is not read is not checked.
 * logql.md 6.2, 6.7.
 */
#ifndef LQL_JSONREAD_H
#define LQL_JSONREAD_H

#include "lql/seek.h"

enum jsonread_type { JSONREAD_STRING, JSONREAD_NUMBER, JSONREAD_TRUTH,
	JSONREAD_NULL, JSONREAD_OBJECT, JSONREAD_ARRAY };

struct jsonread_value {
	enum jsonread_type type;
	struct str s;		/* as written; a string without its quotes */
};

struct jsonread {
	struct str s;			/* an object or an array */
	const struct seek_line *of;	/* it is a part of; NULL: of a line */
	size_t at;
	bool begun;
	const char *bad;		/* why it stopped; NULL: it did not */
};

/* What jsonread_pair says when a key is not what it should be. */
extern const char jsonread_malformed[];

/* The next byte that is no blank, not taken; 0 at the end. */
char jsonread_peek(struct jsonread *);
/*
 * The value at hand; false: it is bad. In the lines of a template one is that
 * may be of this type or that.
 */
bool jsonread_value(struct jsonread *, struct jsonread_value *);
/* An object's next key, without its quotes, and value: 1; 0: the end; -1: it is
 * bad. */
int jsonread_pair(struct jsonread *, struct str *key,
    struct jsonread_value *);

/* Undoes a string's escapes, in the arena; false: there is a bad one. */
bool jsonread_unescape(struct str *, struct arena *);

#endif
