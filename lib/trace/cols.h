/*
 * cols: the columns of columns.h that have fixed names, by number, and their
 * handles in a frame being filled.
 *
 * A column is made at its first value, so what no span has costs nothing. A
 * caller that wants only some of them names those; the others are passed over,
 * but never the ones that hold a part together (ids, times, parents, rows of
 * other tables).
 */
#ifndef TRACE_COLS_H
#define TRACE_COLS_H

#include "block/frame.h"
#include "trace/columns.h"
#include "trace/scan.h"

enum col {
	SP_ID, SP_START, SP_DURATION, SP_PARENT, SP_PARENT_ID, SP_NAME,
	SP_KIND, SP_STATUS, SP_MESSAGE, SP_STATE, SP_FLAGS, SP_END_OFF,
	SP_DROPPED_A, SP_DROPPED_E, SP_DROPPED_L, SP_RES, SP_SCOPE,
	SP_RECEIVED, SP_X, SP_MORE,
	TC_ID, TC_FIRST, TC_SPANS, TC_START, TC_END, TC_ROOT, TC_CUT,
	RS_URL, RS_DROPPED, RS_X, RS_RAW,
	SC_NAME, SC_VERSION, SC_URL, SC_DROPPED, SC_X, SC_RAW,
	EV_SPAN, EV_TIME, EV_NAME, EV_DROPPED, EV_X, EV_RAW,
	LK_SPAN, LK_TRACE, LK_ID, LK_STATE, LK_FLAGS, LK_DROPPED, LK_X,
	LK_RAW,
	COLS
};

struct col_def {
	uint8_t table, type;	/* TR_, VEC_ */
	bool always;		/* whatever the caller needs */
	const char *name;
};
extern const struct col_def col_defs[COLS];

/* What is needed; v NULL: all. */
struct needs { const struct trace_need *v; size_t n; };
bool needs_has(const struct needs *, unsigned table, struct str name);

#define COL_NONE	UINT32_MAX	/* not made yet */
#define COL_SKIP	(UINT32_MAX - 1)	/* not wanted */

struct cols {
	struct frame *f;
	struct needs needs;
	uint32_t h[COLS];
};

void cols_init(struct cols *, struct frame *, const struct needs *);
uint32_t cols_make(struct cols *, enum col);

static inline uint32_t
cols_at(struct cols *c, enum col no)
{
	return c->h[no] == COL_NONE ? cols_make(c, no) : c->h[no];
}

static inline void
cols_int(struct cols *c, enum col no, uint32_t row, int64_t v)
{
	uint32_t h = cols_at(c, no);

	if (h != COL_SKIP)
		frame_int(c->f, h, row, v);
}

/* Of a column that is always made: n rows, whose values are to be set. */
static inline int64_t *
cols_ints(struct cols *c, enum col no, uint32_t at, uint32_t n)
{
	return frame_ints(c->f, cols_at(c, no), at, n);
}

static inline void
cols_str(struct cols *c, enum col no, uint32_t row, struct str v)
{
	uint32_t h = cols_at(c, no);

	if (h != COL_SKIP)
		frame_str(c->f, h, row, v);
}

static inline void
cols_fix(struct cols *c, enum col no, uint32_t row, const void *p)
{
	uint32_t h = cols_at(c, no);

	if (h != COL_SKIP)
		frame_fix(c->f, h, row, p);
}

/* Those that are null where there is nothing. */
static inline void
cols_int_if(struct cols *c, enum col no, uint32_t row, int64_t v)
{
	if (v != 0)
		cols_int(c, no, row, v);
}

static inline void
cols_str_if(struct cols *c, enum col no, uint32_t row, struct str v)
{
	if (v.n > 0)
		cols_str(c, no, row, v);
}

/* What TC_ROOT says of a trace with so many roots, the last `offset` rows from
 * its first. */
static inline void
cols_root(struct cols *c, uint32_t row, uint32_t roots, uint32_t offset)
{
	if (roots < 2)
		cols_int(c, TC_ROOT, row, roots == 1 ? (int64_t)offset : -1);
}

/* The column in a stripe, or -1. */
int cols_find(const struct stripe *, enum col);

#endif
