/*
 * pans: the places of traces, stripe by stripe, for those who want to look
 * into each stripe once.
 */
#ifndef TRACE_PANS_H
#define TRACE_PANS_H

#include "trace/places.h"

/* The places in one stripe: pans.at[from .. to), numbers of places. */
struct pan { uint32_t from, to; };

struct pans {
	const struct places *p;
	uint32_t *at;
	struct pan *pan;
	size_t n;
	uint32_t *base;		/* number of each block's first stripe */
	uint32_t stripes;	/* of blocks; those of the tail follow */
	uint32_t *end;		/* in at, of each stripe's */
};

void pans_init(struct pans *, const struct places *);
/* Of the (joined) traces that are there now. */
void pans_lay(struct pans *);
void pans_free(struct pans *);

#endif
