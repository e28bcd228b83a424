/*
 * spans: many rows at once, where only the order of a number matters.
 *
 * Rows lie by one column of codes, then by one of numbers, as log lines do by
 * stream and time. Where the numbers of a code pass an edge is found by halving
 * the pages: a few numbers are decoded, not all, and pages that lie between two
 * edges are not read at all.
 */
#ifndef BLOCK_SPANS_H
#define BLOCK_SPANS_H

#include "block/stripe.h"

/* Rows that lie together and have the same code: those below `to`. */
struct code_run { uint32_t code, to; };

/*
 * The column (STR) as such runs. 1; 0: its values are not in a dictionary, or
 * there are nulls; -1.
 */
int stripe_runs(struct stripe *, uint32_t col, struct arena *,
    struct code_run **, uint32_t *n, struct err *);

struct stretch {
	uint32_t code;
	uint32_t row, n;	/* the first of its rows; rows */
	int64_t first, last;	/* of their numbers */
};

/*
 * The edge after v, of a code: numbers from v to below it are as one. INT64_MAX:
 * there is none.
 */
typedef int64_t span_edge_fn(void *arg, uint32_t code, int64_t v);

/*
 * The rows of the table as spans, in order, which are cut where codes change and
 * numbers reach an edge; without those of codes not wanted (by code; NULL: all
 * are). The columns are a STR and an INT; numbers of a code ascend. 1; 0: codes
 * are not in a dictionary, or there are nulls; -1 with the place in the message.
 */
int stripe_spans(struct stripe *, uint32_t codes, uint32_t numbers,
    const bool *want, span_edge_fn *edge, void *arg, struct arena *,
    struct stretch **, uint32_t *n, struct err *);

#endif
