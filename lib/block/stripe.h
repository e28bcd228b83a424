/*
 * stripe: the unit of work of a scan, wherever it lives.
 *
 * At most STRIPE_ROWS rows of each table in a block's file (any number in a
 * frame: the tail, assembled traces). Loads are by column and, when a
 * selection has emptied pages, by page. Safe for one thread at a time per
 * stripe; several stripes of a block may be read by several threads.
 */
#ifndef BLOCK_STRIPE_H
#define BLOCK_STRIPE_H

#include "base/arena.h"
#include "base/err.h"
#include "block/vec.h"

struct stripe_col {
	unsigned table;
	enum vec_type type;
	struct str name;
	uint32_t rows, nulls;
	uint32_t ndict;		/* distinct values when known, else 0 */
	bool ranged;		/* min and max below hold (INT, BOOL, F64) */
	int64_t min_i, max_i;
	double min_f, max_f;
	uint64_t bytes;		/* on disk, 0 in memory */
};

/* What a query has read so far; shared by threads (atomic adds). */
struct scan_count {
	uint64_t stripes, pages, bytes_read, bytes_raw, pages_skipped;
	/* told what is read of a column, unless NULL: by one thread only */
	void (*column)(void *arg, const struct stripe_col *, uint64_t pages,
	    uint64_t bytes);
	void *column_arg;
};

struct stripe;

uint32_t stripe_rows(const struct stripe *, unsigned table);
uint32_t stripe_ncols(const struct stripe *);
const struct stripe_col *stripe_col(const struct stripe *, uint32_t col);
/* The column's number, or -1. */
int stripe_find(const struct stripe *, unsigned table, struct str name,
    enum vec_type type);

/*
 * Loads a column into the arena. `pages`: a bit per page of PAGE_ROWS rows
 * that is wanted, NULL for all; rows of others are left zero. 0 or -1 with
 * the block, stripe, column and page in the message.
 */
int stripe_load(struct stripe *, uint32_t col, const uint64_t *pages,
    struct arena *, struct vec *, struct err *);
/*
 * Loads n rows, ascending: value k of the vec is that of row[k]. For few rows
 * of many: pages pass through memory that is used again for each.
 */
int stripe_pick(struct stripe *, uint32_t col, const uint32_t *row,
    uint32_t n, struct arena *, struct vec *, struct err *);
/*
 * The values of one page that are there, nulls left out, as a vec without a
 * dictionary (codes are stripe_dict's): for those who look at a column once.
 * They hold until the thread's next page. *valid: a bit for each row of the
 * page, NULL when all have a value. Only where stripe_paged says so.
 */
int stripe_page(struct stripe *, uint32_t col, uint32_t page, struct vec *,
    const uint64_t **valid, struct err *);
/* Numbers and codes in a file. */
bool stripe_paged(const struct stripe *, uint32_t col);
/* The same as stripe_pick from a vec that is loaded; its dictionary is shared. */
void vec_pick(const struct vec *, const uint32_t *row, uint32_t n,
    struct arena *, struct vec *);
/* Only the dictionary (STR, ANY); *n = 0 and NULL when values are plain. */
int stripe_dict(struct stripe *, uint32_t col, struct arena *,
    const struct str **dict, uint32_t *n, struct err *);
/*
 * Pages of the column that may hold a value in [min, max] (ints as such,
 * F64 compared as doubles), or null when `nulls`: clears the bits of others.
 */
void stripe_prune_range(struct stripe *, uint32_t col, int64_t min,
    int64_t max, uint64_t *pages);
/* Pages that may hold exactly this value (STR, FIX8, FIX16): clears others. */
int stripe_prune_value(struct stripe *, uint32_t col, struct str value,
    uint64_t *pages, struct err *);
/* A named blob: 1 found (in the arena, or the frame's), 0 absent, -1. */
int stripe_blob(struct stripe *, struct str name, struct arena *,
    struct str *bytes, struct err *);
/* "PATH: stripe N: column NAME" in front of the message; always -1. */
int stripe_where(const struct stripe *, uint32_t col, struct err *);
/* Counts the stripe, and adds what it reads from now on to *count (NULL:
 * nowhere). */
void stripe_count(struct stripe *, struct scan_count *count);

#endif
