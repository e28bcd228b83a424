/*
 * groups: numbers in groups of 64, each number of a group in the same bits.
 *
 * The body of the form GROUPS of codec/ints: a byte a group, its width; the
 * least number of each group, packed by bit; then of each group what its
 * numbers have above that, packed by bit: 8 * width bytes (the last group may
 * be a short one). So one number can be had without those before it, and
 * nothing is left for zstd to take away.
 */
#ifndef CODEC_GROUPS_H
#define CODEC_GROUPS_H

#include "base/buf.h"
#include "base/cur.h"

#define GROUP	64u	/* numbers */

/* Bytes that packing takes; *width: bits of the greatest of the leasts. */
size_t groups_size(const uint64_t *v, uint32_t n, unsigned *width);
void groups_pack(struct buf *out, const uint64_t *v, uint32_t n,
    unsigned width);

/* Parts of a run being read; they point into its bytes. */
struct groups {
	const uint8_t *width, *least, *body;
	size_t least_n, body_n;
	unsigned least_width;
	uint32_t n;
};

/* false: not well formed (or c is bad). */
bool groups_open(struct groups *, struct cur *c, uint32_t n,
    unsigned least_width);
void groups_unpack(const struct groups *, uint64_t *out);
/* Where the bytes of each group begin, for groups_at. */
void groups_places(const struct groups *, uint64_t *at);
uint64_t groups_at(const struct groups *, const uint64_t *at, uint32_t i);

#endif
