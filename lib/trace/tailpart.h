/*
 * tailpart: what a view's records past the last seal hold, as stripes.
 *
 * A part is made of records that follow each other, by one thread; a trace may
 * be in several, as it may be in several blocks.
 */
#ifndef TRACE_TAILPART_H
#define TRACE_TAILPART_H

#include "trace/build.h"

#define TAIL_PARTS_MAX	8u
#define TAIL_PART_BYTES	((size_t)1 << 20)	/* of records worth a thread */

struct tail_part {
	struct batch batch;
	struct stripe *stripe;	/* NULL: no spans */
	const struct id *ids;	/* by trace */
	const int64_t *first, *spans, *start, *end;	/* by trace */
	uint64_t *cut;		/* how many spans it has no more */
	uint32_t traces;
};

/* Older part first. */
struct tail_parts {
	struct tail_part v[TAIL_PARTS_MAX + 1];
	uint32_t n, traces;	/* of all parts, each counted in each */
};

struct tail_opts {
	struct needs needs;
	const struct id *from, *to;	/* only ids in [from, to]; NULL: all */
	unsigned workers;
	size_t part_bytes;	/* of records in a part; 0: by itself */
};

/*
 * Bad records are the view's faults. The stripes are the arena's; they hold
 * till tail_parts_free.
 */
int tail_parts_read(struct tail_parts *, struct store_view *,
    const struct tail_opts *, struct arena *, struct err *);
void tail_parts_free(struct tail_parts *);

#endif
