/*
 * sift: of traces in several places, those worth putting together.
 *
 * What a trace of an answer must have in one of its spans can be looked for
 * where the spans lie, which is much cheaper than to make the trace whole; and
 * once for each stripe, however many traces have a part in it.
 */
#ifndef TRACE_SIFT_H
#define TRACE_SIFT_H

#include "trace/places.h"
#include "trace/scan.h"

/*
 * Leaves those of the (joined) traces, in order, that have a span for each
 * condition of the options. Where a condition cannot be judged they stay:
 * whoever puts them together meets the fault, and says it.
 */
void sift_places(const struct trace_scan_opts *, struct places *,
    unsigned workers);

#endif
