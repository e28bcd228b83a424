/* seal: what was taken in becomes blocks, with the cursor, in one commit. */
#include <stdio.h>

#include "base/io.h"
#include "base/time.h"
#include "store/sink.h"

#define AHEAD	((uint64_t)48 << 20)	/* looked at of a file after a seal */
#define SEAL_LEAST_NS (250 * NS_MS)
#define WORD_NS	(300 * NS_S)	/* between words about batches */
#define PASSED_MAX	((uint64_t)64 << 20)	/* of other signals' records */

void
store_cursor_name(const struct store *st, char name[32])
{
	char hex[9];

	str_hex(hex, st->man.id, 4);
	snprintf(name, 32, "%.8s-%s", st->kind->name, hex);
}

void
store_stamp(struct rec *rec, uint64_t now)
{
	if (rec->received == 0)
		rec->received = rec->max_time > 0 ? rec->max_time : now;
	if (rec->received > INT64_MAX)	/* nobody received it in 2262 */
		rec->received = now;
}

int
store_add(struct store *st, struct rec *rec, struct store_taken *sum,
    struct err *e)
{
	struct err why = { 0 };

	if (st->in.since == 0) {
		st->in.since = time_mono();
		st->in.caught_up = false;
	}
	sum->records++;
	sum->bytes += rec->raw.n;
	if (rec->signal != st->kind->signal) {
		sum->skipped++;
		st->in.passed += rec->raw.n;
		return 0;
	}
	store_stamp(rec, time_now());
	if (st->kind->batch_add(st->in.batch, rec, &why) == 0) {
		st->in.records++;
		st->in.raw += rec->raw.n;
		if (rec->raw.n > st->in.largest)
			st->in.largest = rec->raw.n;
		return 0;
	}
	if (why.kind == ERR_CORRUPT || why.kind == ERR_LIMIT) {
		sum->bad++;
		store_say(st, "record at %llu: passed over: %s",
		    (unsigned long long)rec->off, why.msg);
		return 0;
	}
	if (e)
		*e = why;
	return -1;
}

bool
store_large(const struct store *st, uint64_t record)
{
	return record > st->o.batch_memory / 4;
}

/* A large record on top of others would make the batch twice its bound. */
static bool
too_many(const struct store *st, uint64_t record)
{
	return store_large(st, record) &&
	    st->kind->batch_bytes(st->in.batch) + record > st->o.batch_memory;
}

bool
store_seal_due(const struct store *st)
{
	const struct pending *in = &st->in;

	if (in->since == 0)
		return false;
	if (in->raw > 0 && (st->kind->batch_bytes(in->batch) >=
	    st->o.batch_memory || too_many(st, in->largest)))
		return true;
	if (!in->reader)
		return false;
	if (in->raw == 0 && in->passed >= PASSED_MAX)
		return true;
	uint64_t age = time_mono() - in->since;

	/* when it comes faster than that, no more than so often: a query
	 * reads what is not sealed anew each time */
	return age >= st->o.seal_ns || (in->caught_up &&
	    in->raw >= st->o.seal_bytes && age >= SEAL_LEAST_NS);
}

bool
store_seal_first(const struct store *st, const struct rec *rec)
{
	return st->in.raw > 0 && too_many(st, rec->raw.n);
}

/* A cursor must not pass what is durable. */
static int
sync_source(struct store *st, struct err *e)
{
	if (!st->in.reader)
		return 0;
	return spool_reader_sync(st->in.reader, e);
}

static void
say_word(struct store *st)
{
	uint64_t now = time_mono();
	struct buf b = { 0 };

	if (!st->kind->batch_word || now < st->no_word)
		return;
	st->kind->batch_word(st->in.batch, &b);
	if (b.n > 0) {
		store_say(st, "%.*s", PS(buf_str(&b)));
		st->no_word = now + WORD_NS;
	}
	buf_free(&b);
}

