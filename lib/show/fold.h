/*
 * fold: the rows of a waterfall. Of three or more calls beside each other that
 * look the same all the way down (services, names, which of them failed) the
 * first is shown, and the others are one row.
 */
#ifndef SHOW_FOLD_H
#define SHOW_FOLD_H

#include "show/waterfall.h"

struct fold_row {
	uint32_t span;		/* this one; or the first of those folded, */
	uint32_t end;		/* which end before this one, */
	uint32_t count;		/* and are so many. 0: no fold */
	bool last;		/* no sibling comes after it */
};

/* At most a row a span: how many. */
uint32_t fold_rows(const struct show_trace *, struct fold_row *,
    struct arena *);

#endif
