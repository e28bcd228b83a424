/* take: the records of an operand, one after the other, and the upkeep. */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/io.h"
#include "base/sys.h"
#include "base/time.h"
#include "store/folder.h"
#include "store/writer.h"

#define LOOK_NS		(250 * NS_MS)	/* between looks at requests */
#define WAL_CHUNK	((uint64_t)1 << 20)	/* read back so often */
#define DRAIN_NS	NS_S		/* reading on after a stop, at most */

static bool
stopped(int stop)
{
	struct pollfd p = { .fd = stop, .events = POLLIN };

	return stop != -1 && poll(&p, 1, 0) == 1;
}

int
store_upkeep(struct store *st, bool read, struct err *e)
{
	uint64_t now = time_mono();

	if (now < st->look_again)
		return 0;
	st->look_again = now + LOOK_NS;
	if (store_serve(st, read, e) == -1 ||
	    store_expire(st, st->o.keep_ns, st->o.keep_bytes, e) == -1 ||
	    store_sweep(st, e) == -1)
		return -1;
	return store_merge_due(st, false, e);
}

/* The record is in the batch: where it was read, it need not be as well. */
static void
record_done(struct store *st, const struct rec *rec)
{
	if (st->in.reader) {
		spool_tell(st->in.reader, &st->in.to);
		spool_done(st->in.reader);
	} else {
		rec_done(st->in.file);
	}
	if (store_large(st, rec->raw.n))
		heap_trim();
}

/* One record taken, and what is due then. */
static int
take_one(struct store *st, struct rec *rec, struct store_taken *sum,
    struct err *e)
{
	if (store_seal_first(st, rec)) {
		if (store_seal(st, sum, e) == -1)
			return -1;
		heap_trim();
	}
	if (store_add(st, rec, sum, e) == -1)
		return -1;
	record_done(st, rec);
	if (!store_seal_due(st))
		return 0;
	if ((st->bulk ? store_seal_ahead(st, rec->off, sum, e) :
	    store_seal(st, sum, e)) == -1)
		return -1;
	return store_upkeep(st, false, e);
}

/* ---- files -------------------------------------------------------------- */

/* A second look into a file that can be read twice. */
static struct rec_reader *
open_ahead(const struct store *st, const char *path)
{
	struct stat sb;

	if (!st->kind->batch_ahead || sys_stat(path, &sb) == -1 ||
	    !S_ISREG(sb.st_mode))
		return NULL;
	return rec_open(path, NULL);
}

static int
take_file(struct store *st, const char *path, int stop,
    struct store_taken *sum, struct err *e)
{
	struct rec_reader *rd = rec_open(path, e);
	struct err why = { 0 };
	struct rec rec;
	int r;

	if (!rd)
		return -1;
	st->bulk = true;
	st->in.file = rd;
	st->in.ahead = open_ahead(st, path);
	while ((r = rec_next(rd, &rec, &why)) == 1) {
		if (take_one(st, &rec, sum, &why) == -1 ||
		    store_upkeep(st, true, &why) == -1) {
			r = -1;
			break;
		}
		if (sum->records % 64 == 0 && stopped(stop))
			break;
	}
	rec_close(rd);
	rec_close(st->in.ahead);
	st->in.file = st->in.ahead = NULL;
	/* what came before a bad record is kept */
	if (store_seal(st, sum, r == -1 ? NULL : &why) == -1)
		r = -1;
	st->bulk = false;
	if (r == -1 && e)
		*e = why;
	return r == -1 ? -1 : 0;
}

/* ---- spools ------------------------------------------------------------- */

static int
begin_at(struct store *st, struct str path, struct err *e)
{
	struct spool_reader *rd = st->in.reader;
	struct spool_cursor at;
	struct manifest_source *s;
	struct manifest next;
	uint8_t id[16];

	if (spool_reader_id(rd, id, e) == -1)
		return -1;
	s = manifest_source(&st->man, id);
	if (s && spool_seek(rd, &s->at, e) == -1)
		return -1;
	spool_tell(rd, &at);
	if (s)
		at = s->at;
	memcpy(at.id, id, 16);
	st->in.path = arena_str(&st->mem, path);
	st->in.from = st->in.to = at;
	if (s && str_eq(s->path, path))
		return 0;
	manifest_copy(&next, &st->man, 0);
	if (manifest_cursor(&next, path, &at, e) == -1) {
		manifest_free(&next);
		return -1;
	}
	if (store_commit(st, &next, e) == -1)
		return -1;
	store_publish_cursor(st);
	return 0;
}

