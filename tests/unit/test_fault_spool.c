/*
 * A scripted run of a spool, with a failing call or a power cut at every call
 * of it. What was acknowledged is found exactly once after, and a cursor
 * never passes what is there.
 */
#include "record/spool.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "fault/fault.h"
#include "folder.h"
#include "unit.h"

#define RECORDS	64
#define BODY	700
#ifdef __SANITIZE_ADDRESS__
#define STEP	7		/* many times slower there: not every call */
#else
#define STEP	1
#endif

struct attempt {
	struct spool_cursor c;
	unsigned char read[RECORDS];	/* before the cursor */
};

static struct {
	char root[FOLDER_PATH];
	char dir[64];
	unsigned n;			/* records tried */
	bool acked[RECORDS];
	struct attempt attempt[32];
	unsigned attempts;
	unsigned damage;
} run;

static struct rec
numbered(unsigned n)
{
	static char body[BODY];

	memset(body, 'x', sizeof body);
	return (struct rec){ .signal = SIGNAL_TRACES,
	    .payload = str_mk(body, sizeof body), .received = n + 1 };
}

static void
plain(struct spool *s)
{
	struct rec r = numbered(run.n);

	run.acked[run.n++] = spool_append(s, &r, NULL, NULL) == 0;
}

/* Sent again till it is taken, as a restarted pipe does. */
static void
with_origin(struct spool *s)
{
	struct rec r = numbered(run.n);

	r.has_origin = true;
	memset(r.origin.spool, 9, 16);
	r.origin.segment = 1;
	r.origin.offset = run.n;
	for (int tries = 0; tries < 3 && !run.acked[run.n]; tries++)
		run.acked[run.n] = spool_append(s, &r, NULL, NULL) == 0;
	run.n++;
}

static void
batch(struct spool *s)
{
	bool written[3];

	for (unsigned i = 0; i < 3; i++) {
		struct rec r = numbered(run.n + i);

		written[i] = spool_write(s, &r, NULL, NULL) == 0;
	}
	bool flushed = spool_flush(s, NULL) == 0;

	for (unsigned i = 0; i < 3; i++)
		run.acked[run.n + i] = written[i] && flushed;
	run.n += 3;
}

/* The attempt whose cursor is in the folder, or none. */
static const struct attempt *
committed(struct err *e)
{
	struct spool_cursor c;
	int r = spool_cursor_get(run.dir, "c", &c, e);

	for (unsigned i = run.attempts; r == 1 && i > 0; i--)
		if (memcmp(&run.attempt[i - 1].c, &c, sizeof c) == 0)
			return &run.attempt[i - 1];
	return NULL;
}

/* Reads on from the cursor in the folder; what is before it is in read. */
static struct spool_reader *
read_on(unsigned char read[RECORDS], struct err *e)
{
	const struct attempt *from = committed(e);
	struct spool_reader *rd;
	struct rec rec;
	int r;

	if (e->kind != ERR_NONE || !(rd = spool_read(run.dir, e)))
		return NULL;
	memset(read, 0, RECORDS);
	if (from)
		memcpy(read, from->read, RECORDS);
	r = from ? spool_seek(rd, &from->c, e) : 0;
	while (r != -1 && (r = spool_next(rd, &rec, e)) == 1)
		if (rec.received >= 1 && rec.received <= RECORDS)
			read[rec.received - 1]++;
	if (r == 0) {
		run.damage = (unsigned)spool_reader_damage(rd, NULL);
		return rd;
	}
	spool_reader_close(rd);
	return NULL;
}

static void
consume(void)
{
	struct attempt *to = &run.attempt[run.attempts];
	struct err e = { 0 };
	struct spool_reader *rd = read_on(to->read, &e);

	if (rd && spool_reader_sync(rd, NULL) == 0) {
		spool_tell(rd, &to->c);
		run.attempts++;
		spool_cursor_set(run.dir, "c", &to->c, NULL);
	}
	spool_reader_close(rd);
}

static struct spool *
open_twice(void)
{
	struct spool_opts o = { .segment_bytes = 4096 };
	struct spool *s = spool_open(run.dir, &o, NULL);

	return s ? s : spool_open(run.dir, &o, NULL);
}

static void
script(void)
{
	uint64_t freed;

	run.n = run.attempts = 0;
	memset(run.acked, 0, sizeof run.acked);
	for (int phase = 0; phase < 2; phase++) {
		struct spool *s = open_twice();

		if (!s)
			return;
		for (int i = 0; i < 6; i++) {
			plain(s);
			with_origin(s);
		}
		consume();
		batch(s);
		spool_trim(run.dir, 0, &freed, NULL);
		plain(s);
		consume();
		spool_close(s, NULL);
	}
}

