/*
 * split: a line as a template and what fills its holes.
 *
 * A hole is a maximal run of word bytes (A-Z a-z 0-9 _) that holds a digit,
 * or one single byte of value 1, 2 or 3. The template is the line with a mark
 * for each hole:
 *   1  a value, kept beside the template
 *   2  the line's own trace id in lower-case hex: kept nowhere
 *   3  the line's own span id, likewise
 * So a template's bytes 1, 2 and 3 are always marks, and any line at all comes
 * back byte for byte. The template of one mark 1 alone is the plain one:
 * its hole takes any bytes. Lines with too many holes, or too long, are plain.
 *
 * That holes are maximal is what search relies on (log/match.h).
 */
#ifndef LOG_SPLIT_H
#define LOG_SPLIT_H

#include "base/buf.h"

#define LOG_HOLES_MAX	64u
#define LOG_SPLIT_MAX	16384u	/* bytes of a line that is split */

enum { MARK_VALUE = 1, MARK_TRACE = 2, MARK_SPAN = 3 };

#define SPLIT_PLAIN	S("\1")

static inline bool
split_is_mark(char c)
{
	return (unsigned char)(c - 1) < 3;
}

extern const uint8_t split_class[256];	/* 1 letter or _, 2 digit, 4 mark */

static inline bool
split_is_word(char c)
{
	return (split_class[(unsigned char)c] & 3) != 0;
}

/*
 * Appends the values that fill the marks of kind 1 to `values` (split_put)
 * and gives the template, which is in `text` (at least LOG_SPLIT_MAX bytes)
 * or the constant plain one. The ids are hex, or NULL.
 */
struct str split_line(struct str line, const char *trace_hex,
    const char *span_hex, char *text, struct buf *values);

/* One value: a byte n below 255 or 255 and a u32 n, then n bytes. */
void split_put(struct buf *values, struct str value);
/* Takes the next value off *p. Only for bytes that split_put wrote. */
struct str split_get(const char **p);

/* Marks of kind 1 in a template. */
uint32_t split_holes(struct str template);

/* Appends the line that was split. */
void split_join(struct buf *line, struct str template, const char *values,
    const char *trace_hex, const char *span_hex);

#endif