static void
finish(struct store *st)
{
	if (st->in.reader)
		spool_reader_close(st->in.reader);
	st->in.reader = NULL;
}

/* Begins with a spool where the manifest says, or where the spool does. */
static int
begin(struct store *st, const char *dir, struct str path, struct err *e)
{
	st->in.damage = 0;
	st->in.reader = spool_read(dir, e);
	if (!st->in.reader)
		return -1;
	if (begin_at(st, path, e) == 0)
		return 0;
	finish(st);	/* or it would be read from another place */
	return -1;
}

/* All that is there now. */
static int
drain(struct store *st, int stop, struct store_taken *sum, struct err *e)
{
	struct rec rec;
	const char *msg;
	uint64_t damage;
	int r;

	while ((r = spool_next(st->in.reader, &rec, e)) == 1) {
		if (take_one(st, &rec, sum, e) == -1 ||
		    store_upkeep(st, false, e) == -1)
			return -1;
		if (sum->records % 64 == 0 && stopped(stop))
			break;
	}
	damage = spool_reader_damage(st->in.reader, &msg);
	if (damage > st->in.damage) {
		sum->bad += damage - st->in.damage;
		st->in.damage = damage;
		store_say(st, "%s", msg ? msg : "damage in the spool");
	}
	return r == -1 ? -1 : 0;
}

static int
follow(struct store *st, int stop, struct store_taken *sum, struct err *e)
{
	for (;;) {
		if (drain(st, stop, sum, e) == -1)
			return -1;
		if (st->o.once || stopped(stop))
			return 0;
		st->in.caught_up = true;
		if (store_seal_due(st) && store_seal(st, sum, e) == -1)
			return -1;
		if (store_upkeep(st, true, e) == -1)
			return -1;
		spool_wait(st->in.reader, stop);
	}
}

static int
take_spool(struct store *st, const char *dir, int stop,
    struct store_taken *sum, struct err *e)
{
	struct arena a = { 0 };
	struct err why = { 0 };
	int r = begin(st, dir, str_of(folder_absolute(&a, dir)), &why);

	arena_free(&a);
	if (r == 0)
		r = follow(st, stop, sum, &why);
	if (st->in.reader && !st->broken &&
	    store_seal(st, sum, r == -1 ? NULL : &why) == -1)
		r = -1;
	finish(st);
	if (r == -1 && e)
		*e = why;
	return r;
}

/* ---- a pipe, through the store's own spool ------------------------------ */

struct pipe_in {
	struct rec_reader *rd;
	uint64_t unread;		/* written to the wal, not read back */
	bool unsynced;
	uint64_t synced;		/* time_mono */
};

static int
wal_sync(struct store *st, struct pipe_in *p, struct err *e)
{
	p->unsynced = false;
	p->synced = time_mono();
	return spool_flush(st->wal, e);
}

/* One record from the pipe to the wal: 1, 0 the end, -1. */
static int
wal_one(struct store *st, struct pipe_in *p, int timeout, int stop,
    struct err *e)
{
	struct rec rec;
	int r = rec_wait(p->rd, &rec, timeout, stop, e);

	if (r != 1)
		return r;
	if (spool_write(st->wal, &rec, NULL, e) == -1)
		return -1;
	p->unread += rec.raw.n;
	p->unsynced = true;
	rec_done(p->rd);
	return 1;
}

/* Nothing came for a moment: read back, seal if due. */
static int
idle(struct store *st, struct pipe_in *p, struct store_taken *sum,
    struct err *e)
{
	if (drain(st, -1, sum, e) == -1)
		return -1;
	p->unread = 0;
	st->in.caught_up = true;
	if (store_seal_due(st) && store_seal(st, sum, e) == -1)
		return -1;
	return store_upkeep(st, true, e);
}

static int
pump(struct store *st, struct pipe_in *p, int stop, struct store_taken *sum,
    struct err *e)
{
	uint64_t until = 0;		/* after a stop: what is in the pipe */

