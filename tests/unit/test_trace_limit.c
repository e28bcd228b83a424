/*
 * A trace without end: of 600,000 spans the first 20,000 received are kept,
 * the rest is counted, and neither the writer, which seals and merges it in
 * pieces, nor who reads it takes memory for more.
 */
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.h"
#include "record/spool.h"
#include "trace/columns.h"
#include "trace/scan.h"

#include "folder.h"
#include "pb.h"
#include "unit.h"

#define RECORDS	600u
#define EACH	1000u	/* spans of a record, all of the one trace but some */
#define OTHERS	10u	/* one of so many is of a trace of its own */
#define MAX	20000u
#define WRITE_KIB	(60L << 10)	/* without the limit it is 84 MiB */
#define READ_KIB	(24L << 10)	/* and so it is here, 33 with all loaded */

static const uint8_t giant[16] = { 0xe7, 1, 2, 3 };
static char tmp[FOLDER_PATH], dir[64], queue[64];

/* Most are children of the one before. */
static void
put_span(struct buf *scope, uint64_t serial)
{
	uint64_t id[2] = { hash_u64(serial + 1), serial + 1 };
	struct buf s = { 0 };
	char text[32];

	pb_bytes(&s, 1, serial % OTHERS == OTHERS - 1 ? str_mk(id, 16) :
	    str_mk(giant, 16));
	pb_bytes(&s, 2, str_mk(id, 8));
	id[0] = hash_u64(serial);
	if (serial % 7 > 0)
		pb_bytes(&s, 4, str_mk(id, 8));
	pb_bytes(&s, 5, S("again"));
	pb_fixed64(&s, 7, 1000000 + serial);
	pb_fixed64(&s, 8, 1000000 + serial + 500);
	snprintf(text, sizeof text, "v%u", (unsigned)(serial % 5003));
	pb_attr(&s, 9, "key", text);
	pb_bytes(scope, 2, buf_str(&s));
	buf_free(&s);
}

static void
fill_queue(void)
{
	const struct spool_opts so = { .sync = SPOOL_SYNC_NONE };
	struct err e = { 0 };
	struct spool *sp = spool_open(queue, &so, &e);

	CHECK(sp != NULL);
	for (uint32_t r = 0; sp && r < RECORDS; r++) {
		struct rec rec = { .signal = SIGNAL_TRACES,
		    .received = r + 1 };
		struct buf b = { 0 };

		for (uint32_t k = 0; k < EACH; k++)
			put_span(&b, (uint64_t)r * EACH + k);
		pb_wrap(&b, 2);
		pb_wrap(&b, 1);
		rec.payload = buf_str(&b);
		CHECK(spool_append(sp, &rec, NULL, &e) != -1);
		buf_free(&b);
	}
	CHECK(spool_close(sp, &e) == 0);
}

static void
say(void *arg, const char *msg)
{
	if (strstr(msg, " spans over the limit of 20000 a trace left out")) {
		*(bool *)arg = true;
		return;
	}
	fprintf(stderr, "said: %s\n", msg);
	unit_failed++;
}

/* In seals of several MAX, merged as they come, and then all. */
static void
test_write(void)
{
	const struct store_option max = { TRACE_OPTION_SPANS, S("20000") };
	bool said = false;
	struct store_writer_opts o = { .once = true, .say = say,
	    .say_arg = &said, .batch_memory = (size_t)8 << 20,
	    .merge_bytes = (size_t)20 << 20, .options = { &max, 1 } };
	struct store_taken sum = { 0 };
	struct err e = { 0 };
	struct store *st = store_open(dir, &trace_kind, &o, &e);

	CHECK(st && store_take(st, queue, -1, &sum, &e) == 0);
	CHECK(st && store_close(st, &e) == 0);
	CHECK(said);
}

static void
test_compact(void)
{
	bool said = false;
	const struct store_writer_opts o = { .say = say, .say_arg = &said };
	struct err e = { 0 };

	CHECK(store_ask(dir, &trace_kind, STORE_COMPACT, NULL, &o, &e) == 0);
	CHECK(store_check(dir, &trace_kind, say, &said, &e) == 0);
}

static struct vec
column(struct stripe *s, unsigned table, const char *name, struct arena *a)
{
	int c = stripe_find(s, table, str_of(name), VEC_INT);
	struct err e = { 0 };
	struct vec v = { .rows = 0 };

	CHECK(c != -1 && stripe_load(s, (uint32_t)c, NULL, a, &v, &e) == 0);
	return v;
}

static void
look_at(struct store_view *v)
{
	struct frame *f = frame_new(TR_TABLES);
	struct arena a = { 0 };
	struct err e = { 0 };
	struct stripe *s;
	unsigned matches;
	uint32_t late = 0;

	CHECK(trace_get(v, giant, 128, &matches, f, &a, &s, &e) == 1);
	CHECK(stripe_rows(s, TR_SPAN) == MAX);
	CHECK(column(s, TR_TRACE, "cut", &a).i[0] ==
	    RECORDS * EACH / OTHERS * (OTHERS - 1) - MAX);
	struct vec received = column(s, TR_SPAN, "received", &a);

	for (uint32_t k = 0; k < received.rows; k++)
		late += received.i[k] > 1 + MAX * OTHERS / (OTHERS - 1) / EACH;
	CHECK(late == 0);
	frame_free(f);
	arena_free(&a);
}

static int
count(void *arg, const struct trace_part *part, unsigned worker,
    struct arena *a, struct err *e)
{
	struct vec spans = column(part->stripe, TR_TRACE, "spans", a);
	uint64_t *sum = arg;

	(void)worker;
	(void)e;
	for (uint32_t t = 0; t < spans.rows; t++)
		if (!part->skip || !bit_get(part->skip, t))
			*sum += (uint64_t)spans.i[t];
	return 0;
}

static void
test_read(void)
{
	const struct store_view_opts o = { .kind = "traces" };
	const struct trace_scan_opts so = { .workers = 1 };
	struct err e = { 0 };
	struct store_view *v = store_view(dir, &o, &e);
	uint64_t spans = 0;

	CHECK(v != NULL);
	if (!v)
		return;
	look_at(v);
	CHECK(trace_scan(v, &so, count, &spans, &e) == 0);
	CHECK(spans == MAX + RECORDS * EACH / OTHERS);
	CHECK(store_view_missing(v) == 0);
	store_view_close(v);
}

static bool
is_roomy(void)
{
#ifdef __SANITIZE_ADDRESS__
	return true;	/* what was freed is kept */
#else
	return false;
#endif
}

/* In a process of its own, whose memory is looked at. */
static void
apart(void (*test)(void), long kib)
{
	struct rusage ru;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		test();
		_exit(unit_failed > 0);
	}
	CHECK(wait4(pid, &status, 0, &ru) == pid && status == 0);
	CHECK(ru.ru_maxrss < kib || is_roomy());
	if (ru.ru_maxrss >= kib)
		fprintf(stderr, "%ld KiB\n", ru.ru_maxrss);
}

int
main(void)
{
	folder_new(tmp, "trace_limit");
	snprintf(dir, sizeof dir, "%s/store", tmp);
	snprintf(queue, sizeof queue, "%s/queue", tmp);
	fill_queue();
	apart(test_write, WRITE_KIB);
	apart(test_read, READ_KIB);	/* pieces that meet here */
	apart(test_compact, WRITE_KIB);
	apart(test_read, READ_KIB);
	folder_wipe(tmp);
	return unit_done();
}
