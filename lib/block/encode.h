/*
 * encode: a range of rows of a frame's column as the payloads of its items.
 *
 * One encoder serves a whole block, a column at a time; what it made holds
 * until the next.
 */
#ifndef BLOCK_ENCODE_H
#define BLOCK_ENCODE_H

#include "block/format.h"
#include "block/framecol.h"

struct encoder {
	/* the column's payloads, before zstd */
	struct buf index, dict, page[PAGES_MAX];
	struct cuts cuts[PAGES_MAX];	/* of the pages */
	uint32_t pages;
	struct stripe_col stat;
	uint64_t *bits;		/* rows with a value, from bit 0 on */
	bool plain;		/* strings: too many for a dictionary */
	bool filtered;		/* the index has filters in it */

	/* scratch */
	uint64_t *v;		/* a page's values without the nulls */
	uint32_t *count;	/* by code of the frame; zeros between columns */
	uint32_t *rank;		/* by code of the frame */
	uint32_t count_cap;
	uint64_t *order;	/* distinct codes of the range */
	uint32_t distinct;
	bool nan;
};

void encoder_init(struct encoder *);
void encoder_free(struct encoder *);
/* Rows from .. to - 1. false: none has a value, nothing was made. */
bool encode_column(struct encoder *, const struct frame_column *,
    uint32_t from, uint32_t to);

/* The page's numbers in the index: nulls, range, filter. */
void index_ints(struct encoder *, uint32_t n, bool column);
void index_f64(struct encoder *, uint32_t n);
void index_fix(struct encoder *, const uint8_t *p, uint32_t n,
    unsigned width);
void index_plain(struct encoder *, const struct frame_column *, uint32_t n);

#endif
