/*
 * Whole traces, exactly: random traces cut over blocks and tail in every way,
 * with merges, late spans and duplicates, give what one batch of all gives;
 * also where a trace may only have so many spans.
 * So do the same records as a file, where seals look ahead and hold back.
 */
#include <unistd.h>

#include "base/io.h"
#include "record/spool.h"
#include "trace/build.h"
#include "trace/kind.h"
#include "trace/scan.h"

#include "dice.h"
#include "folder.h"
#include "pb.h"
#include "unit.h"

#define NS_S	UINT64_C(1000000000)
#define TRACES	6
#define SPANS	40

static uint32_t max_spans;	/* of a trace, in this round; 0: not said */

/* ---- making records ----------------------------------------------------- */

static void
trace_id(uint8_t id[16], uint32_t no)
{
	memset(id, 0x40, 16);
	id[0] = (uint8_t)(no * 37);
	id[15] = (uint8_t)no;
}

static void
span_id(uint8_t id[8], uint32_t no)
{
	memset(id, 0, 8);
	id[0] = (uint8_t)no;
	id[7] = 0x5a;
}

static void
make_event(struct buf *span, uint64_t time, uint32_t serial)
{
	struct buf ev = { 0 };
	char name[32];

	snprintf(name, sizeof name, "event %u", serial);
	pb_fixed64(&ev, 1, time);
	pb_bytes(&ev, 2, str_of(name));
	pb_attr(&ev, 3, "k", name);
	pb_bytes(span, 11, buf_str(&ev));
	buf_free(&ev);
}

static void
make_link(struct buf *span, uint32_t trace)
{
	struct buf l = { 0 };
	uint8_t id[16];

	trace_id(id, trace);
	pb_bytes(&l, 1, str_mk(id, 16));
	span_id(id, trace);
	pb_bytes(&l, 2, str_mk(id, 8));
	pb_bytes(span, 13, buf_str(&l));
	buf_free(&l);
}

/* Ids repeat on purpose: duplicates, shared ids, rings, lost parents. */
static void
make_span(struct buf *scope, uint32_t serial, uint64_t base)
{
	uint32_t id = 1 + roll(12), kind = roll(4) == 0 ? 2 + roll(2) : 1;
	uint32_t trace = roll(TRACES);
	uint64_t start = base + roll(50) * 1000;
	struct buf s = { 0 };
	uint8_t bytes[16];
	char name[32];

	trace_id(bytes, trace);
	pb_bytes(&s, 1, str_mk(bytes, 16));
	span_id(bytes, id);
	pb_bytes(&s, 2, str_mk(bytes, 8));
	span_id(bytes, roll(3) == 0 ? 1 + roll(14) : id / 2);
	if (id > 1 && roll(20) > 0)
		pb_bytes(&s, 4, str_mk(bytes, 8));
	snprintf(name, sizeof name, "span %u", serial);
	pb_bytes(&s, 5, str_of(name));
	buf_u8(&s, 6 << 3);
	buf_varint(&s, kind);
	pb_fixed64(&s, 7, start);
	pb_fixed64(&s, 8, start + roll(3000));
	if (roll(2) == 0)
		pb_attr(&s, 9, "key", name);
	if (roll(9) == 0)
		pb_attr(&s, 9, "key", "again");
	if (roll(5) == 0)
		make_event(&s, start + roll(100), serial);
	if (roll(9) == 0)
		make_link(&s, roll(TRACES));
	pb_bytes(scope, 2, buf_str(&s));
	buf_free(&s);
}

struct made { struct buf payload; uint64_t received; };

static void
make_record(struct made *m, uint32_t *serial, uint64_t now)
{
	struct buf res = { 0 }, attrs = { 0 }, scope = { 0 };
	char service[16];

	snprintf(service, sizeof service, "svc-%u", roll(3));
	pb_attr(&attrs, 1, "service.name", service);
	pb_bytes(&res, 1, buf_str(&attrs));
	for (uint32_t n = 1 + roll(6); n > 0; n--)
		make_span(&scope, (*serial)++, now);
	pb_bytes(&res, 2, buf_str(&scope));
	m->payload.n = 0;
	pb_bytes(&m->payload, 1, buf_str(&res));
	m->received = now;
	buf_free(&res);
	buf_free(&attrs);
	buf_free(&scope);
}

