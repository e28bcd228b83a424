/*
 * select: which rows of a stripe a query wants, before any line is looked at:
 * by time, stream, trace id, labels and metadata.
 */
#ifndef LOG_SELECT_H
#define LOG_SELECT_H

#include "block/spans.h"
#include "log/part.h"
#include "log/scan.h"

/* The columns of a stripe, loaded when first wanted. rows 0: not there. */
struct log_cols {
	struct log_part *part;
	struct stripe *stripe;
	struct arena *mem;
	uint32_t rows;
	uint64_t *pages;		/* that loads read from now on; NULL: all */
	struct vec time, stream, observed, severity, severity_text, trace,
	    span, context, x;
	struct log_meta { struct str name; uint32_t col; struct vec v;
		bool loaded; } *meta;		/* m.KEY */
	uint32_t nmeta;
	struct code_run *run;		/* of streams, when asked for */
	uint32_t nruns;
};

void cols_open(struct log_cols *, struct log_part *, struct stripe *,
    struct arena *);
/* Loads the column into *v unless it is there already. */
int cols_load(struct log_cols *, struct str name, enum vec_type,
    struct vec *v, struct err *);
int cols_meta(struct log_cols *, uint32_t k, struct err *);
/* The stream of each row. */
int cols_stream(struct log_cols *, struct err *);
/* Loads the runs of streams: 1; 0: there are none, of as many as rows; -1. */
int cols_runs(struct log_cols *, struct err *);
static inline bool
cols_has(const struct vec *v, uint32_t row)
{
	return row < v->rows && vec_valid(v, row);
}

/* Whether the labels of a stream (pairs) meet all matchers: 1, 0, -1. */
int select_stream(struct str labels, const struct log_matcher *, size_t n,
    struct err *);
/* The same of n streams, one by one: 1 all do, 0 none, 2 some, -1. */
int select_streams(const struct str *, uint32_t n, bool *yes,
    const struct log_scan_opts *, struct err *);
/*
 * Sets the bits of the rows that are wanted. 1: there are some, 0: none, -1.
 */
int select_rows(struct log_cols *, const struct log_scan_opts *,
    uint64_t *rows, struct err *);

#endif
