/*
 * nulls: which rows have a value, as bytes.
 *
 * First a byte: 0 a bit a row, bit r % 8 of byte r / 8, zeros at the end; 1
 * varint n, then a run (codec/ints) of n lengths: rows without, rows with,
 * rows without ..., together all rows.
 */
#ifndef CODEC_NULLS_H
#define CODEC_NULLS_H

#include "base/buf.h"
#include "base/cur.h"

enum nulls_form { NULLS_BITS, NULLS_RUNS };

/* Appends rows bits; those past the last in `bits` are zero. */
void nulls_pack(struct buf *out, const uint64_t *bits, uint32_t rows);
/* Whole words; false when not well formed. *set: rows that have a value. */
bool nulls_unpack(struct cur *c, uint64_t *bits, uint32_t rows,
    uint32_t *set);

#endif