	for (;;) {
		struct err why = { 0 };
		bool quiet = p->unread == 0 && until == 0;
		int r = wal_one(st, p, quiet ? 250 : 0, until ? -1 : stop,
		    &why);

		if (r == 0 || (until > 0 && time_mono() > until))
			return 0;
		if (r == -1 && why.kind == ERR_CANCEL)
			until = time_mono() + DRAIN_NS;
		else if (r == -1 && why.kind != ERR_AGAIN) {
			if (e)
				*e = why;
			return -1;
		} else if (r == -1 && until > 0)
			return 0;
		else if (r == -1 && idle(st, p, sum, e) == -1)
			return -1;
		if (p->unread >= WAL_CHUNK) {
			p->unread = 0;
			if (drain(st, -1, sum, e) == -1)
				return -1;
		}
		if (p->unsynced && ((r == -1 && quiet) ||
		    time_mono() - p->synced > NS_S) &&
		    wal_sync(st, p, e) == -1)
			return -1;
	}
}

static int
wal_open(struct store *st, const char *path, struct err *e)
{
	struct spool_opts o = { .say = st->o.say, .say_arg = st->o.say_arg };

	st->wal = spool_open(path, &o, e);
	return st->wal ? begin(st, path, S("wal"), e) : -1;
}

static int
wal_close(struct store *st, int r, struct store_taken *sum, struct err *e)
{
	if (st->in.reader && !st->broken &&
	    (spool_flush(st->wal, r == 0 ? e : NULL) == -1 ||
	    drain(st, -1, sum, r == 0 ? e : NULL) == -1 ||
	    store_seal(st, sum, r == 0 ? e : NULL) == -1))
		r = -1;
	finish(st);
	if (st->wal && spool_close(st->wal, r == 0 ? e : NULL) == -1)
		r = -1;
	st->wal = NULL;
	return r;
}

/* `rd` NULL: only what an earlier writer left there. */
static int
take_wal(struct store *st, struct rec_reader *rd, int stop,
    struct store_taken *sum, struct err *e)
{
	struct arena a = { 0 };
	struct pipe_in p = { .rd = rd };
	struct err why = { 0 };
	int r = wal_open(st, io_path(&a, st->dir, "wal"), &why);

	if (r == 0)
		r = drain(st, -1, sum, &why);
	if (r == 0 && rd)
		r = pump(st, &p, stop, sum, &why);
	if (st->wal)
		r = wal_close(st, r, sum, &why);
	arena_free(&a);
	if (r == -1 && e)
		*e = why;
	return r;
}

static int
take_left(struct store *st, struct store_taken *sum, struct err *e)
{
	struct arena a = { 0 };
	bool is = spool_is(io_path(&a, st->dir, "wal"));

	arena_free(&a);
	return is ? take_wal(st, NULL, -1, sum, e) : 0;
}

int
store_take(struct store *st, const char *operand, int stop,
    struct store_taken *sum, struct err *e)
{
	struct rec_reader *rd;
	int r;

	if (store_sound(st, e) == -1)
		return -1;
	if (strcmp(operand, "-") == 0) {
		rd = rec_open("-", e);
		if (!rd)
			return -1;
		r = take_wal(st, rd, stop, sum, e);
		rec_close(rd);
		return r;
	}
	if (take_left(st, sum, e) == -1)
		return -1;
	return spool_is(operand) ? take_spool(st, operand, stop, sum, e) :
	    take_file(st, operand, stop, sum, e);
}

/* Whether a spool is there: 1, 0, -1 nobody knows. */
static int
is_here(const char *path, struct err *e)
{
	struct arena a = { 0 };
	struct stat sb;
	int r = sys_stat(io_path(&a, path, "ID"), &sb) == 0 ? 1 :
	    errno == ENOENT || errno == ENOTDIR ? 0 : err_sys(e, "%s", path);

	arena_free(&a);
	return r;
}

int
store_catch_up(struct store *st, struct err *e)
{
	struct store_taken sum = { 0 };
	struct arena a = { 0 };
	uint32_t n = st->man.sources;
	const char **path = arena_new(&a, const char *, n + 1);
	const char *wal = io_path(&a, st->dir, "wal");
	bool once = st->o.once;
	int r = is_here(wal, e);

	if (r == 1)
		r = take_wal(st, NULL, -1, &sum, e);
	/* the manifest is another one after each */
	for (uint32_t i = 0; i < n; i++)
		path[i] = arena_str(&a, st->man.source[i].path).p;
	st->o.once = true;
	for (uint32_t i = 0; r != -1 && i < n; i++)
		if (path[i][0] == '/' && (r = is_here(path[i], e)) == 1)
			r = take_spool(st, path[i], -1, &sum, e);
	st->o.once = once;
	arena_free(&a);
	return r == -1 ? -1 : 0;
}
