/* dead: the file of dead letters, records that could not be sent: a plain
 * record stream, to be looked at, or sent again. */
#ifndef SEND_DEAD_H
#define SEND_DEAD_H

#include "base/err.h"
#include "base/str.h"

struct dead;

/* Appends to the file, which is made when it is not there. */
struct dead *dead_open(const char *path, struct err *);
int dead_put(struct dead *, struct str frame, struct err *);
int dead_sync(struct dead *, struct err *);	/* what was put is durable */
int dead_close(struct dead *, struct err *);	/* synced */

#endif
