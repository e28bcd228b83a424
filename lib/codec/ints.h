/*
 * ints: a run of 64-bit numbers in the fewest bytes, before zstd.
 *
 * The encoder looks at the numbers and picks a form; the decoder is told how
 * many there are. Signs: a number is 64 bits, an int64_t is cast. Forms, the
 * first byte of a run (block(5) has the table):
 *
 *	CONST	all the same
 *	BITS	(v - base) / step, packed by bit
 *	BYTES	the same in 1 to 8 whole bytes, little-endian
 *	PLANES	the same, all low bytes first, then all second bytes ...
 *	DELTA	the first, then the zigzagged differences as one of the above
 *	RUNS	distinct neighbours, then how often each comes, each as above
 *
 * BYTES and PLANES leave room that zstd takes away; BITS is for runs that are
 * stored as they are.
 */
#ifndef CODEC_INTS_H
#define CODEC_INTS_H

#include "base/buf.h"
#include "base/cur.h"

#define INTS_MAX	65536u	/* numbers in a run */

/*
 * Appends the run; v is scratch from then on. `squeezed`: zstd comes after, so
 * prefer what it likes.
 */
void ints_pack(struct buf *out, uint64_t *v, uint32_t n, bool squeezed);
/* Reads n numbers; false when the run is not well formed (or c is bad). */
bool ints_unpack64(struct cur *c, uint64_t *out, uint32_t n);
/* The same where all are below 2^32; others make it false. */
bool ints_unpack32(struct cur *c, uint32_t *out, uint32_t n);

#endif
