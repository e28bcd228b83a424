/*
 * ints: a run of 64-bit numbers in the fewest bytes, before zstd.
 *
 * The encoder looks at the numbers and picks a form; the decoder is told how
 * many there are. Signs: a number is 64 bits, an int64_t is cast. Forms, the
 * first byte of a run (block(5) has the table):
 *
 *	CONST	all the same
 *	BITS	(v - base) / step, packed by bit
 *	PLANES	the same, all low bytes first, then all second bytes ...
 *	LOG	the same: how many bits each has, then those below the top one
 *	TABLE	up to 256 distinct numbers, then which of them, a byte each
 *	DELTA	the first, then the zigzagged differences as one of the first four
 *	RUNS	distinct neighbours, then how often each comes, each as DELTA's
 *	GROUPS	as BITS, with a base and a width of their own for each 64
 *
 * The forms by bytes leave room that zstd takes away, and tell by `cuts` which
 * bytes go together; BITS is for runs that are stored as they are. GROUPS may take
 * more than the least that could be had: it is fast, and tells single numbers.
 */
#ifndef CODEC_INTS_H
#define CODEC_INTS_H

#include "base/buf.h"
#include "base/cur.h"
#include "codec/cuts.h"
#include "codec/groups.h"

/*
 * Appends the run; v is scratch from then on. With cuts, zstd comes after;
 * without (NULL) the run should be short by itself.
 */
void ints_pack(struct buf *out, uint64_t *v, uint32_t n, struct cuts *);
/* Reads n numbers; false when the run is not well formed (or c is bad). */
bool ints_unpack64(struct cur *c, uint64_t *out, uint32_t n);
/* The same where all are below 2^32; others make it false. */
bool ints_unpack32(struct cur *c, uint32_t *out, uint32_t n);
/*
 * A run opened for single numbers: found without those between. It points into
 * the run, which has to stay.
 */
#define INTS_SEEK_MAX	16384u	/* numbers of such a run */
#define INTS_STRETCH	32u
struct ints_seek {
	uint32_t n;
	uint8_t form;
	uint64_t base, step;
	unsigned width;
	const uint8_t *p;		/* the numbers */
	size_t bytes;
	struct groups groups;		/* or these */
	/* TABLE: its values; GROUPS: where each one's bytes begin; DELTA: the
	 * number that begins each stretch */
	uint64_t at[INTS_SEEK_MAX / INTS_STRETCH + 1];
};
/* Of n numbers, all of `run`: 1; 0: its form tells no single ones; -1: not
 * well formed. */
int ints_seek(struct ints_seek *, struct str run, uint32_t n);
uint64_t ints_seek_at(const struct ints_seek *, uint32_t i);
/*
 * The run as neighbours that are equal: their values, and how often each comes
 * (together n), in memory of this thread's till the next run is read. How many;
 * 0: not well formed.
 */
uint32_t ints_runs(struct cur *c, uint32_t n, uint64_t **value,
    uint64_t **len);

#endif
