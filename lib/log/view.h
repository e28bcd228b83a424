/* view: the parts of a store's view: its blocks, and the tail as the last. */
#ifndef LOG_VIEW_H
#define LOG_VIEW_H

#include "log/part.h"

struct log_view {
	struct store_view *v;
	struct log_part *part;		/* oldest first */
	size_t n;
};

/*
 * The tail is built as a block would be, perhaps without lines that these
 * options drop (NULL: with all).
 */
struct log_scan_opts;
int log_view_open(struct log_view *, struct store_view *,
    const struct log_scan_opts *, struct err *);
void log_view_close(struct log_view *);

#endif
