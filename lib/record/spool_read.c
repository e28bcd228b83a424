/* spool_read: following a spool from a cursor, without any lock. */
#include "record/spoolint.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/io.h"
#include "base/sys.h"

#define WAIT_MS	250	/* a reader looks at least so often */

struct spool_reader {
	char *dir;
	uint8_t id[16], boot[16];
	int lockfd;		/* only read; -1: not there */
	int watch;		/* inotify, -1: none */
	struct segment g;	/* g.fd: -1 before the first */
	uint64_t seg;		/* 0: before the first */
	uint64_t next;		/* the segment after this one, once known */
	uint64_t searched;	/* the size at which a search found nothing */
	uint64_t *unsynced;	/* segments read and left since the last sync */
	size_t unsynced_n;
	bool here_unsynced;	/* read something in this one */
	uint64_t damage;
	uint64_t sure;		/* 1 + the offset found not to be in flight */
	char msg[768];
};

struct spool_reader *
spool_read(const char *dir, struct err *e)
{
	struct spool_reader *rd = xcalloc(1, sizeof *rd);
	struct arena a = { 0 };
	struct spool_head h;
	int r;

	rd->g.fd = rd->watch = rd->lockfd = -1;
	rd->dir = strcpy(xmalloc(strlen(dir) + 1), dir);
	spool_boot(rd->boot);
	r = spool_id_read(dir, rd->id, e);
	if (r == 0)
		r = err_set(e, ERR_CORRUPT, "%s: not a spool: no ID in it",
		    dir);
	if (r == 1) {
		rd->lockfd = io_open(io_path(&a, dir, "lock"), O_RDONLY, NULL);
		/* a newer version says so here */
		if (rd->lockfd != -1 &&
		    spool_head_read(rd->lockfd, &h, e) == -1)
			r = err_in(e, "%s", dir);
	}
	arena_free(&a);
	if (r == 1)
		return rd;
	spool_reader_close(rd);
	return NULL;
}

void
spool_reader_close(struct spool_reader *rd)
{
	if (!rd)
		return;
	if (rd->g.fd != -1)
		sys_close(rd->g.fd);
	if (rd->lockfd != -1)
		sys_close(rd->lockfd);
	if (rd->watch != -1)
		close(rd->watch);
	segment_free(&rd->g);
	free(rd->unsynced);
	free(rd->dir);
	free(rd);
}

int
spool_reader_id(struct spool_reader *rd, uint8_t id[16], struct err *e)
{
	(void)e;
	memcpy(id, rd->id, sizeof rd->id);
	return 0;
}

static void
damaged(struct spool_reader *rd, uint64_t seg, uint64_t off, uint64_t n,
    const char *why)
{
	rd->damage++;
	snprintf(rd->msg, sizeof rd->msg,
	    "%s: segment %llu:%llu: %llu bytes skipped: %s", rd->dir,
	    (unsigned long long)seg, (unsigned long long)off,
	    (unsigned long long)n, why);
}

/* The segment that was read goes on the list of those to sync. */
static void
leave(struct spool_reader *rd)
{
	if (rd->g.fd != -1)
		sys_close(rd->g.fd);
	rd->g.fd = -1;
	if (rd->here_unsynced) {
		rd->unsynced = xrealloc(rd->unsynced, rd->unsynced_n + 1,
		    sizeof *rd->unsynced);
		rd->unsynced[rd->unsynced_n++] = rd->seg;
	}
	rd->here_unsynced = false;
}

/* 1 open at off, 0 no such segment, -1. */
static int
enter(struct spool_reader *rd, uint64_t seg, uint64_t off, struct err *e)
{
	struct arena a = { 0 };
	struct err why = { 0 };
	int fd = io_open(spool_path(&a, rd->dir, seg), O_RDONLY, &why);

	arena_free(&a);
	if (fd == -1 && why.sys == ENOENT)
		return 0;
	if (fd == -1) {
		if (e)
			*e = why;
		return -1;
	}
	leave(rd);
	segment_start(&rd->g, fd, off);
	rd->seg = seg;
	rd->next = 0;
	rd->searched = 0;
	rd->sure = 0;
	return 1;
}

static void
gone(struct spool_reader *rd, uint64_t from, uint64_t to)
{
	rd->damage++;
	snprintf(rd->msg, sizeof rd->msg, "%s: segments %llu to %llu are gone",
	    rd->dir, (unsigned long long)from, (unsigned long long)to);
}

/*
 * The first segment after this one that is still there: 1, 0 none yet, -1.
 * Those missing between were dropped before this reader came to them.
 */
static int
advance(struct spool_reader *rd, struct err *e)
{
	uint64_t was = rd->seg, after = was, no;
	int r;

	do {
		if (spool_following(rd->dir, after, &no, e) == -1)
			return -1;
		if (no == 0)
			return 0;
		r = enter(rd, no, 0, e);
		after = no;
	} while (r == 0);
	if (r == 1 && was != 0 && no > was + 1)
		gone(rd, was + 1, no - 1);
	return r;
}

int
spool_seek(struct spool_reader *rd, const struct spool_cursor *c,
    struct err *e)
{
	uint64_t no;
	int r;

	if (memcmp(c->id, rd->id, sizeof rd->id) != 0)
		return err_set(e, ERR_CORRUPT,
		    "%s: the cursor is of another spool", rd->dir);
	leave(rd);
	rd->seg = 0;
	rd->next = 0;
	segment_start(&rd->g, -1, 0);
	if (c->segment == 0)
		return 0;
	r = enter(rd, c->segment, c->offset, e);
	if (r != 0)
		return r == 1 ? 0 : -1;
	if (spool_following(rd->dir, c->segment, &no, e) == -1)
		return -1;
	if (no == 0)
		return err_set(e, ERR_CORRUPT, "%s: the cursor is in segment "
		    "%llu, past the newest", rd->dir,
		    (unsigned long long)c->segment);
	gone(rd, c->segment, no - 1);
	rd->seg = no - 1;
	return 0;
}

