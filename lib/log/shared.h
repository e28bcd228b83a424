/*
 * shared: which rows of the stripes of several parts may hold a line that
 * another part has, too: those of a stream at a time at which two parts have it
 * (log/twice.h).
 *
 * First every stripe is noted; then, if parts meet, the rows where they do are
 * listed, since most often no line there has the very time of one in another
 * part. Stripes by any worker, one each.
 */
#ifndef LOG_SHARED_H
#define LOG_SHARED_H

#include <pthread.h>

#include "base/pool.h"
#include "log/runs.h"
#include "log/twice.h"

struct shared {
	struct twice twice;
	pthread_mutex_t lock;
	struct { struct twice_row *v; size_t n, cap; } rows[POOL_WORKERS_MAX];
	size_t listed;
};

void shared_init(struct shared *);
void shared_free(struct shared *);
/* The part has these runs, of streams as such. */
void shared_note(struct shared *, const struct log_part *,
    const struct log_runs *);
/* After all notes: whether any stream is in two parts at a time. */
bool shared_meet(struct shared *);
/* The stripe's rows there. Too many are not listed: then each is shared. */
int shared_list(struct shared *, struct log_cols *,
    const struct log_scan_opts *, unsigned worker, struct err *);
/* After all lists: leaves the rows that are. */
void shared_narrow(struct shared *);
/* Whether one of the streams has rows that are shared. */
bool shared_any(const struct shared *, const struct log_runs *);
/* Clears the bits of such rows. */
int shared_clear(const struct shared *, struct log_cols *, uint64_t *rows,
    struct err *);

#endif
