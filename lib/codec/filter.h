/*
 * filter: may this value be among those? Never a wrong no; a wrong yes about
 * once in a hundred.
 *
 * A split-block Bloom filter: blocks of 32 bytes, eight little-endian 32-bit
 * words each, one bit set in every word; about ten bits a value. Values come
 * as 64-bit hashes (base/hash's hash_bytes). block(5) gives the constants.
 */
#ifndef CODEC_FILTER_H
#define CODEC_FILTER_H

#include "base/buf.h"

#define FILTER_BLOCK	32u

/* Bytes for n values: a multiple of FILTER_BLOCK, at least one block. */
size_t filter_size(uint32_t n);
/* p has `size` bytes, zeros at first. */
void filter_add(uint8_t *p, size_t size, uint64_t hash);
/* true for a filter that is no whole number of blocks, too. */
bool filter_may(struct str filter, uint64_t hash);

#endif