static int
write_blocks(struct store *st, struct store_sink *k, struct err *e)
{
	const struct pending *in = &st->in;

	k->sequence = k->sequence_to = st->man.sequence;
	if (in->reader) {
		struct block_source *s = &k->source[k->sources++];

		memcpy(s->spool, in->to.id, 16);
		s->from_segment = in->from.segment;
		s->from_offset = in->from.offset;
		s->to_segment = in->to.segment;
		s->to_offset = in->to.offset;
	}
	if (in->raw == 0 && !in->held)
		return 0;
	say_word(st);
	if (st->kind->batch_write(in->batch, k, e) == -1 ||
	    sink_publish(k, e) == -1) {
		sink_discard(k);
		return -1;
	}
	say_word(st);
	return 0;
}

static int
commit(struct store *st, const struct store_sink *k, struct err *e)
{
	const struct pending *in = &st->in;
	struct manifest next;

	manifest_copy(&next, &st->man, k->outs);
	for (uint32_t i = 0; i < k->outs; i++)
		manifest_add(&next, &k->out[i]);
	if (k->outs > 0)
		next.sequence++;
	if (in->reader &&
	    manifest_cursor(&next, in->path, &in->to, e) == -1) {
		manifest_free(&next);
		return -1;
	}
	return store_commit(st, &next, e);
}

void
store_publish_cursor(struct store *st)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	const char *path = str_eq(st->in.path, S("wal")) ?
	    io_path(&a, st->dir, "wal") : arena_str(&a, st->in.path).p;
	char name[32];
	uint64_t freed;

	store_cursor_name(st, name);
	if (spool_cursor_set(path, name, &st->in.to, &e) == -1 ||
	    (st->wal && spool_trim(path, STORE_UNLINK_NS, &freed, &e) == -1))
		store_say(st, "%s", e.msg);
	arena_free(&a);
}

/* The batch has been written; it may have kept what goes on. */
static void
begin_anew(struct store *st, bool held)
{
	struct pending *in = &st->in;

	in->from = in->to;
	in->records = in->raw = in->largest = in->passed = in->since = 0;
	in->held = held;
}

static int
seal(struct store *st, bool hold, struct store_taken *sum, struct err *e)
{
	struct store_sink k;
	int r;

	if (st->in.since == 0 && !st->in.held)
		return store_sound(st, e);
	sink_init(&k, st);
	r = store_sound(st, e) == -1 || sync_source(st, e) == -1 ||
	    write_blocks(st, &k, e) == -1 || commit(st, &k, e) == -1 ? -1 : 0;
	if (r == -1)
		st->broken = true;	/* the batch is gone, or in doubt */
	for (uint32_t i = 0; r == 0 && i < k.outs; i++)
		sum->items += k.out[i].rows;
	if (r == 0 && k.outs > 0 && st->fresh_since == 0)
		st->fresh_since = time_mono();
	sink_free(&k);
	if (r == 0 && st->in.reader)
		store_publish_cursor(st);
	begin_anew(st, hold);
	return r;
}

int
store_seal(struct store *st, struct store_taken *sum, struct err *e)
{
	return seal(st, false, sum, e);
}

/*
 * A file is cut into blocks where memory ends, through things that go on: to
 * merge what was cut is to write nearly all of it again. Looking ahead costs a
 * fifth of that. (A file has no cursor, so nobody is told that what is held
 * back was there.)
 */
int
store_seal_ahead(struct store *st, uint64_t off, struct store_taken *sum,
    struct err *e)
{
	struct rec_reader *rd = st->in.ahead;
	struct rec rec;

	if (!rd || rec_seek(rd, off, NULL) == -1 ||
	    rec_next(rd, &rec, NULL) != 1)
		return seal(st, false, sum, e);
	while (rec_next(rd, &rec, NULL) == 1 && rec.off - off < AHEAD)
		if (rec.signal == st->kind->signal)
			st->kind->batch_ahead(st->in.batch, &rec);
	return seal(st, true, sum, e);
}
