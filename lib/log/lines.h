/*
 * lines: the texts of a stripe's lines, by row.
 *
 * Each thing is read when it is first asked for: the templates at opening,
 * which rows are a template's with lines_group, a hole's values one chunk at
 * a time.
 */
#ifndef LOG_LINES_H
#define LOG_LINES_H

#include "log/select.h"
#include "log/vars.h"

struct log_lines {
	struct log_cols *cols;
	struct arena *mem;
	struct vars vars;
	uint32_t rows;
	bool grouped;
	struct vec time;		/* for values relative to it */
	const int64_t *template;	/* by row */
	uint32_t *from;			/* of template t in member */
	uint32_t *member;		/* rows by template, ascending */
	uint32_t *rank;			/* of a row among its template's */
	struct vars_values ***values;	/* [template][chunk][hole] */
	bool **have;			/* [template][chunk * holes + hole] */
	const uint32_t *some;		/* rows asked for, ascending; or NULL */
	struct log_member { uint32_t template, rank; } *of;	/* they are */
	uint32_t nsome;
	struct vec trace, span;		/* theirs */
};

/* 0 or -1. Allocates in the columns' arena, as all below. */
int lines_open(struct log_lines *, struct log_cols *, struct err *);
/* Fills template, member and rank. */
int lines_group(struct log_lines *, struct err *);
/*
 * Of these rows alone, ascending, texts are asked for: few of many (else it does
 * nothing) need no arrays of all, as lines_group has. May be said again.
 */
int lines_some(struct log_lines *, const uint32_t *row, uint32_t n,
    struct err *);
/* The values of a hole in a chunk of a template. */
int lines_values(struct log_lines *, uint32_t t, uint32_t chunk,
    uint32_t hole, struct vars_values **, struct err *);
/*
 * Appends the value of a hole in row i of the chunk, the k-th of all rows of
 * the template: ids are filled in, too.
 */
int lines_value(struct log_lines *, const struct vars_values *, uint32_t t,
    uint32_t k, uint32_t i, struct buf *, struct err *);
/* The trace ids' numbers, by row. */
int lines_traces(struct log_lines *, const struct vec **, struct err *);
/* Appends the row's line. */
int lines_text(struct log_lines *, uint32_t row, struct buf *, struct err *);

#endif
