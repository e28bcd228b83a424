/*
 * flow: text for people in lines that fit their terminal, piece by piece.
 */
#ifndef SHOW_FLOW_H
#define SHOW_FLOW_H

#include "show/show.h"

/* Zero-initialise the rest. */
struct flow {
	const struct show *show;
	struct buf *b;
	unsigned used;		/* columns of the line so far */
	unsigned indent;	/* of the lines after the first */
};

/*
 * Before a piece of `cols` columns, which the caller appends: the gap, or a new
 * line where the piece does not fit. No gap before the first.
 */
void flow_next(struct flow *, struct str gap, unsigned cols);
/* The words of a text, as pieces. */
void flow_words(struct flow *, struct str text);
/* A text as a line, or as many as it takes. */
void flow_line(const struct show *, struct buf *, enum show_style,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
