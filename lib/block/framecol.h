/* framecol: a frame's inside, for the sources of block/frame and the writer. */
#ifndef BLOCK_FRAMECOL_H
#define BLOCK_FRAMECOL_H

#include "base/buf.h"
#include "base/hash.h"
#include "block/frame.h"

#define GATHERS_MAX	16	/* foreign dictionaries remembered a column */

/* Codes of a foreign dictionary as ours: code + 1, 0 not known yet. */
struct gather {
	const struct str *dict;
	uint32_t n, cap;
	uint32_t *code;
};

struct frame_column {
	struct str name;	/* in the frame's names */
	unsigned table;
	enum vec_type type;
	unsigned width;		/* bytes a value: 4 for codes */
	uint32_t rows;		/* put so far; rows after them are null */
	uint32_t nulls;		/* among those */
	uint8_t *data;		/* rows * width; zeros where null */
	size_t data_cap;
	uint64_t *valid;	/* kept only while nulls > 0 */
	size_t valid_cap;	/* words */
	struct map dict;
	uint32_t again;		/* code put last: often the next, too */
	struct gather gather[GATHERS_MAX];
	unsigned next_gather;
};

struct frame_blob {
	struct str name, bytes;
};

struct frame {
	unsigned tables;
	uint32_t rows[TABLES_MAX];
	struct map names;	/* table, type, name -> handle */
	struct frame_column **col;
	uint32_t cols, made, cap;	/* in use; with memory; room */
	struct frame_blob *blob;
	uint32_t blobs, blobs_cap;
	struct arena mem;	/* of blobs */
};

static inline struct frame_column *
frame_column(const struct frame *f, uint32_t col)
{
	return f->col[col];
}

static inline bool
vec_coded(enum vec_type t)
{
	return t == VEC_STR || t == VEC_ANY;
}

/* Makes rows at .. at + n - 1 valid ones; those skipped become null. */
void frame_reach(struct frame_column *, uint32_t at, uint32_t n);
/* Makes the column as long as its table: the rows missing are null. */
void frame_level(struct frame *, struct frame_column *);
/* The column's bits, made when it had none, with room for rows 0 .. n - 1. */
void frame_want_valid(struct frame_column *, uint32_t n);

#endif
