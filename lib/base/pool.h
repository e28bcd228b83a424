/*
 * pool: one job cut into numbered parts, run on all cores.
 *
 * Parts are handed out in order; the first failure stops the handing out and
 * is what pool_run reports. A worker's number (0 .. workers - 1) lets parts
 * use scratch memory of their own. With one worker, or one part, no thread is
 * started.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stddef.h>

#include "base/err.h"

#define POOL_WORKERS_MAX 64

typedef int pool_fn(void *arg, size_t part, unsigned worker, struct err *);

/* Cores this process may use, at most POOL_WORKERS_MAX. */
unsigned pool_workers(void);
int pool_run(unsigned workers, size_t parts, pool_fn *, void *arg,
    struct err *);

#endif