static struct rec
as_rec(const struct made *m)
{
	return (struct rec){ .signal = SIGNAL_TRACES,
	    .payload = buf_str(&m->payload), .received = m->received };
}

/* ---- what a stripe says ------------------------------------------------- */

struct col_text { uint32_t col; struct vec v; };

static struct vec
column(struct stripe *s, unsigned table, const char *name,
    enum vec_type type, struct arena *a)
{
	int c = stripe_find(s, table, str_of(name), type);
	struct err e = { 0 };
	struct vec v = { .rows = 0 };

	if (c != -1 && stripe_load(s, (uint32_t)c, NULL, a, &v, &e) == -1)
		CHECK(!"column loads");
	return v;
}

static void
say_str(struct buf *out, const struct vec *v, uint32_t row)
{
	if (row < v->rows && vec_valid(v, row))
		buf_adds(out, vec_str(v, row));
	buf_u8(out, ' ');
}

static void
say_hex(struct buf *out, const struct vec *v, uint32_t row, unsigned width)
{
	char hex[33];

	if (row < v->rows && vec_valid(v, row)) {
		str_hex(hex, v->fix + (size_t)row * width, width);
		buf_adds(out, str_of(hex));
	}
	buf_u8(out, ' ');
}

struct loaded {
	struct vec id, start, duration, parent, parent_id, name, kind, res,
	    key, more, service, t_id, t_first, t_spans, t_start, t_end, t_cut,
	    e_span, e_time, e_name, e_k, l_span, l_trace, l_id;
};

static void
load_all(struct loaded *l, struct stripe *s, struct arena *a)
{
	l->id = column(s, TR_SPAN, "id", VEC_FIX8, a);
	l->start = column(s, TR_SPAN, "start", VEC_INT, a);
	l->duration = column(s, TR_SPAN, "duration", VEC_INT, a);
	l->parent = column(s, TR_SPAN, "parent", VEC_INT, a);
	l->parent_id = column(s, TR_SPAN, "parent_id", VEC_FIX8, a);
	l->name = column(s, TR_SPAN, "name", VEC_STR, a);
	l->kind = column(s, TR_SPAN, "kind", VEC_INT, a);
	l->res = column(s, TR_SPAN, "res", VEC_INT, a);
	l->key = column(s, TR_SPAN, "s.key", VEC_STR, a);
	l->more = column(s, TR_SPAN, "more", VEC_ANY, a);
	l->service = column(s, TR_RES, "r.service.name", VEC_STR, a);
	l->t_id = column(s, TR_TRACE, "id", VEC_FIX16, a);
	l->t_first = column(s, TR_TRACE, "first", VEC_INT, a);
	l->t_spans = column(s, TR_TRACE, "spans", VEC_INT, a);
	l->t_start = column(s, TR_TRACE, "start", VEC_INT, a);
	l->t_end = column(s, TR_TRACE, "end", VEC_INT, a);
	l->t_cut = column(s, TR_TRACE, "cut", VEC_INT, a);
	l->e_span = column(s, TR_EVENT, "span", VEC_INT, a);
	l->e_time = column(s, TR_EVENT, "time", VEC_INT, a);
	l->e_name = column(s, TR_EVENT, "name", VEC_STR, a);
	l->e_k = column(s, TR_EVENT, "e.k", VEC_STR, a);
	l->l_span = column(s, TR_LINK, "span", VEC_INT, a);
	l->l_trace = column(s, TR_LINK, "trace_id", VEC_FIX16, a);
	l->l_id = column(s, TR_LINK, "id", VEC_FIX8, a);
}

