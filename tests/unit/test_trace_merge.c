/*
 * Merges at size: traces over stripes and blocks, traces no stripe, and no
 * block, can hold, more events than a stripe has rows. The answer is that of one
 * batch with all records.
 */
#include <unistd.h>

#include "base/hash.h"
#include "record/spool.h"
#include "trace/build.h"
#include "trace/kind.h"
#include "trace/scan.h"

#include "folder.h"
#include "pb.h"
#include "unit.h"

#define GIANT	3u		/* number of the trace that is too large */

static void
make_span(struct buf *scope, uint64_t trace, uint64_t serial, uint64_t start,
    unsigned events)
{
	struct buf s = { 0 }, any = { 0 }, kv = { 0 };
	uint64_t id[2] = { hash_u64(trace + 1), trace + 1 };
	char text[32];

	pb_bytes(&s, 1, str_mk(id, 16));
	id[0] = hash_u64(serial + 77);
	pb_bytes(&s, 2, str_mk(id, 8));
	if (serial % 7 > 0) {
		id[0] = hash_u64(serial - 1 + 77);
		pb_bytes(&s, 4, str_mk(id, 8));
	}
	snprintf(text, sizeof text, "n%u", (unsigned)(serial % 50));
	pb_bytes(&s, 5, str_of(text));
	pb_fixed64(&s, 7, start);
	pb_fixed64(&s, 8, start + serial % 1000);
	snprintf(text, sizeof text, "v%u", (unsigned)(serial % 3001));
	pb_bytes(&any, 1, str_of(text));
	pb_bytes(&kv, 1, S("key"));
	pb_bytes(&kv, 2, buf_str(&any));
	pb_bytes(&s, 9, buf_str(&kv));
	for (unsigned k = 0; k < events; k++)
		pb_bytes(&s, 11, S("\x12\x01" "e"));
	pb_bytes(scope, 2, buf_str(&s));
	buf_free(&s);
	buf_free(&any);
	buf_free(&kv);
}

/* Record number `no` of spans [from, to). Later records are of later traces,
 * some of the spans of the ones before. */
static void
make_record(struct buf *payload, uint64_t from, uint64_t to)
{
	struct buf scope = { 0 }, res = { 0 };

	for (uint64_t k = from; k < to; k++) {
		uint64_t trace = 10 + k / 14;
		unsigned events = 0;

		if (k % 997 == 0 && trace > 5000)
			trace -= 4000;		/* late */
		if (k % 3 == 0 && k < 240000)
			trace = GIANT;
		if (k >= 100000 && k < 100400)
			events = 400;
		make_span(&scope, trace, k, 1000000 + k * 50, events);
	}
	pb_bytes(&res, 2, buf_str(&scope));
	payload->n = 0;
	pb_bytes(payload, 1, buf_str(&res));
	buf_free(&scope);
	buf_free(&res);
}

/* ---- answers: a hash of each trace -------------------------------------- */

struct seen { uint64_t trace, spans, hash; };
struct answer {
	struct seen *v;
	size_t n, cap;
	uint64_t spans, events;
};

static struct vec
column(struct stripe *s, unsigned table, const char *name,
    enum vec_type type, struct arena *a)
{
	int c = stripe_find(s, table, str_of(name), type);
	struct err e = { 0 };
	struct vec v = { .rows = 0 };

	CHECK(c == -1 || stripe_load(s, (uint32_t)c, NULL, a, &v, &e) == 0);
	return v;
}

static int
take_part(void *arg, const struct trace_part *part, unsigned worker,
    struct arena *a, struct err *e)
{
	struct answer *ans = arg;
	struct stripe *s = part->stripe;
	struct vec id = column(s, TR_SPAN, "id", VEC_FIX8, a);
	struct vec name = column(s, TR_SPAN, "name", VEC_STR, a);
	struct vec key = column(s, TR_SPAN, "s.key", VEC_STR, a);
	struct vec parent = column(s, TR_SPAN, "parent", VEC_INT, a);
	struct vec trace = column(s, TR_TRACE, "id", VEC_FIX16, a);
	struct vec first = column(s, TR_TRACE, "first", VEC_INT, a);
	struct vec spans = column(s, TR_TRACE, "spans", VEC_INT, a);
	struct vec start = column(s, TR_TRACE, "start", VEC_INT, a);
	struct vec event = column(s, TR_EVENT, "span", VEC_INT, a);
	uint64_t *events = arena_zero(a, uint64_t, id.rows + 1);

