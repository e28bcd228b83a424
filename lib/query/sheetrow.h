/* sheetrow: series as the rows of a table, for sheet.c and sheet_chart.c. */
#ifndef QUERY_SHEETROW_H
#define QUERY_SHEETROW_H

#include "query/sheet.h"

/* What a series comes to; NaN where it has no point. */
struct sheet_sum {
	const struct series *s;
	const double *v;	/* by point, NaN: none */
	double min, max, mean, last;
};

enum sheet_look {
	SHEET_BARS,		/* least, greatest, last, a line of bars */
	SHEET_VALUE,		/* the last value alone */
	SHEET_RANK,		/* the last value, and how long it is */
	SHEET_LEGEND,		/* marked as curves: min, mean, max, last */
};

/* Of all series, in their order; in the sheet's arena. */
struct sheet_sum *sheet_sums(const struct sheet *);
void sheet_rows(const struct sheet *, const struct sheet_sum *, uint32_t n,
    enum sheet_look, struct buf *);
/* The sheet without a last step of which more than a tenth is to come; of the
 * table that is its own. */
struct sheet sheet_whole(const struct sheet *, struct table *);
/* "FROM to TO, N steps of 1m" */
void sheet_say_range(const struct sheet *, struct buf *);

#endif