static void
say_span(struct buf *out, const struct loaded *l, uint32_t r)
{
	say_hex(out, &l->id, r, 8);
	buf_addf(out, "%lld+%lld kind %lld parent %lld ",
	    (long long)l->start.i[r], (long long)l->duration.i[r],
	    (long long)l->kind.i[r], (long long)l->parent.i[r]);
	say_hex(out, &l->parent_id, r, 8);
	say_str(out, &l->name, r);
	say_str(out, &l->key, r);
	say_str(out, &l->more, r);
	say_str(out, &l->service, (uint32_t)l->res.i[r]);
	for (uint32_t k = 0; k < l->e_span.rows; k++)
		if (l->e_span.i[k] == (int64_t)r) {
			buf_addf(out, "@%lld ", (long long)l->e_time.i[k]);
			say_str(out, &l->e_name, k);
			say_str(out, &l->e_k, k);
		}
	for (uint32_t k = 0; k < l->l_span.rows; k++)
		if (l->l_span.i[k] == (int64_t)r) {
			say_hex(out, &l->l_trace, k, 16);
			say_hex(out, &l->l_id, k, 8);
		}
	buf_u8(out, '\n');
	/* a parent in the part is the one that was named */
	int64_t dist = l->parent.i[r];

	CHECK(dist >= -1 && dist <= (int64_t)r);
}

/* A span by itself, whatever it hangs below: a number. */
static uint64_t
lone_span(const struct loaded *l, uint32_t r)
{
	struct buf b = { 0 };
	uint64_t h;

	say_hex(&b, &l->id, r, 8);
	buf_addf(&b, "%lld+%lld kind %lld ", (long long)l->start.i[r],
	    (long long)l->duration.i[r], (long long)l->kind.i[r]);
	say_str(&b, &l->name, r);
	say_str(&b, &l->key, r);
	say_str(&b, &l->service, (uint32_t)l->res.i[r]);
	h = hash_bytes(b.p, b.n);
	buf_free(&b);
	return h;
}

static void
say_trace(struct buf *out, const struct loaded *l, uint32_t t)
{
	say_hex(out, &l->t_id, t, 16);
	buf_addf(out, "from %lld to %lld\n", (long long)l->t_start.i[t],
	    (long long)l->t_end.i[t]);
	for (int64_t k = 0; k < l->t_spans.i[t]; k++)
		say_span(out, l, (uint32_t)(l->t_first.i[t] + k));
}

/* The text of each trace, by its number; each must come once. */
struct answer {
	struct buf trace[TRACES];
	bool cut[TRACES];	/* it had more spans than it may have */
	uint64_t lone[TRACES];	/* of all its spans, the sum */
	bool apart;		/* it may come in parts: only lone is made */
};

static unsigned long came_apart;	/* traces, over all rounds */

static void
add_spans(struct answer *ans, const struct loaded *l, uint32_t t, uint8_t no)
{
	for (int64_t k = 0; k < l->t_spans.i[t]; k++)
		ans->lone[no] += lone_span(l, (uint32_t)(l->t_first.i[t] + k));
}

static int
take_part(void *arg, const struct trace_part *part, unsigned worker,
    struct arena *a, struct err *e)
{
	struct answer *ans = arg;
	struct loaded l;

	(void)worker;
	(void)e;
	load_all(&l, part->stripe, a);
	for (uint32_t t = 0; t < l.t_id.rows; t++) {
		uint8_t no = l.t_id.fix[t * 16 + 15];

		if (part->skip && bit_get(part->skip, t))
			continue;
		if (no >= TRACES || ans->trace[no].n > 0) {
			CHECK(!"a trace comes once");
			continue;
		}
		came_apart += ans->lone[no] != 0;
		add_spans(ans, &l, t, no);
		if (ans->apart)
			continue;
		say_trace(&ans->trace[no], &l, t);
		ans->cut[no] = t < l.t_cut.rows && vec_valid(&l.t_cut, t);
	}
	return 0;
}

