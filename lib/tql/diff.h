/*
 * diff: where the time went, in two traces or in the traces of two times: self
 * times (when no child ran) by service and name, per trace.
 */
#ifndef TQL_DIFF_H
#define TQL_DIFF_H

#include "tql/answer.h"

struct diff_side { double runs, failed, self; };	/* per trace; ns */

struct diff_row {
	struct str service, name;
	struct diff_side side[2];	/* before, after */
};

struct diff {
	struct diff_row *row;	/* the greatest difference of self first */
	uint32_t n;
	uint64_t traces[2];
};

/* diff_put.c: appends it in the form asked for, o.limit rows at most. */
int diff_put(const struct tql_ask *, const struct diff *, struct buf *,
    struct err *);

#endif
