/* kind: the parts of trace_kind (trace/scan.h) that have a source each. */
#ifndef TRACE_KIND_H
#define TRACE_KIND_H

#include "store/store.h"

/* Bytes of records in a block of level 1, and in one of a later level. */
#define TRACE_BLOCK_RAW		((uint64_t)64 << 20)
#define TRACE_BLOCK_RAW_UPPER	(8 * TRACE_BLOCK_RAW)

/* merge.c: inputs to new blocks, traces made whole. */
int trace_merge(const struct store_merge *, const struct store_options *,
    struct store_sink *, struct err *);
/* The same by other rules than its own, for tests: what is copied as it is. */
struct merge_rules {
	uint32_t max_spans;	/* of a trace; 0: any number */
	uint32_t replaced;	/* at most 1 / this of a stripe's traces */
	bool any_size;		/* however few rows the stripe has */
};
int trace_merge_by(const struct store_merge *, const struct merge_rules *,
    struct store_sink *, struct err *);
/* check.c: order, parents, ids, filter. The number of faults. */
unsigned trace_check(struct block *, void (*say)(void *, const char *),
    void *arg);
/* info.c: columns by bytes. */
int trace_info(const struct store_block *, size_t n, struct arena *,
    struct buf *out, struct err *);

#endif
