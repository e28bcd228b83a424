/* tailpart: what a view's records past the last seal hold, as one stripe. */
#ifndef TRACE_TAILPART_H
#define TRACE_TAILPART_H

#include "trace/build.h"

struct tail_part {
	struct batch batch;
	struct stripe *stripe;	/* NULL: no spans */
	const uint8_t *ids;	/* 16 bytes a trace */
	const int64_t *first, *spans, *start, *end;	/* by trace */
	uint64_t *cut;		/* how many spans it has no more */
	uint32_t traces;
};

/*
 * Only traces with ids in [from, to] (NULL: all). Bad records are the view's
 * faults. The stripe is the arena's; it holds till tail_part_free.
 */
int tail_part_read(struct tail_part *, struct store_view *,
    const struct needs *, const struct id *from, const struct id *to,
    struct arena *, struct err *);
void tail_part_free(struct tail_part *);

#endif
