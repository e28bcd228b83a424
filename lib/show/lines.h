/*
 * lines: log lines as people and programs read them.
 */
#ifndef SHOW_LINES_H
#define SHOW_LINES_H

#include "show/show.h"

struct show_label { struct str name, value; };

struct show_line {
	uint64_t time;			/* ns */
	uint32_t severity;		/* 0 .. 24 */
	struct str line;
	const struct show_label *labels, *meta, *parsed;
	uint32_t nlabels, nmeta, nparsed;
	bool near;			/* shown for the sake of another line */
};

/*
 * A line for a terminal: time, level, service, text; coloured by level, the
 * keys of JSON and logfmt dimmed, and all of one that is but near. The text
 * is not cut: terminals wrap. A narrow one has times without year and ms.
 */
void show_line_text(const struct show *, struct buf *,
    const struct show_line *);
/* The same without its service: what is before and behind that. */
void show_line_front(const struct show *, struct buf *,
    const struct show_line *);
void show_line_end(const struct show *, struct buf *,
    const struct show_line *);
/* The columns of the front. */
unsigned show_line_before(const struct show *);
/* A line between groups of lines, as grep has it: --. */
void show_gap(const struct show *, struct buf *);
/* Names with values under a line, each on its own, in a column. */
void show_line_more(const struct show *, struct buf *,
    const struct show_label *, uint32_t n);
/*
 * {"timestamp":"...","labels":{},"metadata":{},"parsed":{},"line":"..."} and
 * newline; parsed only if there are such, and before the line "context":true
 * if it is but near.
 */
void show_line_json(struct buf *, const struct show_line *);
/* timestamp,level,labels,line: RFC 4180; the head line is the caller's. */
void show_line_csv(struct buf *, const struct show_line *);

/* {a="b", c="d"}, values quoted as Go does. */
void show_labels(struct buf *, const struct show_label *, uint32_t n);
/* One CSV cell, quoted when it must be. */
void show_csv(struct buf *, struct str);

#endif