/* *b is what is wanted. What is left out is never left out in silence. */
static bool
same(const struct answer *a, const struct answer *b, unsigned long round)
{
	for (int t = 0; t < TRACES; t++) {
		CHECK(a->cut[t] || !b->cut[t]);
		if (!str_eq(buf_str(&a->trace[t]), buf_str(&b->trace[t]))) {
			fprintf(stderr, "round %lu, trace %d:\n%.*s"
			    "instead of\n%.*s", round, t,
			    PS(buf_str(&a->trace[t])),
			    PS(buf_str(&b->trace[t])));
			return false;
		}
	}
	return true;
}

static void
answer_free(struct answer *a)
{
	for (int t = 0; t < TRACES; t++)
		buf_free(&a->trace[t]);
}

/* ---- one round ---------------------------------------------------------- */

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

/* All records in one batch. */
static void
expect(struct answer *want, const struct made *m, uint32_t n)
{
	struct lot_out out = { .max_rows = UINT32_MAX, .full = keep_frame,
	    .arg = want };
	struct batch b;
	struct err e = { 0 };

	batch_init(&b);
	b.order.max = max_spans;
	for (uint32_t k = 0; k < n; k++) {
		struct rec rec = as_rec(&m[k]);

		CHECK(batch_take(&b, &rec, &e) == 0);
	}
	CHECK(lot_order(&b, &b.lot[0], &out, &e) == 0);
	batch_done(&b);
}

static void
say(void *arg, const char *msg)
{
	(void)arg;
	fprintf(stderr, "said: %s\n", msg);
	unit_failed++;
}

static void
say_taken(void *arg, const char *msg)
{
	if (max_spans == 0 || !strstr(msg, "over the limit of"))
		say(arg, msg);
}

/* Copies all it may, of stripes as small as these. */
static int
copying(const struct store_merge *in, const struct store_options *opts,
    struct store_sink *sink, struct err *e)
{
	const struct merge_rules rules = { .replaced = 1, .any_size = true,
		.max_spans = trace_max_spans(opts) };

	return trace_merge_by(in, &rules, sink, e);
}

/* Takes what there is, in blocks of random size; merges at random. */
static void
take(const char *dir, const char *operand)
{
	struct store_kind kind = trace_kind;
	char text[16];
	const struct store_option max = { TRACE_OPTION_SPANS, str_mk(text,
	    (size_t)snprintf(text, sizeof text, "%u", max_spans)) };
	struct store_writer_opts o = { .once = true, .say = say_taken,
	    .batch_memory = roll(2) ? 1 : (60 << 10) + roll(20000),
	    .merge_bytes = roll(2) ? 1 : 100 + roll(3000),
	    .merge_ns = roll(2) ? 1 : 0 };
	struct store_taken sum = { 0 };
	struct err e = { 0 };
	struct store *st;

	if (max_spans > 0)
		o.options = (struct store_options){ &max, 1 };
	kind.merge = roll(2) == 0 ? copying : trace_merge;
	st = store_open(dir, &kind, &o, &e);
	CHECK(st != NULL);
	if (!st)
		return;
	CHECK(store_take(st, operand, -1, &sum, &e) == 0);
	if (roll(2) == 0)
		CHECK(store_merge_due(st, roll(4) == 0, &e) == 0);
	CHECK(store_close(st, &e) == 0);
	if (roll(4) == 0)
		CHECK(store_ask(dir, &kind, STORE_COMPACT, NULL, &o,
		    &e) == 0);
	if (e.msg[0])
		fprintf(stderr, "%s\n", e.msg);
}

static void
test_get(struct store_view *v, const struct answer *want,
    unsigned long round)
{
	uint32_t no = roll(TRACES);
	struct frame *f = frame_new(TR_TABLES);
	struct arena a = { 0 };
	struct answer got = { 0 };
	struct trace_part part = { .no = 0 };
	struct err e = { 0 };
	unsigned matches = 0;
	uint8_t id[16];
	int r;

	trace_id(id, no);
	r = trace_get(v, id, roll(2) ? 128 : 8, &matches, f, &a, &part.stripe,
	    &e);
	CHECK(r == (want->trace[no].n > 0));
	if (r == 1) {
		CHECK(matches == 1);
		take_part(&got, &part, 0, &a, &e);
		CHECK(str_eq(buf_str(&got.trace[no]),
		    buf_str(&want->trace[no])));
	}
	(void)round;
	answer_free(&got);
	frame_free(f);
	arena_free(&a);
}

