#include "store/tail.h"

#include <stdlib.h>

#include "base/io.h"
#include "base/time.h"
#include "store/writer.h"

static void
tell(struct tail *t, const char *msg)
{
	if (t->say)
		t->say(t->say_arg, msg);
}

static void
fault(struct tail *t, const struct err *why)
{
	t->faults++;
	tell(t, why->msg);	/* the spool says where */
}

static void
not_here(struct tail *t, const char *dir, const char *why)
{
	struct arena a = { 0 };

	tell(t, arena_printf(&a, "tail not here: %s: %s", dir, why).p);
	arena_free(&a);
}

/* A reader at the cursor, or NULL: said. */
static struct spool_reader *
open_at(struct tail *t, const char *dir, const struct spool_cursor *at)
{
	struct err why = { 0 };
	uint8_t id[16];

	if (!spool_is(dir)) {
		not_here(t, dir, "no spool");
		return NULL;
	}
	struct spool_reader *rd = spool_read(dir, &why);

	if (rd && spool_reader_id(rd, id, &why) == 0) {
		if (memcmp(id, at->id, 16) != 0) {
			not_here(t, dir, "another spool");
			spool_reader_close(rd);
			return NULL;
		}
		if (spool_seek(rd, at, &why) == 0)
			return rd;
	}
	fault(t, &why);
	if (rd)
		spool_reader_close(rd);
	return NULL;
}

/* Takes the record into memory. false: there are too many. */
static bool
keep(struct tail *t, const struct rec *rec)
{
	if (rec->raw.n > t->keep || t->keeps.used > t->keep - rec->raw.n)
		return false;
	if (t->nkept == t->cap_kept) {
		t->cap_kept = t->cap_kept * 2 + 64;
		t->kept = xrealloc(t->kept, t->cap_kept, sizeof *t->kept);
	}
	t->kept[t->nkept++] = (struct tail_kept){
		arena_str(&t->keeps, rec->raw), rec->off };
	return true;
}

static void
fix(struct tail *t, struct tail_source *s, enum signal signal, tail_see *see,
    void *arg)
{
	struct err why = { 0 };
	const char *msg = NULL;
	struct rec rec;
	int r;

	s->rest = s->from;
	while ((r = spool_next(s->reader, &rec, &why)) == 1) {
		if (s->records > 0 || (rec.signal == signal && !keep(t, &rec)))
			s->records++;
		else
			spool_tell(s->reader, &s->rest);
		if (rec.signal != signal)
			continue;
		t->records++;
		t->bytes += rec.raw.n;
		store_stamp(&rec, t->now);
		if (see)
			see(arg, &rec);
	}
	if (r == -1)
		fault(t, &why);
	if (spool_reader_damage(s->reader, &msg) > 0) {
		t->faults++;
		tell(t, msg ? msg : "damage in the spool");
	}
	s->kept_end = t->nkept;
	spool_tell(s->reader, &s->end);
	memcpy(s->end.id, s->from.id, 16);
}

void
tail_open(struct tail *t, const char *dir, const struct manifest *m,
    enum signal signal, tail_see *see, void *arg)
{
	t->source = arena_zero(&t->mem, struct tail_source,
	    (size_t)m->sources + 1);
	t->now = time_now();
	for (uint32_t i = 0; i < m->sources; i++) {
		struct tail_source *s = &t->source[t->sources];
		struct str path = m->source[i].path;

		if (path.n == 0)
			continue;
		s->dir = path.p[0] == '/' ? arena_str(&t->mem, path).p :
		    io_path(&t->mem, dir, arena_str(&t->mem, path).p);
		s->from = m->source[i].at;
		s->reader = open_at(t, s->dir, &s->from);
		if (!s->reader)
			continue;
		t->sources++;
		fix(t, s, signal, see, arg);
	}
	tail_rewind(t);
}

void
tail_rewind(struct tail *t)
{
	struct err why = { 0 };

	t->at = 0;
	t->kept_at = 0;
	t->rest = t->held;
	for (uint32_t i = 0; i < t->sources; i++) {
		struct tail_source *s = &t->source[i];

		s->left = s->records;
		if (s->left > 0 &&
		    spool_seek(s->reader, &s->rest, &why) == -1) {
			fault(t, &why);
			s->left = 0;
		}
	}
}

/* The next of the records in memory. */
static int
held_next(struct tail *t, struct rec *rec, struct err *e)
{
	struct str message;
	size_t n;

	if (t->rest.n == 0)
		return 0;
	if (rec_frame(t->rest, &message, &n, e) != 1 ||
	    rec_parse(rec, message, e) == -1) {
		t->rest.n = 0;
		return -1;
	}
	t->rest = str_skip(t->rest, n);
	return 1;
}

/* The source's next record, of any signal: 1, 0, -1. */
static int
source_next(struct tail *t, struct tail_source *s, struct rec *rec,
    struct err *e)
{
	int r;

	t->stays = t->kept_at < s->kept_end;
	if (t->stays) {
		const struct tail_kept *k = &t->kept[t->kept_at++];

		r = rec_peek(rec, k->message, e) == -1 ? -1 : 1;
		rec->off = k->off;
		return r;
	}
	if (s->left == 0)
		return 0;
	r = spool_next(s->reader, rec, e);
	if (r == 0)
		err_set(e, ERR_CORRUPT, "%s: the tail became shorter", s->dir);
	s->left = r == 1 ? s->left - 1 : 0;
	return r == 1 ? 1 : -1;
}

int
tail_next(struct tail *t, enum signal signal, struct rec *rec, struct err *e)
{
	int r;

	while (t->at < t->sources) {
		r = source_next(t, &t->source[t->at], rec, e);
		if (r == -1)
			return -1;
		if (r == 0)
			t->at++;
		else if (rec->signal == signal) {
			store_stamp(rec, t->now);
			return 1;
		}
	}
	t->stays = true;	/* as the stream is the caller's */
	while ((r = held_next(t, rec, e)) == 1)
		if (rec->signal == signal) {
			store_stamp(rec, t->now);
			break;
		}
	return r;
}

void
tail_hold(struct tail *t, struct str records, enum signal signal,
    tail_see *see, void *see_arg)
{
	struct rec rec;

	t->now = time_now();
	t->held = t->rest = records;
	while (tail_next(t, signal, &rec, NULL) == 1) {
		t->records++;
		see(see_arg, &rec);
	}
	tail_rewind(t);
}

bool
tail_grown(struct tail *t)
{
	for (uint32_t i = 0; i < t->sources; i++) {
		struct tail_source *s = &t->source[i];
		struct rec rec;

		if (!s->probe) {
			s->probe = spool_read(s->dir, NULL);
			if (!s->probe ||
			    spool_seek(s->probe, &s->end, NULL) == -1)
				return true;
		}
		if (spool_next(s->probe, &rec, NULL) != 0)
			return true;
	}
	return false;
}

void
tail_close(struct tail *t)
{
	for (uint32_t i = 0; i < t->sources; i++) {
		spool_reader_close(t->source[i].reader);
		if (t->source[i].probe)
			spool_reader_close(t->source[i].probe);
	}
	free(t->kept);
	arena_free(&t->keeps);
	arena_free(&t->mem);
}
