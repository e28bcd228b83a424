/*
 * seek: what a parser finds in all the lines of a template at once.
 *
 * Lines of one template differ only in words that have a digit (log/split.h),
 * which are a digit each in the line that a parser is shown here. So it takes
 * all of them apart at the same places, and a value is a slice of that line;
 * but a key that has such a word, and what depends on more than its place,
 * cannot be told for all alike.
 */
#ifndef LQL_SEEK_H
#define LQL_SEEK_H

#include "lql/entry.h"
#include "lql/step.h"

struct seek_line {
	struct str text;
	const uint8_t *kind;	/* by byte: enum log_kind_at (log/scan.h) */
};

/* The kind of a byte of the text. */
static inline enum log_kind_at
seek_kind(const struct seek_line *l, const char *p)
{
	return (enum log_kind_at)l->kind[p - l->text.p];
}

/*
 * What a parser's stage makes of the label `name`: 1 and its value, a slice of
 * the text, which may be empty; 0: no line has the label; -1: it cannot be told
 * for all lines alike. Not for a logfmt that is strict.
 */
int seek_json(const struct lql_step *, const struct seek_line *,
    struct str name, struct str *value);
int seek_logfmt(const struct lql_step *, const struct seek_line *,
    struct str name, struct str *value);

/*
 * For these. Whether a label that is called `name` is made of the key, a slice
 * of the text: 1, 0, -1. `before`: what is to stand before it; the label's name
 * is left there.
 */
int seek_name(struct buf *before, struct str key, const struct seek_line *,
    struct str name);
/* Whether the key is just this: 1, 0, -1. */
int seek_key(struct str key, const struct seek_line *, struct str is);
/* Whether a value found is its own text as a label. */
bool seek_plain(struct str value);

#endif
