/*
 * spool_enter: what a writer does before it may append: look at the folder,
 * mend what an unclean end left, rotate, keep to the size bound.
 */
#include "record/spoolint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/file.h>

#include "base/io.h"
#include "base/sys.h"

#define NUMBERS_FILLED_MAX 16

static void __attribute__((format(printf, 2, 3)))
say(struct spool *s, const char *fmt, ...)
{
	char msg[512];
	va_list ap;

	if (!s->opts.say)
		return;
	va_start(ap, fmt);
	vsnprintf(msg, sizeof msg, fmt, ap);
	va_end(ap);
	s->opts.say(s->opts.say_arg, msg);
}

/* Bytes in the segments before this one. */
static int
count_others(struct spool *s, struct err *e)
{
	struct arena a = { 0 };
	struct spool_segment *v;
	size_t n;
	int r = spool_segments(s->dir, &a, &v, &n, e);

	s->others = 0;
	s->stats.segments = n;
	for (size_t i = 0; r == 0 && i < n; i++)
		if (v[i].no < s->seg)
			s->others += v[i].bytes;
	arena_free(&a);
	return r;
}

/*
 * The writer turns to segment `no`, of which `valid` bytes are whole, from the
 * one before, all of whose tickets are answered first. The folder is synced:
 * whoever made the file may not have come to it.
 */
static int
turn_to(struct spool *s, uint64_t no, uint64_t valid, bool make,
    struct err *e)
{
	struct arena a = { 0 };
	int fd = io_open(spool_path(&a, s->dir, no), make ?
	    O_RDWR | O_CREAT : O_RDWR, e);

	arena_free(&a);
	if (fd == -1)
		return -1;
	if (s->opts.sync != SPOOL_SYNC_NONE && io_sync_dir(s->dir, e) == -1) {
		sys_close(fd);
		return -1;
	}
	pthread_mutex_lock(&s->mu);
	spool_settle(s);
	if (s->fd != -1)
		sys_close(s->fd);
	s->fd = fd;
	s->seg = no;
	s->end = s->foreign = valid;
	s->durable = 0;
	if (s->failed)
		spool_origin_forget(s);
	s->failed = false;
	pthread_mutex_unlock(&s->mu);
	return count_others(s, e);
}

/*
 * The lock names the new segment before its file is there: whoever finds the
 * name without the file knows that this was cut off, and mends.
 */
static int
begin_segment(struct spool *s, uint64_t no, struct err *e)
{
	struct spool_head h = { .segment = no };

	memcpy(h.boot, s->boot, sizeof h.boot);
	if (spool_head_write(s->lockfd, &h, e) == -1)
		return -1;
	return turn_to(s, no, 0, true, e);
}

/*
 * Where the whole records end: damage in the middle is stepped over and said,
 * the torn end is not counted.
 */
static int
find_end(struct spool *s, int fd, uint64_t no, uint64_t from, uint64_t *end,
    struct err *e)
{
	struct segment g = { 0 };
	struct err why = { 0 };
	struct rec rec;
	uint64_t to;
	int r;

	segment_start(&g, fd, from);
	while ((r = segment_next(&g, &rec, &why)) != 0) {
		if (r == 1)
			continue;
		if (why.kind != ERR_CORRUPT) {
			if (e)
				*e = why;
			break;
		}
		r = segment_search(&g, &to, e);
		if (r != 1)
			break;
		say(s, "%s: segment %llu:%llu: %llu bytes damaged: %s",
		    s->dir, (unsigned long long)no, (unsigned long long)g.off,
		    (unsigned long long)(to - g.off), why.msg);
		segment_start(&g, fd, to);
	}
	*end = g.off;
	segment_free(&g);
	return r;
}

/* The torn end of an unclean segment goes; what is left is made durable. */
static int
mend(struct spool *s, uint64_t no, uint64_t from, uint64_t *end,
    struct err *e)
{
	struct arena a = { 0 };
	int fd = io_open(spool_path(&a, s->dir, no), O_RDWR, e), r;
	uint64_t size;

