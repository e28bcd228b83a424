/*
 * sheet: the series of a metrics query, for people and as CSV.
 *
 * As a table, a line a series: least, greatest and last value, and a line of
 * bars; with one point, its value. As CSV, a line a point: time, a column a
 * label, value. Numbers in tables are of a unit, where the query tells it.
 */
#ifndef QUERY_SHEET_H
#define QUERY_SHEET_H

#include "query/table.h"
#include "show/axis.h"

struct sheet {
	const struct show *show;
	const struct table *t;
	uint64_t from;		/* ns: what the answer covers begins here */
	uint64_t first, step;	/* point i is at first + i * step, */
	uint64_t last;		/* but no later than this */
	uint64_t until;		/* ns: what is known, or was asked for, ends
				   here; 0: with the last step */
	bool cut;		/* .. which was taken off for that */
	enum show_unit unit;	/* of the numbers, for people */
	enum show_unit bounds;	/* and of the bounds of histograms */
	struct arena *mem;	/* scratch */
};

/*
 * Append; nothing when there are no series, but CSV's head line. A last step
 * that is not over, so that its number is too small, is not shown to people,
 * but in heat maps, and that is said.
 */
void sheet_table(const struct sheet *, struct buf *);
/*
 * As a picture: curves, the ones with the greatest means, and what they stand
 * for; of histograms ("__bucket") heat maps; of one point, the
 * greatest first. Where the terminal is too narrow for that, a table.
 */
void sheet_chart(const struct sheet *, struct buf *);
void sheet_csv(const struct sheet *, struct buf *);

#endif
