/*
 * floats: a run of doubles, as whole numbers where they are decimals.
 *
 * A byte: 0 to 9, the numbers of the run (codec/ints) divided by that power of
 * ten; 255, their 64 bits as they are. Every bit comes back, NaNs and the sign
 * of zero too.
 */
#ifndef CODEC_FLOATS_H
#define CODEC_FLOATS_H

#include "base/buf.h"
#include "base/cur.h"
#include "codec/cuts.h"

#define FLOATS_RAW	255u
#define FLOATS_SCALE	9u

/* v: the doubles' bits, scratch from then on. */
void floats_pack(struct buf *out, uint64_t *v, uint32_t n, struct cuts *);
bool floats_unpack(struct cur *c, uint64_t *out, uint32_t n);

#endif