	arena_free(&a);
	if (fd == -1)
		return -1;
	r = io_size(fd, &size, e);
	if (r == 0)
		r = find_end(s, fd, no, from <= size ? from : 0, end, e);
	if (r == 0 && *end < size) {
		say(s, "%s: segment %llu:%llu: an append of %llu bytes"
		    " was cut off: removed", s->dir, (unsigned long long)no,
		    (unsigned long long)*end,
		    (unsigned long long)(size - *end));
		if (sys_ftruncate(fd, (off_t)*end) == -1)
			r = err_sys(e, "%s: truncate", s->dir);
	}
	if (r == 0 && *end > 0 && s->opts.sync != SPOOL_SYNC_NONE)
		r = io_datasync(fd, e);
	sys_close(fd);
	return r;
}

/* Empty ones for numbers that are passed over: a missing one means a loss. */
static int
fill_numbers(struct spool *s, uint64_t from, uint64_t to, struct err *e)
{
	struct arena a = { 0 };
	int r = 0;

	for (; r == 0 && from < to; from++) {
		int fd = io_open(spool_path(&a, s->dir, from),
		    O_RDWR | O_CREAT, e);

		r = fd == -1 ? -1 : io_close(fd, e);
	}
	arena_free(&a);
	return r;
}

/*
 * The end was not clean, or is not known to be: h is what the lock says, or
 * NULL, and known whether it was written since the machine came up. Appends go
 * on in a new segment, so that no offset that a reader may have seen ever
 * names other bytes.
 */
static int
recover(struct spool *s, const struct spool_head *h, bool known,
    struct err *e)
{
	uint64_t newest, end = 0, next;
	bool same;

	if (spool_newest(s->dir, &newest, e) == -1)
		return -1;
	same = h && known && h->segment == newest;
	next = newest + 1;
	if (h && h->segment >= next)
		next = h->segment + !known;
	if (newest == 0)
		return begin_segment(s, next, e);
	if (s->seg != 0) {	/* what we wrote ourselves is settled first */
		pthread_mutex_lock(&s->mu);
		spool_settle(s);
		pthread_mutex_unlock(&s->mu);
	}
	if (mend(s, newest, same ? h->valid : 0, &end, e) == -1)
		return err_in(e, "%s", s->dir);
	if (end == 0 && same)
		next = newest;	/* nothing was ever visible in it */
	/* the lock cannot make us fill a disk with numbers */
	if (next - newest < NUMBERS_FILLED_MAX &&
	    fill_numbers(s, newest + 1, next, e) == -1)
		return -1;
	return begin_segment(s, next, e);
}

/* Our idea of the newest segment becomes right. */
static int
look(struct spool *s, struct err *e)
{
	struct spool_head h;
	uint64_t size;
	int r = spool_head_read(s->lockfd, &h, e);

	if (r == -1)
		return err_in(e, "%s", s->dir);
	if (r == 0)
		return recover(s, NULL, false, e);
	if (memcmp(h.boot, s->boot, sizeof h.boot) != 0)
		return recover(s, &h, false, e);
	if (h.segment != s->seg) {
		struct err why = { 0 };

		if (turn_to(s, h.segment, h.valid, false, &why) == -1) {
			if (why.sys == ENOENT)
				return recover(s, &h, true, e);
			if (e)
				*e = why;
			return -1;
		}
	}
	if (io_size(s->fd, &size, e) == -1)
		return -1;
	if (size != h.valid)
		return recover(s, &h, true, e);
	if (h.valid != s->end) {
		pthread_mutex_lock(&s->mu);
		s->end = s->foreign = h.valid;
		pthread_mutex_unlock(&s->mu);
	}
	return 0;
}

