/*
 * erase: what was deleted (store/deletes.h), as rows of a stripe.
 *
 * The bytes that say which lines go hold the matchers of their streams and the
 * line filters, see logs(5). Whoever counts by statistics instead of rows must
 * look whether the part has any.
 */
#ifndef LOG_ERASE_H
#define LOG_ERASE_H

#include "log/filter.h"
#include "log/part.h"
#include "log/scan.h"

#define ERASE_PARTS_MAX	1024u	/* matchers; filters; alternatives of one */

struct log_erase {
	uint64_t from, to;
	struct log_matcher *match;
	size_t nmatch;
	struct log_line_filter *line;
	size_t nline;
	struct filter *filter;		/* of those */
};

/* Appends the bytes: of the matchers and line filters of the options. */
void erase_put(struct buf *, const struct log_scan_opts *);
/* Reads and compiles them. After -1, too, erase_free. All in the arena. */
int erase_read(struct log_erase *, struct str what, struct arena *,
    struct err *);
void erase_free(struct log_erase *);	/* the regular expressions */

/* Clears the rows of the stripe that are deleted from the part: 0 or -1. */
int erase_rows(struct log_part *, struct stripe *, struct arena *,
    uint64_t *rows, struct err *);

#endif
