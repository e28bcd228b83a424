/* find: the rows of one stripe that a query takes, in order of time. */
#ifndef LOG_FIND_H
#define LOG_FIND_H

#include "log/filter.h"
#include "log/hits.h"
#include "log/select.h"

struct log_found {
	struct log_part *part;
	uint32_t stripe;
	struct arena work;	/* of the stripe, till it is settled */
	struct arena mem;	/* what stays then */
	bool settled;
	bool loose;		/* rows are wanted as they lie: no hits */
	bool bad;		/* a fault was told: not to be looked at */
	struct log_cols cols;
	struct log_lines lines;
	struct log_hit *hit;	/* by time and row; the other way if backward */
	uint32_t n, next;
	uint32_t *row;		/* of the stripe, ascending; below: of these */
	uint64_t *time;
	struct vec stream, observed, severity, severity_text, trace, span,
	    context, x;
	struct log_meta *meta;
	uint32_t nmeta;
	struct str *text;		/* the lines, when settled */
	uint32_t *stream_no;	/* the scan's, by code; LOG_NONE: not yet */
};

/*
 * 1: there are some, 0: none, -1. With a limit, no more than may be needed.
 * f->work may have been used before: it is reset.
 */
int found_rows(struct log_found *, const struct log_scan_opts *,
    const struct filter *, struct err *);
/*
 * Its parts: the stripe; the bits of rows that are taken (in f->work), opening
 * it if need be; what they are.
 */
int found_open(struct log_found *, const struct log_scan_opts *,
    struct err *);
int found_select(struct log_found *, const struct log_scan_opts *,
    const struct filter *, uint64_t **rows, struct err *);
int found_collect(struct log_found *, const struct log_scan_opts *,
    const uint64_t *rows, struct err *);
/*
 * Puts together all there is to the lines, so that f->work is no longer
 * needed. false: some line has a fault, told when it is asked for.
 */
bool found_settle(struct log_found *);
void found_free(struct log_found *);

/*
 * Fills all of *line but stream and labels; text and arrays are in `text`,
 * `mem` or the found one's memory.
 */
int found_line(struct log_found *, uint32_t at, enum log_want want_line,
    bool want_meta, struct log_line *, struct buf *text, struct arena *mem,
    struct err *);

#endif
