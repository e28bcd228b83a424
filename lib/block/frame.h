/*
 * frame: tables of columns being built in memory.
 *
 * What seals and merges fill and block_put writes; what the tail and the
 * assembled traces are for a query (frame_stripe). A frame has up to
 * TABLES_MAX tables; a column belongs to one, and is known by (table, name,
 * type): the same name with two types is two columns. A put for row r of a
 * column makes all rows of it before r that had none null. Rows are put in
 * ascending order per column. A row belongs to its table once frame_rows says
 * so. No limit of 65,536 rows here: block_put cuts ranges of rows.
 */
#ifndef BLOCK_FRAME_H
#define BLOCK_FRAME_H

#include "base/arena.h"
#include "base/err.h"
#include "block/vec.h"

struct frame;
struct stripe;

struct frame *frame_new(unsigned tables);
void frame_reset(struct frame *);	/* no rows, no columns; memory is kept */
void frame_free(struct frame *);

/* A column's handle; made when new. */
uint32_t frame_col(struct frame *, unsigned table, struct str name,
    enum vec_type type);
uint32_t frame_cols(const struct frame *);	/* handles are 0 .. this - 1 */
void frame_col_info(const struct frame *, uint32_t col, unsigned *table,
    struct str *name, enum vec_type *type);

void frame_int(struct frame *, uint32_t col, uint32_t row, int64_t v);
void frame_f64(struct frame *, uint32_t col, uint32_t row, double v);
void frame_fix(struct frame *, uint32_t col, uint32_t row, const void *p);
/* STR and ANY. Interned: the bytes are copied when new to the column. */
void frame_str(struct frame *, uint32_t col, uint32_t row, struct str v);
/* The code of a value without putting it, and a put by code. */
uint32_t frame_intern(struct frame *, uint32_t col, struct str v);
void frame_code(struct frame *, uint32_t col, uint32_t row, uint32_t code);

/* Bulk: rows at .. at + n - 1 of an INT column, whose values the caller sets
 * where this says, before anything else is put into it. */
int64_t *frame_ints(struct frame *, uint32_t col, uint32_t at, uint32_t n);

/*
 * Bulk: appends rows from[0 .. n) of v as rows at .. at + n - 1. Dictionary
 * codes are translated once per vec, not per row: merges work on codes.
 */
void frame_gather(struct frame *, uint32_t col, uint32_t at,
    const struct vec *v, const uint32_t *from, uint32_t n);

/* A table has n rows from now on (never fewer than before). */
void frame_rows(struct frame *, unsigned table, uint32_t n);
uint32_t frame_nrows(const struct frame *, unsigned table);
/* Reorders a table: new row k is old row order[k]. */
void frame_permute(struct frame *, unsigned table, const uint32_t *order);
/* The column as a vec of all its rows; holds till the next put. */
void frame_vec(struct frame *, uint32_t col, struct vec *);

/* A named run of bytes that goes with the stripe: copied, or the caller's, who
 * keeps them till the frame is reset. */
void frame_blob(struct frame *, struct str name, struct str bytes);
void frame_blob_ref(struct frame *, struct str name, struct str bytes);

/* The whole frame as a stripe to scan; holds till the frame changes. */
struct stripe *frame_stripe(struct frame *, struct arena *);

#endif
