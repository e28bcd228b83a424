/* stripefile: a stripe's inside: of a block's file or of a frame. */
#ifndef BLOCK_STRIPEFILE_H
#define BLOCK_STRIPEFILE_H

#include "block/format.h"
#include "block/framecol.h"

struct stripe {
	struct arena *mem;	/* it lives in */
	struct scan_count *count;
	uint32_t ncols;
	const struct stripe_col **col;
	/* one of these: */
	struct frame *frame;
	struct block *block;
	uint32_t no;
	uint64_t at, size;	/* in the file */
	struct stripe_dir dir;
	struct str *pack;	/* packed pages already read, or {NULL} */
	uint64_t **valid;	/* null bits already read, or NULL */
	struct str **dict;	/* dictionaries that lie in mem, or NULL */
};

const struct stripe_dir *stripe_dir_of(const struct stripe *);
/* Appends all its bytes as they lie in the file. */
int stripe_bytes(struct stripe *, struct buf *, struct err *);
/* Bytes of the file; the message names it. */
int block_pread(struct block *, void *, size_t n, uint64_t at, struct err *);

/* What the index has of a page. */
struct page_entry {
	uint32_t nulls;
	bool ranged;
	int64_t min_i, max_i;
	double min_f, max_f;
	const char *range_b;		/* of bytes: both, eight each */
	struct str filter;
};
/*
 * Entries for all pages; *n = 0 when the column has no index. Their bytes hold
 * until the thread fetches something else.
 */
int stripe_index(struct stripe *, uint32_t col,
    struct page_entry out[PAGES_MAX], uint32_t *n, struct err *);
/* Reads the page index only, to see whether it is sound. */
int stripe_check_index(struct stripe *, uint32_t col, struct err *);

/* Where a page goes: a vec's arrays, one of them. */
struct page_out {
	enum vec_type type;
	const uint64_t *valid;	/* of the column; NULL: no nulls */
	int64_t *i;		/* also for F64 */
	uint8_t *fix;
	uint32_t *code;		/* with a dictionary */
	struct str *plain;	/* without */
	uint32_t ndict;
};
/* Bytes of a value in a vec's array. */
static inline size_t
vec_width(enum vec_type t)
{
	return vec_coded(t) ? 4 : t == VEC_FIX16 ? 16 : 8;
}

/*
 * A page's payload into rows at .. at + rows - 1, which are zeros; `at` begins a
 * page. ERR_CORRUPT: it is not of so many rows. Text points into the payload.
 */
int page_decode(struct str payload, uint32_t at, uint32_t rows,
    const struct page_out *, struct err *);
/* A dictionary of n entries, likewise, into an array in the arena. */
int dict_decode(struct str payload, uint32_t n, struct arena *,
    struct str **dict, struct err *);

#endif
