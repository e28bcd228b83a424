#include "record/record.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/sys.h"
#include "base/time.h"

#define CHUNK ((size_t)256 << 10)

struct rec_reader {
	int fd;
	bool own;		/* close it */
	bool eof;
	char *name;
	char *buf;
	size_t cap;
	size_t at, n;		/* unread bytes: buf[at .. n) */
	size_t need;		/* of the next frame, as far as is known */
	uint64_t off;		/* of the next frame */
	struct err bad;		/* it failed: so does every later call */
};

struct rec_reader *
rec_fdopen(int fd, const char *name)
{
	struct rec_reader *rd = xcalloc(1, sizeof *rd);

	rd->fd = fd;
	rd->name = strcpy(xmalloc(strlen(name) + 1), name);
	rd->need = 1;
	return rd;
}

struct rec_reader *
rec_open(const char *path, struct err *e)
{
	struct rec_reader *rd;
	int fd;

	if (strcmp(path, "-") == 0)
		return rec_fdopen(STDIN_FILENO, "stdin");
	fd = io_open(path, O_RDONLY, e);
	if (fd == -1)
		return NULL;
	rd = rec_fdopen(fd, path);
	rd->own = true;
	return rd;
}

void
rec_close(struct rec_reader *rd)
{
	if (!rd)
		return;
	if (rd->own)
		sys_close(rd->fd);
	free(rd->name);
	free(rd->buf);
	free(rd);
}

void
rec_done(struct rec_reader *rd)
{
	size_t left = rd->n - rd->at;
	char *p;

	if (rd->cap <= REC_KEEP || left > REC_KEEP)
		return;
	p = xmalloc(left + CHUNK);
	if (left > 0)
		memcpy(p, rd->buf + rd->at, left);
	free(rd->buf);
	rd->buf = p;
	rd->cap = left + CHUNK;
	rd->n = left;
	rd->at = 0;
}

int
rec_fd(const struct rec_reader *rd)
{
	return rd->fd;
}

uint64_t
rec_offset(const struct rec_reader *rd)
{
	return rd->off;
}

int
rec_seek(struct rec_reader *rd, uint64_t off, struct err *e)
{
	if (off > INT64_MAX || lseek(rd->fd, (off_t)off, SEEK_SET) == -1)
		return err_sys(e, "%s", rd->name);
	rd->off = off;
	rd->at = rd->n = 0;
	rd->need = 1;
	rd->eof = false;
	rd->bad = (struct err){ 0 };
	return 0;
}

static int
fail(struct rec_reader *rd, struct err *e)
{
	if (e)
		*e = rd->bad;
	return -1;
}

/* The record at the front of the buffer: 1, 0 needs more bytes, -1. */
static int
take(struct rec_reader *rd, struct rec *rec)
{
	struct str have = str_mk(rd->buf + rd->at, rd->n - rd->at), m;
	int r = rec_frame(have, &m, &rd->need, &rd->bad);

	if (r == 0)
		return 0;
	if (r == -1 || rec_parse(rec, m, &rd->bad) == -1)
		return err_in(&rd->bad, "%s:%llu", rd->name,
		    (unsigned long long)rd->off);
	rec->off = rd->off;
	rd->at += rd->need;
	rd->off += rd->need;
	rd->need = 1;
	return 1;
}

/*
 * Room behind the unread bytes. The buffer grows with what has arrived, not
 * with what a length says will.
 */
static void
make_room(struct rec_reader *rd)
{
	size_t left = rd->n - rd->at;

	if (rd->at > 0) {
		memmove(rd->buf, rd->buf + rd->at, left);
		rd->at = 0;
		rd->n = left;
	}
	if (rd->cap - left < CHUNK / 4 && left + CHUNK > rd->cap) {
		size_t to = rd->cap + (rd->cap > CHUNK ? rd->cap : CHUNK);

		if (rd->need > left && to > rd->need + CHUNK)
			to = rd->need + CHUNK;
		if (to > rd->cap) {
			rd->buf = xrealloc(rd->buf, to, 1);
			rd->cap = to;
		}
	}
}

/* 0, or -1: with ERR_AGAIN when the descriptor has nothing now. */
static int
fill(struct rec_reader *rd, struct err *e)
{
	ptrdiff_t r;

	make_room(rd);
	r = io_read(rd->fd, rd->buf + rd->n, rd->cap - rd->n, e);
	if (r == -1) {
		err_in(e, "%s:%llu", rd->name, (unsigned long long)rd->off);
		return -1;
	}
	rd->eof = r == 0;
	rd->n += (size_t)r;
	return 0;
}

/* At the end of the file: 0 clean, -1 inside a record. */
static int
ended(struct rec_reader *rd, struct err *e)
{
	if (rd->at == rd->n)
		return 0;
	err_set(&rd->bad, ERR_CORRUPT,
	    "%s:%llu: record cut short: %zu of %zu bytes", rd->name,
	    (unsigned long long)rd->off, rd->n - rd->at, rd->need);
	return fail(rd, e);
}

/* 0 readable, -1: ERR_AGAIN after the deadline, ERR_CANCEL on stop. */
static int
await(struct rec_reader *rd, uint64_t deadline, int stop, struct err *e)
{
	struct pollfd p[2] = {
		{ .fd = stop, .events = POLLIN },
		{ .fd = rd->fd, .events = POLLIN },
	};

	for (;;) {
		uint64_t now = deadline == UINT64_MAX ? 0 : time_mono();
		int ms = -1, r;

		if (deadline != UINT64_MAX)
			ms = now >= deadline ? 0 :
			    (int)((deadline - now + NS_MS - 1) / NS_MS);
		r = poll(p, 2, ms);
		if (r == -1 && errno != EINTR)
			return err_sys(e, "poll");
		if (r > 0 && p[0].revents)
			return err_set(e, ERR_CANCEL, "stopped");
		if (r > 0)
			return 0;
		if (r == 0 && time_mono() >= deadline)
			return err_set(e, ERR_AGAIN, "%s: nothing yet",
			    rd->name);
	}
}

static int
next(struct rec_reader *rd, struct rec *rec, uint64_t deadline, int stop,
    bool wait, struct err *e)
{
	struct err why = { 0 };
	int r;

	if (rd->bad.kind != ERR_NONE)
		return fail(rd, e);
	for (;;) {
		if (rd->n - rd->at >= rd->need &&
		    (r = take(rd, rec)) != 0)
			return r == 1 ? 1 : fail(rd, e);
		if (rd->n - rd->at >= rd->need)
			continue;
		if (rd->eof)
			return ended(rd, e);
		if (wait && await(rd, deadline, stop, e) == -1)
			return -1;
		if (fill(rd, &why) == 0)
			continue;
		if (why.kind != ERR_AGAIN) {
			rd->bad = why;
			return fail(rd, e);
		}
		if (await(rd, deadline, stop, e) == -1)
			return -1;
	}
}

int
rec_next(struct rec_reader *rd, struct rec *rec, struct err *e)
{
	return next(rd, rec, UINT64_MAX, -1, false, e);
}

int
rec_wait(struct rec_reader *rd, struct rec *rec, int timeout_ms, int stop,
    struct err *e)
{
	uint64_t deadline = timeout_ms < 0 ? UINT64_MAX :
	    time_mono() + (uint64_t)timeout_ms * NS_MS;

	return next(rd, rec, deadline, stop, true, e);
}