/*
 * After a failed sync: what we wrote since the last good one was refused and
 * goes, as far as nobody else wrote behind it; the segment is left.
 */
static int
abandon(struct spool *s, struct err *e)
{
	uint64_t to = s->durable > s->foreign ? s->durable : s->foreign;

	say(s, "%s: segment %llu is closed: %s", s->dir,
	    (unsigned long long)s->seg, s->why.msg);
	if (to < s->end && sys_ftruncate(s->fd, (off_t)to) == -1)
		say(s, "%s: segment %llu: refused records stay in it",
		    s->dir, (unsigned long long)s->seg);
	return begin_segment(s, s->seg + 1, e);
}

/* Whether `need` more bytes keep to the bound; `over` is by how many not. */
static bool
fits(const struct spool *s, uint64_t need, uint64_t *over)
{
	uint64_t all = s->others + s->end + need;

	*over = all > s->opts.max_bytes ? all - s->opts.max_bytes : 0;
	return s->opts.max_bytes == 0 || *over == 0;
}

static int
make_space(struct spool *s, uint64_t need, struct err *e)
{
	uint64_t over, freed = 0;

	if (fits(s, need, &over))
		return 0;
	if (spool_trim_passed(s->dir, s->seg, SPOOL_KEEP_FULL_NS, &freed,
	    e) == -1 || count_others(s, e) == -1)
		return -1;
	if (fits(s, need, &over))
		return 0;
	if (s->opts.full == SPOOL_DROP_OLDEST) {
		if (spool_trim_oldest(s->dir, s->seg, over, &freed, e) == -1 ||
		    count_others(s, e) == -1)
			return -1;
		if (freed > 0)
			say(s, "%s: over the bound of %llu bytes: the "
			    "oldest %llu bytes are dropped", s->dir,
			    (unsigned long long)s->opts.max_bytes,
			    (unsigned long long)freed);
		s->stats.dropped_bytes += freed;
		if (fits(s, need, &over))
			return 0;
	}
	return err_set(e, ERR_AGAIN, "%s: full: %llu bytes of %llu", s->dir,
	    (unsigned long long)s->others + s->end,
	    (unsigned long long)s->opts.max_bytes);
}

/* The old segment is durable whole before there is a new one. */
static int
rotate(struct spool *s, struct err *e)
{
	struct err why = { 0 };
	uint64_t freed;

	pthread_mutex_lock(&s->mu);
	if (s->foreign > s->durable)	/* of processes that may be gone */
		spool_ticket(s, NULL);
	spool_settle(s);
	pthread_mutex_unlock(&s->mu);
	if (s->failed)
		return abandon(s, e);
	if (begin_segment(s, s->seg + 1, e) == -1)
		return -1;
	/* what cannot be removed now is no reason to refuse a record */
	if (spool_trim_passed(s->dir, s->seg, SPOOL_KEEP_NS, &freed, &why) ==
	    -1)
		say(s, "%s: not trimmed: %s", s->dir, why.msg);
	return count_others(s, e);
}

static int
ready(struct spool *s, uint64_t need, struct err *e)
{
	if (look(s, e) == -1 || (s->failed && abandon(s, e) == -1))
		return -1;
	if (s->end > 0 && (need > s->opts.segment_bytes ||
	    s->end > s->opts.segment_bytes - need) && rotate(s, e) == -1)
		return -1;
	return make_space(s, need, e);
}

int
spool_enter(struct spool *s, uint64_t need, struct err *e)
{
	pthread_mutex_lock(&s->writing);
	if (io_lock(s->lockfd, true, e) == 0) {
		if (ready(s, need, e) == 0)
			return 0;
		sys_flock(s->lockfd, LOCK_UN);
	}
	pthread_mutex_unlock(&s->writing);
	return -1;
}

void
spool_leave(struct spool *s)
{
	sys_flock(s->lockfd, LOCK_UN);
	pthread_mutex_unlock(&s->writing);
}