	(void)worker;
	(void)e;
	for (uint32_t k = 0; k < event.rows; k++)
		events[event.i[k]]++;
	for (uint32_t t = 0; t < trace.rows; t++) {
		struct seen it = { load64(trace.fix + t * 16),
		    (uint64_t)spans.i[t], (uint64_t)start.i[t] };

		if (part->skip && bit_get(part->skip, t))
			continue;
		for (int64_t r = first.i[t]; r < first.i[t] + spans.i[t];
		    r++) {
			struct str n = vec_str(&name, (uint32_t)r);
			struct str k = vec_str(&key, (uint32_t)r);

			it.hash = hash_u64(it.hash ^ load64(id.fix + r * 8));
			it.hash = hash_seed(n.p, n.n, it.hash);
			it.hash = hash_seed(k.p, k.n, it.hash) ^
			    (uint64_t)parent.i[r] ^ events[r] << 32;
			ans->spans++;
			ans->events += events[r];
		}
		if (ans->n == ans->cap) {
			ans->cap = ans->cap * 2 + 1024;
			ans->v = realloc(ans->v, ans->cap * sizeof *ans->v);
		}
		ans->v[ans->n++] = it;
	}
	return 0;
}

static int
by_trace(const void *pa, const void *pb)
{
	const struct seen *a = pa, *b = pb;

	return (a->trace > b->trace) - (a->trace < b->trace);
}

static void
sort(struct answer *a)
{
	qsort(a->v, a->n, sizeof *a->v, by_trace);
}

static int
keep_frame(void *arg, struct frame *f, const uint32_t rows[TR_TABLES],
    struct err *e)
{
	struct arena a = { 0 };
	struct trace_part part = { .stripe = frame_stripe(f, &a) };

	(void)rows;
	take_part(arg, &part, 0, &a, e);
	arena_free(&a);
	return 0;
}

static void
say(void *arg, const char *msg)
{
	(void)arg;
	fprintf(stderr, "said: %s\n", msg);
	unit_failed++;
}

/* Newest first: parts come in order, and none after the one that stops. */
struct newest { uint64_t last; unsigned parts, stop; bool ok; };

static int
take_order(void *arg, const struct trace_part *part, unsigned worker,
    struct arena *a, struct err *e)
{
	struct newest *o = arg;
	struct vec start = column(part->stripe, TR_TRACE, "start", VEC_INT,
	    a);

	(void)worker;
	(void)e;
	o->ok = o->ok && part->max_start <= o->last;
	for (uint32_t t = 0; t < start.rows; t++)
		o->ok = o->ok && ((part->skip && bit_get(part->skip, t)) ||
		    (uint64_t)start.i[t] <= part->max_start);
	o->last = part->max_start;
	return ++o->parts == o->stop;
}

static void
test_newest(struct store_view *v)
{
	const struct trace_scan_opts so = { .workers = 1,
	    .newest_first = true };
	const struct trace_scan_opts early = { .workers = 1, .from = 1,
	    .to = 1000000 + 50 * 1000 };
	struct newest o = { .last = UINT64_MAX, .ok = true };
	struct newest two = { .last = UINT64_MAX, .ok = true, .stop = 2 };
	struct newest first = { .last = UINT64_MAX, .ok = true };
	struct err e = { 0 };

	CHECK(trace_scan(v, &so, take_order, &o, &e) == 0);
	CHECK(o.ok && o.parts > 5);
	CHECK(trace_scan(v, &so, take_order, &two, &e) == 0);
	CHECK(two.ok && two.parts == 2);
	CHECK(trace_scan(v, &early, take_order, &first, &e) == 0);
	CHECK(first.parts > 0 && first.parts < o.parts / 2);
}

/* As the condition is: no span meets it, each does, or it cannot be said. */
static int
meets(void *arg, unsigned no, struct stripe *s, const uint64_t *spans,
    struct arena *a, uint64_t *out, struct err *e)
{
	const char *how = arg;

	(void)a;
	if (how[no] == '?')
		return err_set(e, ERR_QUERY, "cannot be said");
	if (how[no] == '1')
		memcpy(out, spans, BITS_WORDS(stripe_rows(s, TR_SPAN)) *
		    sizeof *out);
	return 0;
}

/* Of traces in several parts only those that matter are put together. */
static void
test_conditions(struct store_view *v, const struct answer *want)
{
	static char how[][3] = { "11", "1?", "?0", "10", "01" };
	struct err e = { 0 };

	for (size_t i = 0; i < sizeof how / sizeof *how; i++) {
		const struct trace_scan_opts so = { .workers = 1,
		    .conditions = 2, .meets = meets, .meets_arg = how[i] };
		struct answer got = { 0 };

		CHECK(trace_scan(v, &so, take_part, &got, &e) == 0);
		CHECK(i < 3 ? got.n == want->n && got.spans == want->spans :
		    got.n > 0 && got.n < want->n && got.spans < want->spans);
		free(got.v);
	}
}

