/*
 * vars: the values in the holes of a stripe's templates, as columns.
 *
 * For each template and hole one column over the stripe's rows of that
 * template, in chunks of at most VARS_CHUNK_ROWS rows, each coded by what its
 * values are: numbers as 0 to 8 byte planes above a minimum, or as steps, or
 * relative to the row's time; hex as bytes; else text; what all values begin
 * and end with is kept once. Columns lie packed in blobs of the stripe, so
 * that a search reads little; "holes" says of each column what values it can
 * have, so that most are never read. See logs(5).
 */
#ifndef LOG_VARS_H
#define LOG_VARS_H

#include "block/frame.h"
#include "block/stripe.h"
#include "log/split.h"

#define VARS_CHUNK_ROWS	8192u
#define VARS_CHUNK_BYTES ((size_t)256 << 10)	/* of one hole's values */
#define VARS_BLOB	((size_t)128 << 10)	/* a blob is cut here */
#define VARS_AFFIX_MAX	32u

enum vars_kind {
	VARS_TEXT,
	VARS_INT,	/* decimal, no leading zeros */
	VARS_DIGITS,	/* decimal, leading zeros: as a number behind a 1 */
	VARS_HEX,	/* lower case, even length, the same for all */
	VARS_TRACE,	/* the row's trace id, span id in hex: no bytes */
	VARS_SPAN,
	VARS_KINDS
};

/* ---- writing ------------------------------------------------------------ */

struct vars_writer;

struct vars_writer *vars_new(void);
void vars_free(struct vars_writer *);
/* The next template, which has so many rows (> 0). */
void vars_template(struct vars_writer *, struct str template, uint32_t rows);
/*
 * Its next n rows, at most VARS_CHUNK_ROWS: the value of its hole h (of marks
 * of kind 1, counted) in row i is value[h * n + i]. The slices are used up. One
 * of 16 MiB or more lies as split_put puts it, and stays there as long as the
 * frame is used.
 */
void vars_add(struct vars_writer *, struct str *value, const uint64_t *time,
    uint32_t n);
/* Puts the blobs into the frame and forgets all. */
void vars_put(struct vars_writer *, struct frame *);

/* ---- reading: of bytes we do not trust --------------------------------- */

struct vars_col {		/* one hole in one chunk */
	enum vars_kind kind;
	uint8_t unit;		/* INT: 0, or relative to time / 10^(3 unit-3) */
	bool steps;		/* INT, DIGITS: coded as differences */
	struct str before, after;	/* of every value */
	int64_t min;		/* INT, DIGITS: least value and how far the */
	uint64_t range;		/* greatest is above it */
	uint32_t width;		/* bytes a value; TEXT: of a length */
	uint64_t first, step;	/* of `steps` */
	uint32_t max_n;		/* TEXT: the longest between the affixes */
	uint64_t mask;		/* TEXT: bit c & 63 of each byte there */
	uint32_t blob;
	uint64_t at, size;
};

struct vars_chunk {
	uint32_t rows;
	struct vars_col *col;	/* by mark, of any kind */
};

struct vars_template {
	struct str text;	/* all marks are 1 */
	uint32_t rows, holes, chunks;
	struct vars_chunk *chunk;	/* after vars_chunks */
	uint64_t at;			/* in "holes" */
};

struct vars {
	struct stripe *stripe;
	struct arena *mem;
	struct vars_template *template;
	uint32_t n;
	struct str holes;
	struct str *blob;
	uint32_t blobs;
};

/* Reads "templates". 0 or -1. Allocates in the arena, as all below. */
int vars_open(struct vars *, struct stripe *, struct arena *, struct err *);
/* Reads what "holes" says of template t, once. */
int vars_chunks(struct vars *, uint32_t t, struct err *);

struct vars_values {		/* a column, decoded */
	const struct vars_col *col;
	const int64_t *i;	/* INT, DIGITS */
	const char *p;		/* HEX, TEXT */
	const uint32_t *off;	/* TEXT: n + 1 */
};
/* time: of the stripe's rows; row: which of them the chunk's are. */
int vars_load(struct vars *, const struct vars_col *, uint32_t rows,
    const int64_t *time, const uint32_t *row, struct vars_values *,
    struct err *);
/* Appends the value in row i of the chunk, affixes included. Not for TRACE
 * and SPAN. */
void vars_text(const struct vars_values *, uint32_t i, struct buf *);

#endif
