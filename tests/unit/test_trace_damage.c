/*
 * A byte flipped anywhere in a block of traces: the scan says so, or does not
 * need it; what it still answers is right, and it never steps out of bounds.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/io.h"
#include "trace/columns.h"
#include "trace/scan.h"

#include "dice.h"
#include "folder.h"
#include "pb.h"
#include "unit.h"

#define TRACES	400u
#define EACH	8u

/* Half of each trace's spans; the other half is in the other record. */
static void
make_record(struct buf *payload, unsigned half)
{
	struct buf scope = { 0 }, res = { 0 };

	for (uint64_t k = half; k < TRACES * EACH; k += 2) {
		uint64_t id[2] = { hash_u64(k / EACH + 1), k / EACH };
		struct buf s = { 0 };
		char name[32];

		pb_bytes(&s, 1, str_mk(id, 16));
		id[0] = k + 1;
		pb_bytes(&s, 2, str_mk(id, 8));
		id[0] = k;
		if (k % EACH > 0)
			pb_bytes(&s, 4, str_mk(id, 8));
		snprintf(name, sizeof name, "span %u", (unsigned)k);
		pb_bytes(&s, 5, str_of(name));
		pb_fixed64(&s, 7, 1000 + k);
		pb_bytes(&scope, 2, buf_str(&s));
		buf_free(&s);
	}
	pb_bytes(&res, 2, buf_str(&scope));
	payload->n = 0;
	pb_bytes(payload, 1, buf_str(&res));
	buf_free(&scope);
	buf_free(&res);
}

static int
count(void *arg, const struct trace_part *part, unsigned worker,
    struct arena *a, struct err *e)
{
	uint32_t *spans = arg;
	struct stripe *s = part->stripe;
	struct vec id, name, first, n;
	struct buf out = { 0 };

	(void)worker;
	if (stripe_load(s, (uint32_t)stripe_find(s, TR_SPAN, S("id"),
	    VEC_FIX8), NULL, a, &id, e) == -1 ||
	    stripe_load(s, (uint32_t)stripe_find(s, TR_SPAN, S("name"),
	    VEC_STR), NULL, a, &name, e) == -1 ||
	    stripe_load(s, (uint32_t)stripe_find(s, TR_TRACE, S("first"),
	    VEC_INT), NULL, a, &first, e) == -1 ||
	    stripe_load(s, (uint32_t)stripe_find(s, TR_TRACE, S("spans"),
	    VEC_INT), NULL, a, &n, e) == -1 ||
	    trace_to_otlp(s, NULL, a, &out, e) == -1) {
		buf_free(&out);
		return -1;
	}
	buf_free(&out);
	for (uint32_t t = 0; t < first.rows; t++) {
		if (part->skip && bit_get(part->skip, t))
			continue;
		for (int64_t r = first.i[t]; r < first.i[t] + n.i[t]; r++) {
			char want[32];

			snprintf(want, sizeof want, "span %u",
			    (unsigned)load64(id.fix + r * 8) - 1);
			CHECK(str_eq(vec_str(&name, (uint32_t)r),
			    str_of(want)));
			(*spans)++;
		}
	}
	return 0;
}

static void
quiet(void *arg, const char *msg)
{
	(void)arg;
	(void)msg;
}

/* The spans that are found, and what is missing; -1: no view at all. */
static int64_t
look(const char *dir, unsigned *missing)
{
	const struct store_view_opts o = { .kind = "traces", .say = quiet };
	const struct trace_scan_opts so = { .workers = 1 };
	struct frame *f = frame_new(TR_TABLES);
	struct arena a = { 0 };
	struct err e = { 0 };
	uint32_t spans = 0;
	struct store_view *v = store_view(dir, &o, &e);
	uint64_t id[2] = { 0 };
	struct stripe *s;
	unsigned matches;

	if (v) {
		CHECK(trace_scan(v, &so, count, &spans, &e) == 0);
		*missing = store_view_missing(v);
		id[1] = roll(TRACES);
		id[0] = hash_u64(id[1] + 1);
		trace_get(v, (const uint8_t *)id, 128, &matches, f, &a, &s,
		    &e);
		trace_get(v, (const uint8_t *)id, 12, &matches, f, &a, &s,
		    &e);
		store_view_close(v);
	}
	frame_free(f);
	arena_free(&a);
	return v ? (int64_t)spans : -1;
}

static void
make_store(const char *tmp, const char *dir)
{
	struct store_writer_opts o = { .batch_memory = 1,
	    .merge_bytes = UINT64_C(1) << 40, .merge_ns = UINT64_C(1) << 60 };
	struct store_taken sum = { 0 };
	struct buf payload = { 0 };
	struct err e = { 0 };
	char path[64];
	struct store *st = store_open(dir, &trace_kind, &o, &e);

	CHECK(st != NULL);
	for (unsigned half = 0; st && half < 2; half++) {
		struct rec rec = { .signal = SIGNAL_TRACES,
		    .received = half + 1 };
		struct buf b = { 0 };

		make_record(&payload, half);
		rec.payload = buf_str(&payload);
		rec_put(&b, &rec, true);
		snprintf(path, sizeof path, "%s/%u.rec", tmp, half);
		CHECK(io_replace(path, buf_str(&b), &e) == 0);
		CHECK(store_take(st, path, -1, &sum, &e) == 0);
		buf_free(&b);
	}
	CHECK(st && store_close(st, &e) == 0);
	buf_free(&payload);
}

int
main(void)
{
	char tmp[FOLDER_PATH], dir[64], blocks[80];
	struct arena a = { 0 };
	struct err e = { 0 };
	unsigned missing = 0, said = 0;
	struct str *name;
	size_t n;

	seed = 5;
	folder_new(tmp, "trace_damage");
	snprintf(dir, sizeof dir, "%s/store", tmp);
	snprintf(blocks, sizeof blocks, "%s/blocks", dir);
	make_store(tmp, dir);
	CHECK(look(dir, &missing) == TRACES * EACH && missing == 0);
	CHECK(io_list(blocks, &a, &name, &n, &e) == 0 && n == 2);
	for (unsigned long k = 0; k < unit_rounds(300, 5000); k++) {
		const char *path = io_path(&a, blocks, name[roll(2)].p);
		struct buf was = { 0 };
		int fd;

		CHECK(io_slurp(path, &was, (size_t)1 << 30, &e) == 0);
		uint64_t at = roll((uint32_t)was.n);
		char bad = (char)(was.p[at] ^ 1 << roll(8));

		fd = io_open(path, O_WRONLY, &e);
		CHECK(io_pwrite(fd, &bad, 1, at, &e) == 0);
		int64_t got = look(dir, &missing);

		CHECK(got <= TRACES * EACH);
		CHECK(got == TRACES * EACH || missing > 0);
		said += got >= 0 && missing > 0;
		CHECK(io_pwrite(fd, was.p + at, 1, at, &e) == 0);
		CHECK(io_close(fd, &e) == 0);
		buf_free(&was);
	}
	CHECK(said > 100);	/* or nothing was damaged */
	CHECK(look(dir, &missing) == TRACES * EACH && missing == 0);
	arena_free(&a);
	folder_wipe(tmp);
	return unit_done();
}
