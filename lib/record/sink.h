/*
 * sink: where a receiver's records go: a spool, or a descriptor such as
 * stdout, payloads not copied on the way.
 *
 * Safe for threads.
 */
#ifndef RECORD_SINK_H
#define RECORD_SINK_H

#include "record/record.h"
#include "record/spool.h"

#define SINK_MANY 256

struct sink;

/* dir: a spool; NULL: fd, which stays the caller's, and is no terminal. */
struct sink *sink_open(const char *dir, const struct spool_opts *, int fd,
    struct err *);
/*
 * Keeps n records, at most SINK_MANY, in order: returns when they are
 * durable, or written. e[i] is ERR_NONE where record i is kept; why a spool
 * refuses is also told to `say`, once a second. With a
 * descriptor all share one fate, and after a failure it is not known how far
 * they came: sink_broken from then on, and every later call fails.
 */
void sink_put(struct sink *, const struct rec *const recs[], size_t n,
    struct err e[]);
bool sink_broken(struct sink *, struct err *);	/* and why */
int sink_close(struct sink *, struct err *);	/* NULL: nothing */

#endif
