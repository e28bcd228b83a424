/*
 * sift: of traces in several parts, those worth putting together.
 *
 * What a trace of an answer must have in one of its spans can be looked for
 * where the spans lie, which is much cheaper than to make the trace whole.
 */
#ifndef TRACE_SIFT_H
#define TRACE_SIFT_H

#include "trace/gather.h"
#include "trace/scan.h"

/*
 * Moves the traces to the front that have a span for each condition of the
 * options, in order: how many. Where a condition cannot be judged they stay:
 * whoever puts them together meets the fault, and says it.
 */
size_t sift_traces(const struct trace_scan_opts *, struct gather_trace *,
    size_t n, struct arena *);

#endif