/*
 * Bytes past what the lock says are still being written. Where the lock says
 * nothing of this segment, or was written before the machine last went down,
 * all of it counts as written.
 */
static bool
in_flight(struct spool_reader *rd)
{
	struct spool_head h;
	int r = 0;

	for (int tries = 0; r == 0 && tries < 3; tries++)
		r = rd->lockfd == -1 ? -1 :
		    spool_head_read(rd->lockfd, &h, NULL);
	return r == 1 && memcmp(h.boot, rd->boot, sizeof h.boot) == 0 &&
	    h.segment == rd->seg && rd->g.off >= h.valid;
}

/* A bad record: 1 past it, 0 not yet, -1. */
static int
bad_record(struct spool_reader *rd, const struct err *why, struct err *e)
{
	uint64_t size, to;
	int r;

	if (io_size(rd->g.fd, &size, e) == -1)
		return -1;
	if (rd->next == 0 && (size == rd->searched || in_flight(rd)))
		return 0;
	if (rd->sure != rd->g.off + 1) {	/* it may be whole by now */
		rd->sure = rd->g.off + 1;
		return 1;
	}
	r = segment_search(&rd->g, &to, e);
	if (r == -1)
		return -1;
	if (r == 0 && rd->next == 0) {
		rd->searched = size;
		return 0;
	}
	if (r == 0)
		to = size > rd->g.off ? size : rd->g.off;
	if (to > rd->g.off)
		damaged(rd, rd->seg, rd->g.off, to - rd->g.off, why->msg);
	segment_start(&rd->g, rd->g.fd, to);
	return 1;
}

/* Nothing whole here: 1 look again, 0 not yet, -1. */
static int
turn(struct spool_reader *rd, int got, const struct err *why, struct err *e)
{
	if (rd->next == 0) {
		/* once there is a next one, this one grows no more: what came
		 * to it before that is read first */
		if (spool_following(rd->dir, rd->seg, &rd->next, e) == -1)
			return -1;
		if (rd->next != 0)
			return 1;
	}
	if (got == -1)
		return bad_record(rd, why, e);
	return rd->next == 0 ? 0 : advance(rd, e);
}

int
spool_next(struct spool_reader *rd, struct rec *rec, struct err *e)
{
	int r;

	if (rd->g.fd == -1 && (r = advance(rd, e)) != 1)
		return r;
	for (;;) {
		struct err why = { 0 };

		r = segment_next(&rd->g, rec, &why);
		if (r == 1) {
			rd->here_unsynced = true;
			return 1;
		}
		if (r == -1 && why.kind != ERR_CORRUPT) {
			if (e)
				*e = why;
			return err_in(e, "%s: segment %llu", rd->dir,
			    (unsigned long long)rd->seg);
		}
		r = turn(rd, r, &why, e);
		if (r != 1)
			return r;
	}
}

void
spool_done(struct spool_reader *rd)
{
	segment_done(&rd->g);
}

void
spool_wait_ms(struct spool_reader *rd, int ms, int stop)
{
	struct pollfd p[2];
	char sink[4096];

	if (rd->watch == -1) {
		/* what came since the last look is not waited for */
		rd->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
		if (rd->watch != -1 && inotify_add_watch(rd->watch, rd->dir,
		    IN_MODIFY | IN_CREATE | IN_MOVED_TO) != -1)
			return;
	}
	p[0] = (struct pollfd){ .fd = stop, .events = POLLIN };
	p[1] = (struct pollfd){ .fd = rd->watch, .events = POLLIN };
	if (ms < 0 || ms > WAIT_MS)
		ms = WAIT_MS;
	if (poll(p, 2, ms) > 0 && p[1].revents)
		while (read(rd->watch, sink, sizeof sink) > 0)
			;
}

void
spool_wait(struct spool_reader *rd, int stop)
{
	spool_wait_ms(rd, WAIT_MS, stop);
}

void
spool_tell(const struct spool_reader *rd, struct spool_cursor *c)
{
	memcpy(c->id, rd->id, sizeof c->id);
	c->segment = rd->g.fd == -1 ? 0 : rd->seg;
	c->offset = rd->g.fd == -1 ? 0 : rd->g.off;
}

static int
sync_segment(struct spool_reader *rd, uint64_t no, struct err *e)
{
	struct arena a = { 0 };
	struct err why = { 0 };
	int fd = io_open(spool_path(&a, rd->dir, no), O_RDONLY, &why);
	int r = 0;

	if (fd != -1) {
		r = io_datasync(fd, e);
		sys_close(fd);
	} else if (why.sys != ENOENT) {	/* trimmed: nothing to lose */
		r = -1;
		if (e)
			*e = why;
	}
	arena_free(&a);
	return r;
}

int
spool_reader_sync(struct spool_reader *rd, struct err *e)
{
	while (rd->unsynced_n > 0) {
		if (sync_segment(rd, rd->unsynced[rd->unsynced_n - 1], e) ==
		    -1)
			return err_in(e, "%s", rd->dir);
		rd->unsynced_n--;
	}
	if (rd->here_unsynced && io_datasync(rd->g.fd, e) == -1)
		return err_in(e, "%s", rd->dir);
	rd->here_unsynced = false;
	return 0;
}

uint64_t
spool_reader_damage(const struct spool_reader *rd, const char **msg)
{
	if (msg)
		*msg = rd->msg;
	return rd->damage;
}
