/*
 * wanted: which lines of a record a scan may take.
 *
 * The tail is built anew for each query (log/view.h), and most of that is to
 * take lines apart and to order them. Lines that the options drop for certain,
 * by stream, time, trace id, or because they lack all literals of a line
 * filter, need not be; the rest is asked again, as in a block.
 */
#ifndef LOG_WANTED_H
#define LOG_WANTED_H

#include "base/hash.h"
#include "log/filter.h"
#include "log/scan.h"
#include "model/logrec.h"

struct wanted {
	const struct log_scan_opts *o;
	const struct filter *filter;	/* of those */
	struct buf lower;
	struct map seen;		/* streams of which a line was taken */
};

/* In the arena, but for what wanted_free frees. */
void wanted_init(struct wanted *, const struct log_scan_opts *,
    struct arena *);
void wanted_free(struct wanted *);
/* Lines of a stream with these labels (pairs). */
bool wanted_stream(const struct wanted *, struct str labels);
/* A line of such a stream; time: what it is kept with. */
bool wanted_line(struct wanted *, const struct logrec *, uint64_t time);
/* A line was taken. Whether more of its stream are wanted. */
bool wanted_more(struct wanted *, struct str labels);
/* Lines that were taken are taken back: their streams are wanted again. */
void wanted_again(struct wanted *);

#endif
