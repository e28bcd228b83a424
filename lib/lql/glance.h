/*
 * glance: samples of lines that are never put together, since their template
 * tells where the values lie (log/parsed.h).
 *
 * For a range function with one parser (json, logfmt, a pattern, an expression),
 * or one of bytes, with filters on labels that are parsed, and grouped by labels
 * of the stream, of the text, or none.
 */
#ifndef LQL_GLANCE_H
#define LQL_GLANCE_H

#include "log/scan.h"
#include "lql/sample.h"

struct glance;
struct glance_look;

/* NULL: the function is not of that kind. In the arena. */
struct glance *glance_new(const struct sampler *, struct arena *);
/*
 * At the lines of some streams, whose labels are given as pairs: what they do
 * not have is looked for in the text. NULL: a label is in some of them only, or
 * may be elsewhere. In the arena.
 */
struct glance_look *glance_at(const struct glance *, const struct str *stream,
    uint32_t streams, struct arena *);
/* Whose values the others ask for. */
const struct log_parse_filter *glance_filter(const struct glance_look *);
/*
 * What the parser finds in a line, of what its template told: the same, but for
 * an expression, which is asked of the line; then in the arena, which is reset.
 */
const struct str *glance_read(const struct glance_look *,
    const struct str *told, struct arena *);
/*
 * 1: the values give a sample; 0: they give none; -1: the line must be looked
 * at, for an error, or a label that is there and empty. Several threads may
 * ask.
 */
int glance_take(const struct glance_look *, const struct str *values,
    double *sample);
/* The labels to group by that are in the text; and their values: empty, where
 * there is none. */
uint32_t glance_names(const struct glance_look *, const struct str **names);
const struct str *glance_values(const struct glance_look *,
    const struct str *values);

#endif
