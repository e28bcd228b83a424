/* listing: rows and tallies as tables for people. */
#ifndef OTLP_LISTING_H
#define OTLP_LISTING_H

#include "otlp/rows.h"
#include "otlp/tally.h"
#include "show/show.h"

#define LISTING_NAME_COLS	60	/* of a log line */
#define LISTING_SERVICES	8	/* named in a tally */

/* Empty tables with their heads, of items and of tallies. */
struct show_table listing_rows(void);
struct show_table listing_tallies(void);
/* A line for each item of a payload. 0, or -1 and why. */
int listing_payload(struct show_table *, const char *name, unsigned signal,
    struct str payload, struct err *);
/* `name`: what to call the signal. */
void listing_tally(struct show_table *, const char *name,
    const struct tally *);

#endif
