#include "send/dead.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/io.h"

struct dead {
	int fd;
	bool unsynced;
	char *path;
};

struct dead *
dead_open(const char *path, struct err *e)
{
	int fd = io_open(path, O_WRONLY | O_CREAT | O_APPEND, e);
	struct dead *d;

	if (fd == -1)
		return NULL;
	d = xcalloc(1, sizeof *d);
	d->fd = fd;
	d->path = strcpy(xmalloc(strlen(path) + 1), path);
	return d;
}

int
dead_put(struct dead *d, struct str frame, struct err *e)
{
	d->unsynced = true;
	if (io_write(d->fd, frame.p, frame.n, e) == -1)
		return err_in(e, "%s", d->path);
	return 0;
}

int
dead_sync(struct dead *d, struct err *e)
{
	if (!d->unsynced)
		return 0;
	if (io_datasync(d->fd, e) == -1)
		return err_in(e, "%s", d->path);
	d->unsynced = false;
	return 0;
}

int
dead_close(struct dead *d, struct err *e)
{
	int r;

	if (!d)
		return 0;
	r = dead_sync(d, e);
	if (io_close(d->fd, r == 0 ? e : NULL) == -1 && r == 0)
		r = err_in(e, "%s", d->path);
	free(d->path);
	free(d);
	return r;
}
