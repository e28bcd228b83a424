/* gatherin: the inside of gather, shared by gather.c, rows.c and tables.c. */
#ifndef TRACE_GATHERIN_H
#define TRACE_GATHERIN_H

#include "trace/gather.h"

#define NO_ROW	UINT32_MAX

/*
 * The columns that relink a trace, of the pages wanted; the last two only once
 * a trace asks for them.
 */
struct light {
	struct vec id, start, duration, parent, parent_id, kind, received;
};

struct source {
	struct stripe *stripe;
	uint32_t rows;		/* of TR_SPAN */
	bool mixed;		/* has parts of traces made whole */
	uint64_t *pages;	/* of TR_SPAN that are wanted */
	uint32_t *want, wants;	/* the rows loaded if they are few; NULL: all */
	struct light light;
	uint32_t base, n;	/* its rows in the frame, before the permute */
	uint32_t *from;		/* n rows, as loaded */
	uint32_t *to;		/* n rows of the frame, at the end */
};

/* A span chosen: where from (a row as loaded), and how its row starts. */
struct chosen {
	uint32_t source, row;
	int64_t dist;
	uint64_t parent;	/* the raw id, when dist is ORDER_CUT */
};

struct job {
	struct gather *g;
	struct frame *f;
	struct cols cols;
	struct source *src;
	uint32_t nsrc;
	uint32_t *of;		/* by part, of all traces: its source */
	bool full;		/* light has all its columns */
	struct chosen *row;	/* by row of the frame */
	uint32_t rows, cap;
	size_t max_bytes;
	struct err *e;
};

/*
 * Traces over the limit, in a copy of *t: without the parts that have none of
 * the spans to keep, so that of a trace without end nothing more is loaded than
 * what remains of it (limit.c).
 */
int job_limit(struct job *, const struct gather_trace **t, size_t n);
/* Chooses the rows of all traces and puts TR_TRACE (rows.c). */
int job_choose(struct job *, const struct gather_trace *, size_t n,
    const struct gather_opts *, uint32_t *spans);
/* Takes resources or scopes along, and puts the spans' rows of them. */
int job_groups(struct job *, unsigned table, enum col ref);
/* Events, links. */
int job_children(struct job *, unsigned table, enum col ref);

/* The distinct columns the sources have in a table. */
uint32_t job_cols(const struct job *, unsigned table);
/* So many rows of so many columns are too much: notes it. */
bool job_over(struct job *, uint32_t rows, uint32_t cols);

/* Whether its rows are in its stripe; else whose fault it is, and -1. */
int job_part(struct job *, const struct gather_part *);
/* Remembers whose fault it is; -1. */
int job_bad(struct job *, struct source *);

/* Loads a column of TR_SPAN, as far as it is wanted. */
int job_column(struct job *, struct source *, uint32_t col, struct arena *,
    struct vec *);
/* Loads a column; when the stripe has none, every row is null (all zeros). */
int job_load(struct job *, struct source *, enum col, struct arena *,
    struct vec *);

#endif
