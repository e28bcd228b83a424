/*
 * cuts: where in a run of bytes another kind of bytes begins.
 *
 * Random low bytes beside regular high ones spoil each other's compression;
 * who writes both says where they part, and who compresses treats each piece
 * alone (block(5), items). Too many cuts are forgotten.
 */
#ifndef CODEC_CUTS_H
#define CODEC_CUTS_H

#include <stddef.h>
#include <stdint.h>

#define CUTS_MAX	32u

struct cuts {
	size_t at[CUTS_MAX];	/* ascending */
	uint32_t n;
	uint64_t dense;		/* bit k: zstd gains nothing before at[k] */
};

static inline void
cut_here(struct cuts *c, size_t at)
{
	if (c && c->n < CUTS_MAX && (c->n == 0 || c->at[c->n - 1] < at))
		c->at[c->n++] = at;
}

/* The same where what ends here is not worth a try. */
static inline void
cut_dense(struct cuts *c, size_t at)
{
	uint32_t was = c ? c->n : 0;

	cut_here(c, at);
	if (c && c->n > was)
		c->dense |= UINT64_C(1) << was;
}

static inline void
cuts_reset(struct cuts *c)
{
	c->n = 0;
	c->dense = 0;
}

#endif
