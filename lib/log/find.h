/* find: the rows of one stripe that a query takes, in order of time. */
#ifndef LOG_FIND_H
#define LOG_FIND_H

#include "log/filter.h"
#include "log/select.h"

struct log_hit { uint64_t time; uint32_t row; };

struct log_found {
	struct log_part *part;
	uint32_t stripe;
	struct arena mem;
	struct log_cols cols;
	struct log_lines lines;
	struct log_hit *hit;	/* by time and row; the other way if backward */
	uint32_t n, next;
	uint32_t *stream;	/* the scan's number by code; LOG_NONE: not yet */
};

/*
 * 1: there are some, 0: none, -1. With a limit, no more than may be needed.
 * f->mem may have been used before: it is reset.
 */
int found_rows(struct log_found *, const struct log_scan_opts *,
    const struct filter *, struct err *);
void found_free(struct log_found *);
/* Opens the lines for found_line and found_text, if not yet. */
int found_lines(struct log_found *, struct err *);

/*
 * Fills all of *line but stream and labels; text and arrays are in `text`,
 * `mem` or the found one's memory. `full`: line and metadata whatever asked.
 */
int found_line(struct log_found *, uint32_t row, bool want_line,
    bool want_meta, struct log_line *, struct buf *text, struct arena *mem,
    struct err *);

#endif
