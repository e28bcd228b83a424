/*
 * listing: log lines on a terminal, a page at a time, what their labels have in
 * common said once.
 *
 *     common labels {region="eu"}
 *     TIME                    LEVEL service_name pod        LINE
 *     2026-01-01 00:00:03.000 INFO  cart         cart-1     cart has 3 items
 *     2026-01-01 00:00:02.000 INFO               cart-2     cart has 2 items
 *     2026-01-01 00:00:01.000 ERROR gateway      gw-7       connection refused
 *
 * Labels that are the same in all lines so far stand above them. Of the others
 * there are columns for as many as it takes to tell the streams apart, in a
 * quarter of the width; a value that is the one above is left blank. Both are
 * said anew when a later page has labels that do not fit.
 */
#ifndef SHOW_LISTING_H
#define SHOW_LISTING_H

#include "show/lines.h"

struct show_listing;

/* `common`: labels that all lines have are said. */
struct show_listing *show_listing_new(const struct show *, bool common);
void show_listing_free(struct show_listing *);	/* or NULL */
/* A line of the page, which is copied. `gap`: a -- stands before it. Not when
 * the page is full. */
void show_listing_add(struct show_listing *, const struct show_line *,
    bool gap);
/* Ends the page: appends it. */
void show_listing_put(struct show_listing *, struct buf *);
bool show_listing_full(const struct show_listing *);

#endif
