/*
 * shown: what is shown of the traces that match in a part.
 */
#ifndef TQL_SHOWN_H
#define TQL_SHOWN_H

#include "tql/part.h"
#include "tql/run.h"

/* A matching trace of a part, with its start and how many of its spans do. */
struct hit { uint64_t start; uint32_t t, matched; };

/*
 * Fills out[0 .. n) with the traces hit[0 .. n), which are in the order of the
 * part, and what the options ask for of each; texts are in `mem`.
 */
int shown_traces(struct part *, const struct tql_opts *,
    const struct spansets *, const struct hit *, size_t n,
    struct tql_trace *out, struct arena *mem, struct err *);

#endif
