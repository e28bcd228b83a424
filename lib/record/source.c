#include "record/source.h"

#include <poll.h>
#include <stdlib.h>

#include "base/time.h"

struct source {
	char *name;
	char *cursor;		/* NULL: none named */
	bool follow;
	uint64_t committed;	/* records passed at the last commit */
	uint64_t records;
	uint64_t damage;	/* told */
	struct rec_reader *stream;
	struct spool_reader *spool;
};

static int
open_spool(struct source *s, const char *cursor, struct err *e)
{
	struct spool_cursor c;
	int r;

	s->spool = spool_read(s->name, e);
	if (!s->spool)
		return -1;
	if (!cursor)
		return 0;
	r = spool_cursor_get(s->name, cursor, &c, e);
	return r == 1 ? spool_seek(s->spool, &c, e) : r;
}

struct source *
source_open(const char *path, const char *cursor, bool follow,
    struct err *e)
{
	struct source *s = xcalloc(1, sizeof *s);
	bool spool = spool_is(path);

	s->name = strcpy(xmalloc(strlen(path) + 1), path);
	s->follow = follow;
	if (cursor)
		s->cursor = strcpy(xmalloc(strlen(cursor) + 1), cursor);
	if (spool) {
		if (open_spool(s, cursor, e) == 0)
			return s;
	} else if (cursor)
		err_set(e, ERR_QUERY, "%s: not a spool: no cursor there",
		    path);
	else if ((s->stream = rec_open(path, e)))
		return s;
	source_close(s);
	return NULL;
}

static bool
readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return fd != -1 && poll(&p, 1, 0) > 0;
}

/* A spool's next record, waiting for it when it is followed. */
static int
follow(struct source *s, struct rec *rec, int timeout_ms, int stop,
    struct err *e)
{
	uint64_t start = timeout_ms < 0 ? 0 : time_mono();

	for (;;) {
		int left = timeout_ms, r = spool_next(s->spool, rec, e);

		if (r != 0 || !s->follow)
			return r;
		if (readable(stop))
			return err_set(e, ERR_CANCEL, "stopped");
		if (timeout_ms >= 0) {
			uint64_t ms = (time_mono() - start) / NS_MS;

			if (ms >= (uint64_t)timeout_ms)
				return err_set(e, ERR_AGAIN,
				    "%s: nothing yet", s->name);
			left -= (int)ms;
		}
		spool_wait_ms(s->spool, left, stop);
	}
}

int
source_next(struct source *s, struct rec *rec, int timeout_ms, int stop,
    struct err *e)
{
	int r = s->spool ? follow(s, rec, timeout_ms, stop, e) :
	    rec_wait(s->stream, rec, timeout_ms, stop, e);

	s->records += r == 1;
	return r;
}

int
source_commit(struct source *s, struct err *e)
{
	struct spool_cursor at;

	if (!s->cursor || s->records == s->committed)
		return 0;
	spool_tell(s->spool, &at);
	if (spool_reader_sync(s->spool, e) == -1 ||
	    spool_cursor_set(s->name, s->cursor, &at, e) == -1)
		return -1;
	s->committed = s->records;
	return 0;
}

bool
source_damage(struct source *s, const char **msg)
{
	uint64_t n = s->spool ? spool_reader_damage(s->spool, msg) : 0;
	bool fresh = n != s->damage;

	s->damage = n;
	return fresh;
}

struct spool_reader *
source_spool(struct source *s)
{
	return s->spool;
}

void
source_close(struct source *s)
{
	if (!s)
		return;
	rec_close(s->stream);
	spool_reader_close(s->spool);
	free(s->cursor);
	free(s->name);
	free(s);
}

void
source_stamp(struct source *s, struct rec *rec)
{
	struct spool_cursor at;

	if (!s->spool)
		return;
	spool_tell(s->spool, &at);
	rec->has_origin = true;
	memcpy(rec->origin.spool, at.id, sizeof at.id);
	rec->origin.segment = at.segment;
	rec->origin.offset = rec->off;
	rec->parts = S("");
}

int
source_fd(const struct source *s)
{
	return s->stream ? rec_fd(s->stream) : -1;
}