/* Each acknowledged record once, each other at most once. */
static void
check(const char *how, unsigned long call)
{
	unsigned char read[RECORDS];
	struct err e = { 0 };
	struct spool_reader *rd;
	unsigned wrong = 0, any = 0;

	for (unsigned i = 0; i < run.n; i++)
		any += run.acked[i];
	if (any == 0 && !spool_is(run.dir)) {
		CHECK(true);
		return;
	}
	rd = read_on(read, &e);
	if (!rd)
		fprintf(stderr, "%s at call %lu (%s): %s\n", how, call,
		    fault_what(), e.msg);
	CHECK(rd != NULL);
	for (unsigned i = 0; rd && i < run.n; i++)
		if (run.acked[i] ? read[i] != 1 : read[i] > 1) {
			fprintf(stderr, "%s at call %lu (%s): record %u, %s, "
			    "is there %u times\n", how, call, fault_what(), i,
			    run.acked[i] ? "acknowledged" : "refused",
			    read[i]);
			wrong++;
		}
	CHECK(wrong == 0);
	spool_reader_close(rd);
}

/* And it goes on: a writer mends what there is to mend. */
static void
check_on(const char *how, unsigned long call)
{
	struct spool *s;

	check(how, call);
	s = open_twice();
	CHECK(s != NULL);
	if (!s)
		return;
	plain(s);
	CHECK(run.acked[run.n - 1]);
	check(how, call);
	spool_close(s, NULL);
}

static void
power_cuts(unsigned long calls, unsigned seed)
{
	for (unsigned long i = 1; i <= calls; i += STEP) {
		fault_clear();
		fault_cut(i, seed == 0 ? 0 : seed * 10007 + (unsigned)i);
		script();
		fault_power();
		check_on(seed == 0 ? "power cut" : "some kept", i);
		if (seed == 0)
			CHECK(run.damage == 0);
	}
}

/* One call fails; the run goes on; then the power goes, too. */
static void
failures(unsigned long calls, int err, unsigned long step)
{
	for (unsigned long i = 1; i <= calls; i += step) {
		fault_clear();
		if (err == 0)
			fault_short(i);
		else
			fault_fail(i, err);
		script();
		check(err == 0 ? "short write" : strerror(err), i);
		fault_cut(1, 0);
		spool_trim(run.dir, 0, &(uint64_t){ 0 }, NULL);
		fault_power();
		check_on(err == 0 ? "short write" : strerror(err), i);
	}
}

/* From one call on nothing works any more, and then it does again. */
static void
dead_disk(unsigned long calls, unsigned long step)
{
	for (unsigned long i = 1; i <= calls; i += step) {
		fault_clear();
		fault_fail_on(i, ENOSPC);
		script();
		fault_fail(0, 0);
		check_on("full from here on", i);
	}
}

struct thread { struct spool *s; unsigned first; };

static void *
append_five(void *arg)
{
	struct thread *t = arg;

	for (unsigned n = t->first; n < t->first + 5; n++) {
		static const char body[BODY];
		struct rec r = { .signal = SIGNAL_LOGS, .payload =
		    str_mk(body, sizeof body), .received = n + 1 };

		run.acked[n] = spool_append(t->s, &r, NULL, NULL) == 0;
	}
	return NULL;
}

/* Threads share syncs: when one fails, all that waited for it are refused. */
static void
together(unsigned long rounds)
{
	unsigned refused = 0, seed = 1;

	for (unsigned long i = 0; i < rounds; i++) {
		pthread_t id[4];
		struct thread t[4];
		struct spool *s;

		fault_clear();
		run.n = 20;
		run.attempts = 0;
		s = open_twice();
		fault_fail(1 + (unsigned long)rand_r(&seed) % 120, EIO);
		for (unsigned k = 0; k < 4; k++) {
			t[k] = (struct thread){ s, k * 5 };
			pthread_create(&id[k], NULL, append_five, &t[k]);
		}
		for (unsigned k = 0; k < 4; k++)
			pthread_join(id[k], NULL);
		for (unsigned k = 0; k < 20; k++)
			refused += !run.acked[k];
		check("threads", i);
		fault_cut(1, 0);
		spool_close(s, NULL);
		CHECK(!spool_is(run.dir));
		fault_power();
		check_on("threads, power cut", i);
	}
	CHECK(refused > rounds / 2);
}

int
main(void)
{
	static const int errs[] = { 0, EIO, ENOSPC, EINTR };
	unsigned long calls;

	/* many small runs: in memory where that can be had */
	folder_new(run.root, "fault_spool");
	snprintf(run.dir, sizeof run.dir, "%s/spool", run.root);
	fault_root(run.root);
	script();
	calls = fault_calls();
	for (unsigned i = 0; i < run.n; i++)
		CHECK(run.acked[i]);
	check("no fault", 0);
	printf("%lu calls, %u records\n", calls, run.n);
	power_cuts(calls, 0);
	for (unsigned long s = 1; s <= unit_rounds(1, 50); s++)
		power_cuts(calls, (unsigned)s);
	for (size_t i = 0; i < sizeof errs / sizeof *errs; i++)
		failures(calls, errs[i], unit_rounds(i < 2 ? STEP : 5 * STEP, 1));
	dead_disk(calls, unit_rounds(5 * STEP, 1));
	together(unit_rounds(200 / STEP, 5000));
	fault_clear();
	CHECK(rmdir(run.root) == 0);
	return unit_done();
}
