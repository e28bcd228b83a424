/*
 * A store of traces is killed at random moments while it follows a spool, seals
 * and merges: every span that the spool accepted is found once, and the blocks
 * are sound.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/time.h"
#include "record/spool.h"
#include "trace/columns.h"
#include "trace/scan.h"

#include "dice.h"
#include "folder.h"
#include "pb.h"
#include "unit.h"

#define EACH	10u	/* spans of a record */
#define DEATHS	100u	/* of one store */

/* Span number `serial` of one of the traces that are alive now. */
static void
put_serial(struct buf *scope, uint64_t serial)
{
	struct buf s = { 0 };
	uint64_t id[2] = { serial / 400 * 8 + roll(16), 1 };

	pb_bytes(&s, 1, str_mk(id, 16));
	id[0] = serial + 1;
	pb_bytes(&s, 2, str_mk(id, 8));
	pb_fixed64(&s, 7, 1000 + serial);
	pb_bytes(scope, 2, buf_str(&s));
	buf_free(&s);
}

static void
append(struct spool *sp, uint64_t *serial)
{
	struct buf scope = { 0 }, res = { 0 }, payload = { 0 };
	struct rec rec = { .signal = SIGNAL_TRACES };
	struct err e = { 0 };

	for (unsigned k = 0; k < EACH; k++)
		put_serial(&scope, *serial + k);
	pb_bytes(&res, 2, buf_str(&scope));
	pb_bytes(&payload, 1, buf_str(&res));
	rec.payload = buf_str(&payload);
	rec.received = time_now();
	if (spool_append(sp, &rec, NULL, &e) == -1) {
		fprintf(stderr, "%s\n", e.msg);
		unit_failed++;
	} else
		*serial += EACH;
	buf_free(&scope);
	buf_free(&res);
	buf_free(&payload);
}

/* The store, in a process of its own, until it is killed. */
static _Noreturn void
follow(const char *dir, const char *spool)
{
	struct store_writer_opts o = { .seal_bytes = 500 + roll(4000),
	    .seal_ns = 1 + roll(3000000), .batch_memory = 500 + roll(9000),
	    .merge_bytes = 1 + roll(20000), .merge_ns = 1 + roll(9000000) };
	struct store_taken sum = { 0 };
	struct err e = { 0 };
	struct store *st = store_open(dir, &trace_kind, &o, &e);

	if (!st || store_take(st, spool, -1, &sum, &e) == -1)
		fprintf(stderr, "store: %s\n", e.msg);
	_exit(1);
}

static void
kill_one(const char *dir, const char *spool, struct spool *sp,
    uint64_t *serial)
{
	uint64_t until = time_mono() + roll(12) * 1000000 + roll(1000000);
	int status;
	pid_t pid = fork();

	if (pid == 0)
		follow(dir, spool);
	do
		append(sp, serial);
	while (time_mono() < until);
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	seed += (uint64_t)until;
}

/* How often each span was seen. */
struct seen { uint8_t *count; uint64_t n; };

static int
see(void *arg, const struct trace_part *part, unsigned worker,
    struct arena *a, struct err *e)
{
	struct seen *seen = arg;
	struct stripe *s = part->stripe;
	struct vec id, first, spans;

	(void)worker;
	if (stripe_load(s, (uint32_t)stripe_find(s, TR_SPAN, S("id"),
	    VEC_FIX8), NULL, a, &id, e) == -1 ||
	    stripe_load(s, (uint32_t)stripe_find(s, TR_TRACE, S("first"),
	    VEC_INT), NULL, a, &first, e) == -1 ||
	    stripe_load(s, (uint32_t)stripe_find(s, TR_TRACE, S("spans"),
	    VEC_INT), NULL, a, &spans, e) == -1)
		return -1;
	for (uint32_t t = 0; t < first.rows; t++) {
		if (part->skip && bit_get(part->skip, t))
			continue;
		for (int64_t k = 0; k < spans.i[t]; k++) {
			uint64_t serial;

			memcpy(&serial, id.fix + (first.i[t] + k) * 8, 8);
			if (serial == 0 || serial > seen->n ||
			    seen->count[serial - 1] == 255)
				return err_set(e, ERR_QUERY, "a strange span");
			seen->count[serial - 1]++;
		}
	}
	return 0;
}

static void
say(void *arg, const char *msg)
{
	(void)arg;
	fprintf(stderr, "said: %s\n", msg);
}

static void
look(const char *dir, uint64_t serial)
{
	const struct store_view_opts o = { .kind = "traces", .say = say };
	const struct trace_scan_opts so = { .workers = 2 };
	struct seen seen = { calloc(serial + 1, 1), serial };
	uint64_t lost = 0, twice = 0;
	struct err e = { 0 };
	struct store_view *v = store_view(dir, &o, &e);

	CHECK(v != NULL);
	if (!v)
		return;
	CHECK(trace_scan(v, &so, see, &seen, &e) == 0);
	for (uint64_t k = 0; k < serial; k++) {
		lost += seen.count[k] == 0;
		twice += seen.count[k] > 1;
	}
	CHECK(lost == 0);
	CHECK(twice == 0);
	CHECK(store_view_missing(v) == 0);
	store_view_close(v);
	CHECK(store_check(dir, &trace_kind, say, NULL, &e) == 0);
	free(seen.count);
}

/* The store must know of the spool, or has no tail. */
static void
begin(const char *dir, const char *queue)
{
	const struct store_writer_opts once = { .once = true };
	struct store_taken sum = { 0 };
	struct err e = { 0 };
	struct store *st = store_open(dir, &trace_kind, &once, &e);

	CHECK(st && store_take(st, queue, -1, &sum, &e) == 0 &&
	    store_close(st, &e) == 0);
}

/* A store and its spool, from empty folders, through many deaths. */
static void
life(unsigned long deaths)
{
	char tmp[64], dir[80], queue[80];
	const struct spool_opts so = { .sync = SPOOL_SYNC_NONE };
	struct err e = { 0 };
	uint64_t serial = 0;
	struct spool *sp;

	folder_new(tmp, "crash_traces");
	snprintf(dir, sizeof dir, "%s/store", tmp);
	snprintf(queue, sizeof queue, "%s/queue", tmp);
	sp = spool_open(queue, &so, &e);
	CHECK(sp != NULL);
	append(sp, &serial);
	begin(dir, queue);
	for (unsigned long k = 0; k < deaths && unit_failed == 0; k++) {
		kill_one(dir, queue, sp, &serial);
		if (k % 10 == 9)
			look(dir, serial);
	}
	look(dir, serial);
	CHECK(spool_close(sp, &e) == 0);
	folder_wipe(tmp);
}

int
main(void)
{
	unsigned long rounds = unit_rounds(200, 10000);

	seed = 11;
	/* a store that only grows would be looked at for most of the time */
	for (unsigned long k = 0; k < rounds && unit_failed == 0; k += DEATHS)
		life(DEATHS);
	return unit_done();
}
