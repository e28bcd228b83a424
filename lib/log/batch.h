/*
 * batch: lines that are handed over together, and what can be asked of them.
 *
 * They are a stripe's, with what makes them up still where it lies: a line is
 * put together when it is asked for; or one line, as a scan gave it. A batch is
 * one worker's, and lasts till the function that got it returns.
 */
#ifndef LOG_BATCH_H
#define LOG_BATCH_H

#include "log/faults.h"
#include "log/find.h"
#include "log/values.h"

struct log_batch {
	uint32_t n;
	const uint64_t *time;		/* by line, ns */
	const uint32_t *code;		/* by line: its stream; NULL: line i's
					   is i */
	const struct str *stream;	/* by code: labels as pairs */
	uint32_t streams;
	struct log_found *found;	/* the lines, or */
	const struct log_line *line;	/* the line */
	bool bare;			/* metadata may be left out: the
					   caller's, for each batch */
	struct log_values values;	/* of log_batch_values */
	const struct log_scan_opts *o;
	struct faults *faults;
	struct batch_labels { struct log_pair *p; uint32_t n; } *labels;
	struct buf text;
	struct arena mem;		/* of the last line */
};

/* Without lines; both are borrowed. */
void log_batch_init(struct log_batch *, const struct log_scan_opts *,
    struct faults *);
void log_batch_free(struct log_batch *);

/*
 * All there is to line i, till the next call. 1; 0: it cannot be read, which
 * was told as a fault; -1.
 */
int log_batch_line(struct log_batch *, uint32_t i, struct log_line *,
    struct err *);
/* Whether any line may have metadata of this name; where `found` is set. */
bool log_batch_may_have(struct log_batch *, struct str name);
/*
 * What lines have under some names (log/values.h), where `found` is set: after
 * log_batch_names, log_batch_values puts those of line i into b->values.
 */
int log_batch_names(struct log_batch *, const struct str *names, size_t n,
    struct err *);
int log_batch_values(struct log_batch *, uint32_t i, struct err *);

#endif
