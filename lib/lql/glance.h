/*
 * glance: samples of lines that are never put together, since their template
 * tells where the values lie (log/parsed.h).
 *
 * For a range function with one parser, json or logfmt, filters on labels, and
 * groups by labels of the stream, or none.
 */
#ifndef LQL_GLANCE_H
#define LQL_GLANCE_H

#include "log/scan.h"
#include "lql/sample.h"

struct glance;

/* NULL: the function is not of that kind. In the arena. */
struct glance *glance_new(const struct sampler *, struct arena *);
/* Whose values glance_take asks for. */
const struct log_parse_filter *glance_filter(const struct glance *);
/*
 * 1: the values give a sample; 0: they give none; -1: the line must be looked
 * at, for an error. Several threads may ask.
 */
int glance_take(const struct glance *, const struct str *values,
    double *sample);

#endif
