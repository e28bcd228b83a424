/*
 * apart: of traces in several places, those that may stay so where spans are
 * looked at one by one: no two of their spans have the same id.
 *
 * What makes a trace whole is mostly that the same spans are kept once, and
 * that the limit of spans holds; to see that neither matters takes the ids
 * alone, which is much cheaper.
 */
#ifndef TRACE_APART_H
#define TRACE_APART_H

#include "trace/places.h"

/*
 * Forgets those of the (joined) traces, which are then looked at where they
 * lie. Those stay of which it cannot be said, with more than max_spans (0: any
 * number), and that were cut.
 */
void apart_leave(struct places *, uint32_t max_spans, struct scan_count *,
    unsigned workers);

#endif
