/*
 * vec: one column in memory: what scans read and predicates run over.
 *
 * Every string-like column is codes into a dictionary. Where the file holds
 * plain values (too many distinct ones) `code` is NULL and value k belongs to
 * row k, so a predicate may always run over dict[0 .. ndict) once and then be
 * mapped over codes. Values of null rows are zero (code 0). A vec lives as
 * long as the arena or frame it came from.
 */
#ifndef BLOCK_VEC_H
#define BLOCK_VEC_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/str.h"

#define STRIPE_ROWS	65536u	/* of each table, at most */
#define PAGE_ROWS	16384u
#define TABLES_MAX	8u	/* tables in a stripe: spans, traces, events ... */

enum vec_type {
	VEC_INT = 1,		/* int64 */
	VEC_F64 = 2,
	VEC_BOOL = 3,		/* int64 0 or 1 */
	VEC_STR = 4,		/* any bytes, UTF-8 by custom */
	VEC_ANY = 5,		/* encoded bytes of a typed value, as VEC_STR */
	VEC_FIX8 = 6,		/* 8 bytes a row */
	VEC_FIX16 = 7,		/* 16 bytes a row */
};

struct vec {
	enum vec_type type;
	uint32_t rows;
	const uint64_t *valid;		/* bit per row; NULL: no row is null */
	const int64_t *i;		/* INT, BOOL */
	const double *f;		/* F64 */
	const uint8_t *fix;		/* FIX8, FIX16: rows * width bytes */
	const uint32_t *code;		/* STR, ANY; NULL: row k has dict[k] */
	const struct str *dict;
	uint32_t ndict;
};

static inline uint32_t
pages_of(uint32_t rows)
{
	return (rows + PAGE_ROWS - 1) / PAGE_ROWS;
}

static inline bool
vec_valid(const struct vec *v, uint32_t row)
{
	return !v->valid || (v->valid[row / 64] >> row % 64 & 1);
}

static inline struct str
vec_str(const struct vec *v, uint32_t row)
{
	return v->dict[v->code ? v->code[row] : row];
}

/* Bitmaps: bit per row in uint64_t words. */
#define BITS_WORDS(n)	(((size_t)(n) + 63) / 64)

static inline bool
bit_get(const uint64_t *b, uint32_t i)
{
	return b[i / 64] >> i % 64 & 1;
}

static inline void
bit_set(uint64_t *b, uint32_t i)
{
	b[i / 64] |= UINT64_C(1) << i % 64;
}

/* The set ones of a word: the compiler's own is a call. */
static inline uint32_t
bits_ones(uint64_t w)
{
	w -= w >> 1 & 0x5555555555555555;
	w = (w & 0x3333333333333333) + (w >> 2 & 0x3333333333333333);
	w = (w + (w >> 4)) & 0x0f0f0f0f0f0f0f0f;
	return (uint32_t)(w * 0x0101010101010101 >> 56);
}

static inline uint32_t
bits_count(const uint64_t *b, size_t words)
{
	uint32_t n = 0;

	for (size_t k = 0; k < words; k++)
		n += bits_ones(b[k]);
	return n;
}

/* Sets the first n bits, and clears the rest of the last word. */
static inline void
bits_first(uint64_t *b, uint32_t n)
{
	memset(b, 0xff, n / 64 * sizeof *b);
	if (n % 64 > 0)
		b[n / 64] = (UINT64_C(1) << n % 64) - 1;
}

/* Of the word in which bit `from` lies, those of from .. to - 1. */
static inline uint64_t
bits_mask(uint32_t from, uint32_t to)
{
	uint64_t mask = UINT64_MAX << from % 64;

	return to / 64 > from / 64 ? mask :
	    mask & ((UINT64_C(1) << to % 64) - 1);
}

/* Sets bits from .. to - 1. */
static inline void
bits_fill(uint64_t *b, uint32_t from, uint32_t to)
{
	for (; from < to; from = (from / 64 + 1) * 64)
		b[from / 64] |= bits_mask(from, to);
}

/* Whether one of from .. to - 1 is set. */
static inline bool
bits_any_of(const uint64_t *b, uint32_t from, uint32_t to)
{
	for (; from < to; from = (from / 64 + 1) * 64)
		if (b[from / 64] & bits_mask(from, to))
			return true;
	return false;
}

static inline bool
bits_any(const uint64_t *b, uint32_t n)
{
	uint64_t all = 0;

	for (size_t k = 0; k < BITS_WORDS(n); k++)
		all |= b[k];
	return all != 0;
}

#endif
