/*
 * status: a tool's own figures over HTTP: GET /metrics for Prometheus, and
 * GET /ready, 200 or 503. For a thread of its own and a few clients.
 */
#ifndef NET_STATUS_H
#define NET_STATUS_H

#include <stdbool.h>

#include "base/metrics.h"
#include "base/tool.h"
#include "net/addr.h"

struct status;

/* `name` is set to the address it took. `ready` is asked from its thread. */
struct status *status_open(const char *addr, char name[NET_NAME],
    const struct metrics *, bool (*ready)(void *arg), void *arg,
    struct err *);
/* The same for --metrics of a tool, which says where, if the system picked. */
struct status *status_serve(const struct tool *, const char *addr,
    const struct metrics *, bool (*ready)(void *arg), void *arg,
    struct err *);
void status_close(struct status *);	/* NULL: nothing */

#endif