static void
look(const char *dir, const struct answer *want, bool split, size_t *blocks)
{
	const struct store_view_opts o = { .kind = "traces", .say = say };
	const struct trace_scan_opts so = { .workers = 1 };
	struct answer got = { 0 };
	struct err e = { 0 };
	struct store_view *v = store_view(dir, &o, &e);

	CHECK(v != NULL);
	if (!v)
		return;
	store_view_blocks(v, blocks);
	CHECK(trace_scan(v, &so, take_part, &got, &e) == 0);
	sort(&got);
	CHECK(got.n == want->n && got.spans == want->spans &&
	    got.events == want->events);
	CHECK(got.n == want->n &&
	    memcmp(got.v, want->v, got.n * sizeof *got.v) == 0);
	CHECK(store_view_missing(v) == 0);
	test_newest(v);
	if (split)
		test_conditions(v, want);
	store_view_close(v);
	CHECK(store_check(dir, &trace_kind, say, NULL, &e) == 0);
	free(got.v);
}

/* As if there were so many records that a block is full at 30,000 rows. */
static int
to_many(const struct store_merge *in, const struct merge_rules *rules,
    struct store_sink *sink, struct err *e)
{
	struct arena a = { 0 };
	struct store_block *v = arena_new(&a, struct store_block, in->n);
	struct block_info *info = arena_new(&a, struct block_info, in->n);
	struct store_merge big = *in;
	int r;

	for (size_t i = 0; i < in->n; i++) {
		info[i] = *in->in[i].info;
		info[i].raw_bytes = info[i].rows * TRACE_BLOCK_RAW / 30000;
		v[i] = in->in[i];
		v[i].info = &info[i];
	}
	big.in = v;
	r = trace_merge_by(&big, rules, sink, e);
	arena_free(&a);
	return r;
}

static int
merge_to_many(const struct store_merge *in, const struct store_options *opts,
    struct store_sink *sink, struct err *e)
{
	const struct merge_rules rules = { .replaced = UINT32_MAX };

	(void)opts;
	return to_many(in, &rules, sink, e);
}

static int
copy_to_many(const struct store_merge *in, const struct store_options *opts,
    struct store_sink *sink, struct err *e)
{
	const struct merge_rules rules = { .replaced = 1, .any_size = true };

	(void)opts;
	return to_many(in, &rules, sink, e);
}

int
main(void)
{
	struct store_kind many = trace_kind;
	char tmp[FOLDER_PATH], dir[64], queue[64];
	const struct spool_opts so = { .sync = SPOOL_SYNC_NONE };
	struct store_writer_opts o = { .once = true, .say = say,
	    .merge_bytes = UINT64_C(1) << 40, .merge_ns = UINT64_C(1) << 60,
	    .batch_memory = (size_t)13 << 20 };
	struct lot_out out = { .max_rows = UINT32_MAX, .full = keep_frame };
	struct answer want = { 0 };
	struct store_taken sum = { 0 };
	struct buf payload = { 0 };
	struct err e = { 0 };
	struct batch b;
	size_t sealed = 0, cut = 0, merged = 0;

	folder_new(tmp, "trace_merge");
	snprintf(dir, sizeof dir, "%s/store", tmp);
	snprintf(queue, sizeof queue, "%s/queue", tmp);
	struct spool *sp = spool_open(queue, &so, &e);

	CHECK(sp != NULL);
	batch_init(&b);
	for (uint64_t k = 0; k < 700000; k += 700) {
		struct rec rec = { .signal = SIGNAL_TRACES,
		    .received = 1 + k };

		make_record(&payload, k, k + 700);
		rec.payload = buf_str(&payload);
		CHECK(spool_append(sp, &rec, NULL, &e) != -1);
		CHECK(batch_take(&b, &rec, &e) == 0);
	}
	out.arg = &want;
	CHECK(lot_order(&b, &b.lot[0], &out, &e) == 0);
	batch_done(&b);
	sort(&want);
	CHECK(spool_close(sp, &e) == 0);

	many.merge = merge_to_many;
	struct store *st = store_open(dir, &many, &o, &e);

	CHECK(st && store_take(st, queue, -1, &sum, &e) == 0);
	look(dir, &want, true, &sealed);
	CHECK(sealed > 4);
	CHECK(store_merge_due(st, true, &e) == 0);
	look(dir, &want, false, &cut);
	CHECK(cut > sealed);
	CHECK(store_close(st, &e) == 0);
	many.merge = copy_to_many;
	CHECK(store_ask(dir, &many, STORE_COMPACT, NULL, &o, &e) == 0);
	look(dir, &want, false, &cut);
	CHECK(cut > 1);
	CHECK(store_ask(dir, &trace_kind, STORE_COMPACT, NULL, &o, &e) == 0);
	look(dir, &want, false, &merged);
	CHECK(merged < sealed);
	CHECK(want.n > 40000 && want.spans == 700000);
	folder_wipe(tmp);
	free(want.v);
	buf_free(&payload);
	return unit_done();
}