static void
look(const char *dir, const struct answer *want, unsigned long round)
{
	const struct store_view_opts o = { .kind = "traces", .say = say };
	struct trace_scan_opts so = { .workers = 1,
	    .newest_first = roll(2) == 0,
	    .tail_bytes = roll(2) == 0 ? 100 + roll(2000) : 0 };
	struct answer got = { 0 }, spans = { .apart = true };
	struct err e = { 0 };
	struct store_view *v = store_view(dir, &o, &e);

	CHECK(v != NULL);
	if (!v)
		return;
	CHECK(trace_scan(v, &so, take_part, &got, &e) == 0);
	CHECK(same(&got, want, round));
	so.apart = true;
	CHECK(trace_scan(v, &so, take_part, &spans, &e) == 0);
	CHECK(memcmp(spans.lone, want->lone, sizeof spans.lone) == 0);
	test_get(v, want, round);
	CHECK(store_view_missing(v) == 0);
	store_view_close(v);
	answer_free(&got);
	if (round % 16 == 0)
		CHECK(store_check(dir, &trace_kind, say, NULL, &e) == 0);
}

/* All in one file, in a fresh store; sometimes a second time. */
static void
file_round(const char *dir, const char *path, unsigned long round,
    const struct made *m, uint32_t n, const struct answer *want)
{
	struct buf b = { 0 };
	struct err e = { 0 };

	for (uint32_t k = 0; k < n; k++) {
		struct rec rec = as_rec(&m[k]);

		rec_put(&b, &rec, roll(2) == 0);
	}
	CHECK(io_replace(path, buf_str(&b), &e) == 0);
	buf_free(&b);
	take(dir, path);
	if (roll(4) == 0)
		take(dir, path);
	look(dir, want, round);
	folder_wipe(dir);
	unlink(path);
}

static void
one_round(const char *tmp, unsigned long round, struct made *m)
{
	char dir[256], spool[256];
	struct spool_opts so = { .sync = SPOOL_SYNC_NONE };
	uint64_t now = UINT64_C(1700000000) * NS_S;
	uint32_t n = 1 + roll(SPANS / 3), serial = 0;
	struct answer want = { 0 };
	struct err e = { 0 };
	struct spool *sp;

	seed = round;
	max_spans = roll(2) == 0 ? 1 + roll(12) : 0;
	snprintf(dir, sizeof dir, "%s/store", tmp);
	snprintf(spool, sizeof spool, "%s/spool", tmp);
	n = 1 + roll(SPANS / 3);
	sp = spool_open(spool, &so, &e);
	CHECK(sp != NULL);
	take(dir, spool);
	for (uint32_t k = 0; k < n; k++) {
		struct rec rec;

		now += roll(6) * NS_S + roll(1000);
		make_record(&m[k], &serial, now);
		rec = as_rec(&m[k]);
		CHECK(spool_append(sp, &rec, NULL, &e) != -1);
		if (roll(5) == 0)
			take(dir, spool);
	}
	CHECK(spool_close(sp, &e) == 0);
	expect(&want, m, n);
	look(dir, &want, round);
	folder_wipe(dir);
	folder_wipe(spool);
	file_round(dir, spool, round, m, n, &want);
	answer_free(&want);
}

int
main(void)
{
	struct made m[SPANS] = { 0 };
	/* syncs cost nothing in memory */
	char dir[FOLDER_PATH];

	folder_new(dir, "trace_whole");
	for (unsigned long round = 0; round < unit_rounds(2000, 100000) &&
	    unit_failed == 0; round++)
		one_round(dir, round, m);
	CHECK(came_apart > 0);
	folder_wipe(dir);
	for (int k = 0; k < SPANS; k++)
		buf_free(&m[k].payload);
	return unit_done();
}
