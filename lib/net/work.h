/*
 * work: requests wait here for the threads that serve them, in batches.
 *
 * A thread takes all that waits, up to `most`, and serves it in one call; so
 * under load one wake-up, one write and one sync carry many requests, and
 * with several threads the next batch gathers while one syncs.
 */
#ifndef NET_WORK_H
#define NET_WORK_H

#include <stddef.h>

#include "base/err.h"
#include "net/req.h"

#define WORK_BATCH_MAX	128

struct work;

/* Serves `reqs`: each is given back by net_req_done. */
typedef void work_fn(void *arg, struct net_req *reqs[], size_t n);

struct work *work_open(unsigned threads, size_t most, work_fn *, void *arg,
    struct err *);
void work_add(struct work *, struct net_req *);	/* from any thread */
void work_close(struct work *);	/* serves what waits, then ends the threads */

#endif
