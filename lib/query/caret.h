/*
 * caret: errors in a query that point at the place.
 *
 *     tql: -e:1:20: unknown field "durations": spans have "duration"
 *         { span.http.url && durations > 5s }
 *                            ^^^^^^^^^
 */
#ifndef QUERY_CARET_H
#define QUERY_CARET_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* A stretch of the query text, in bytes. */
struct caret { size_t at, n; };

/*
 * Sets e (ERR_QUERY) to "LINE:COL: MESSAGE\n    the line\n    ^^^" for the
 * place in `query`; always -1. Columns count characters, carets line up for
 * multi-byte text and tabs; a long line is cut around the place.
 */
int caret_err(struct err *e, struct str query, struct caret, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));
/* Puts "WHERE:" in front of such a message, so that it reads -e:1:20: ... */
int caret_in(struct err *e, const char *where);
/* 1-based line and column (in characters) of a byte offset. */
void caret_pos(struct str query, size_t at, unsigned *line, unsigned *col);
/* The nearest of n candidates by edit distance (at most 2, or a third of the
 * length), else the shortest that begins with it, or {NULL, 0}: for "did you
 * mean". */
struct str caret_nearest(struct str word, const struct str *of, size_t n);

#endif
