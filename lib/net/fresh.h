/* fresh: has a file changed since it was last read? */
#ifndef NET_FRESH_H
#define NET_FRESH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct fresh {
	const char *path;	/* the caller's; NULL: no file, never changed */
	long long seen[5];	/* device, inode, size, and both its times */
};

/* Whether it is time to look: once a second, beginning with *looked 0. */
bool fresh_due(uint64_t *looked);
/* Says so once for each change; a file that has gone is a change, too. */
bool fresh_changed(struct fresh *);
/* The whole file, appended; at most a megabyte. */
int fresh_read(const struct fresh *, struct buf *, struct err *);

#endif
