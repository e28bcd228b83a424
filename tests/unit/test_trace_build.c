/* Records to columns and back: nothing is lost, whatever was sent. */
#include "base/cur.h"
#include "otlp/walk.h"
#include "trace/build.h"
#include "trace/scan.h"

#include "unit.h"

static void
put_block(struct buf *b, unsigned no, struct str s)
{
	buf_varint(b, no << 3 | 2);
	buf_varint(b, s.n);
	buf_adds(b, s);
}

static void
put_fixed64(struct buf *b, unsigned no, uint64_t v)
{
	buf_varint(b, no << 3 | 1);
	buf_u64(b, v);
}

static void
put_varint(struct buf *b, unsigned no, uint64_t v)
{
	buf_varint(b, no << 3);
	buf_varint(b, v);
}

static void
put_attr(struct buf *b, unsigned no, const char *key, struct str any)
{
	struct buf kv = { 0 };

	put_block(&kv, 1, str_of(key));
	put_block(&kv, 2, any);
	put_block(b, no, buf_str(&kv));
	buf_free(&kv);
}

static void
put_string(struct buf *b, unsigned no, const char *key, const char *v)
{
	struct buf any = { 0 };

	put_block(&any, 1, str_of(v));
	put_attr(b, no, key, buf_str(&any));
	buf_free(&any);
}

/* One of each kind of value, an array, a map, bytes, nothing. */
static void
put_values(struct buf *b, unsigned no)
{
	put_string(b, no, "a.string", "text");
	put_string(b, no, "a.empty", "");
	put_attr(b, no, "a.bool", S("\x10\x01"));
	put_attr(b, no, "a.false", S("\x10\x00"));
	put_attr(b, no, "a.int",
	    S("\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
	put_attr(b, no, "a.double", S("\x21\0\0\0\0\0\0\xf8\x7f"));
	put_attr(b, no, "an.array", S("\x2a\x05\x0a\x03\x0a\x01x"));
	put_attr(b, no, "a.map", S("\x32\x07\x0a\x05\x0a\x01k\x12\x00"));
	put_attr(b, no, "bytes", S("\x3a\x03\0\xff\x01"));
	put_attr(b, no, "nothing", S(""));
	put_string(b, no, "", "a key without a name");
}

static void
put_ids(struct buf *b, uint8_t trace, uint8_t span)
{
	char id[16];

	memset(id, trace, 16);
	put_block(b, 1, str_mk(id, 16));
	memset(id, span, 8);
	put_block(b, 2, str_mk(id, 8));
}

static void
put_odd_event(struct buf *b)
{
	struct buf ev = { 0 };

	put_fixed64(&ev, 1, 5);		/* long before the span */
	put_block(&ev, 2, S("odd"));
	put_values(&ev, 3);
	put_string(&ev, 3, "a.string", "again");
	put_varint(&ev, 4, 3);
	put_varint(&ev, 99, 3);
	put_block(b, 11, buf_str(&ev));
	buf_free(&ev);
}

static void
put_odd_link(struct buf *b)
{
	struct buf l = { 0 };

	put_block(&l, 1, S("short id"));
	put_block(&l, 2, S("01234567"));
	put_block(&l, 3, S("state"));
	put_values(&l, 4);
	put_block(b, 13, buf_str(&l));
	buf_free(&l);
}

/* Everything at once. */
static void
put_odd_span(struct buf *scope)
{
	struct buf s = { 0 }, status = { 0 };

	put_ids(&s, 1, 1);
	put_block(&s, 3, S("k=v"));
	put_block(&s, 4, S("odd"));
	put_block(&s, 5, S("name"));
	put_varint(&s, 6, 77);
	put_fixed64(&s, 7, 2000);
	put_fixed64(&s, 8, 1000);	/* ends before it starts */
	put_values(&s, 9);
	put_string(&s, 9, "a.string", "twice");
	put_varint(&s, 10, 1);
	put_odd_event(&s);
	put_varint(&s, 12, 2);
	put_odd_link(&s);
	put_varint(&s, 14, 3);
	put_block(&status, 2, S("broken"));
	put_varint(&status, 3, 2);
	put_block(&s, 15, buf_str(&status));
	buf_varint(&s, 16 << 3 | 5);
	buf_u32(&s, 0x80000301);
	put_varint(&s, 17, 12345);	/* of a later version */
	put_block(&s, 200, S("later"));
	put_block(scope, 2, buf_str(&s));
	buf_free(&s);
	buf_free(&status);
}

static void
put_plain_span(struct buf *scope, uint8_t trace, uint8_t id, uint8_t parent)
{
	struct buf s = { 0 };
	char bytes[8];

	put_ids(&s, trace, id);
	memset(bytes, parent, 8);
	if (parent != 0)
		put_block(&s, 4, str_mk(bytes, 8));
	put_block(&s, 5, S("plain"));
	put_fixed64(&s, 7, 1000 + id);
	put_fixed64(&s, 8, 5000);
	put_block(scope, 2, buf_str(&s));
	buf_free(&s);
}

/* A request around the spans in `scope`. */
static void
put_request(struct buf *out, bool odd, struct str spans)
{
	struct buf attrs = { 0 }, scope = { 0 }, res = { 0 }, in = { 0 };

	put_string(&attrs, 1, "service.name", odd ? "odd" : "plain");
	if (odd) {
		put_values(&attrs, 1);
		put_varint(&attrs, 2, 4);
		put_block(&attrs, 3, S("\x12\x04type"));	/* EntityRef */
		put_block(&scope, 1, S("lib"));
		put_block(&scope, 2, S("1.0"));
		put_values(&scope, 3);
		put_varint(&scope, 4, 9);
	}
	put_block(&res, 1, buf_str(&attrs));
	if (odd)
		put_block(&in, 1, buf_str(&scope));
	buf_adds(&in, spans);
	if (odd)
		put_block(&in, 3, S("http://scope"));
	put_block(&res, 2, buf_str(&in));
	if (odd)
		put_block(&res, 3, S("http://resource"));
	put_block(out, 1, buf_str(&res));
	buf_free(&attrs);
	buf_free(&scope);
	buf_free(&res);
	buf_free(&in);
}

/* ---- comparing ---------------------------------------------------------- */

static int
by_bytes(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/*
 * A message with its fields sorted, down to `depth`: the order of attributes
 * and spans has no meaning.
 */
static void
canon(struct str message, unsigned depth, struct arena *a, struct buf *out)
{
	struct str *v = arena_new(a, struct str, message.n + 1);
	struct cur c = cur_of(message);
	struct field f;
	size_t n = 0;

	while (cur_field(&c, &f) == 1) {
		struct buf b = { 0 };

		if (f.wire == 2 && depth > 0 && f.no < 3) {
			put_block(&b, f.no, f.b);
			b.n = 0;
			buf_varint(&b, f.no << 3 | 2);
			canon(f.b, depth - 1, a, &b);
		} else
			buf_add(&b, f.at, (size_t)(c.p - f.at));
		v[n++] = arena_str(a, buf_str(&b));
		buf_free(&b);
	}
	CHECK(!c.bad);
	qsort(v, n, sizeof *v, by_bytes);
	for (size_t i = 0; i < n; i++)
		buf_adds(out, v[i]);
}

static bool
same_meaning(struct str a, struct str b)
{
	struct arena mem = { 0 };
	struct buf x = { 0 }, y = { 0 };
	bool same;

	canon(a, 3, &mem, &x);
	canon(b, 3, &mem, &y);
	same = str_eq(buf_str(&x), buf_str(&y));
	arena_free(&mem);
	buf_free(&x);
	buf_free(&y);
	return same;
}

/* ---- tests -------------------------------------------------------------- */

struct frames {
	struct buf otlp;
	uint32_t frames, spans, traces, columns, cut;
};

static int
take_frame(void *arg, struct frame *f, const uint32_t rows[TR_TABLES],
    struct err *e)
{
	struct frames *fr = arg;
	struct arena a = { 0 };
	struct stripe *s = frame_stripe(f, &a);
	uint64_t *keep = arena_zero(&a, uint64_t,
	    BITS_WORDS(stripe_rows(s, TR_TRACE)));
	struct vec v;
	int c = stripe_find(s, TR_SPAN, S("parent"), VEC_INT);

	CHECK(c != -1 && stripe_load(s, (uint32_t)c, NULL, &a, &v, e) == 0);
	for (uint32_t r = 0; r < rows[TR_SPAN]; r++)
		fr->cut += v.i[r] == -1;
	for (uint32_t t = 0; t < rows[TR_TRACE]; t++)
		bit_set(keep, t);
	for (unsigned t = 0; t < TR_TABLES; t++)
		CHECK(rows[t] <= STRIPE_ROWS);
	CHECK(trace_to_otlp(s, keep, &a, &fr->otlp, e) == 0);
	fr->frames++;
	fr->spans += rows[TR_SPAN];
	fr->traces += rows[TR_TRACE];
	fr->columns = stripe_ncols(s);
	arena_free(&a);
	return 0;
}

static void
run(struct str payload, struct frames *fr)
{
	struct lot_out out = { .max_rows = STRIPE_ROWS, .full = take_frame,
	    .arg = fr };
	struct rec rec = { .signal = SIGNAL_TRACES, .payload = payload,
	    .received = 1 };
	struct err e = { 0 };
	struct batch b;

	batch_init(&b);
	CHECK(batch_take(&b, &rec, &e) == 0);
	CHECK(lot_order(&b, &b.lot[0], &out, &e) == 0);
	batch_done(&b);
}

static void
test_back(void)
{
	struct buf odd = { 0 }, plain = { 0 }, all = { 0 };
	struct frames fr = { .frames = 0 };

	put_odd_span(&odd);
	put_plain_span(&plain, 1, 2, 1);
	put_plain_span(&plain, 1, 3, 2);
	put_plain_span(&plain, 2, 4, 9);
	put_request(&all, true, buf_str(&odd));
	put_request(&all, false, buf_str(&plain));
	run(buf_str(&all), &fr);
	CHECK(fr.frames == 1 && fr.spans == 4 && fr.traces == 2);
	CHECK(same_meaning(buf_str(&all), buf_str(&fr.otlp)));

	/* or the comparison proves nothing */
	all.p[all.n / 2] ^= 1;
	CHECK(!same_meaning(buf_str(&all), buf_str(&fr.otlp)));
	buf_free(&odd);
	buf_free(&plain);
	buf_free(&all);
	buf_free(&fr.otlp);
}

/* Later than columns can say: as it came, all the same. */
static void
test_late_times(void)
{
	static const uint64_t at[] = { 5, INT64_MAX, (uint64_t)1 << 63,
		UINT64_MAX };

	for (unsigned k = 0; k < 16; k++) {
		struct buf span = { 0 }, spans = { 0 }, all = { 0 };
		struct frames fr = { .frames = 0 };
		struct otlp_items it;
		struct str item;
		struct span s;

		put_ids(&span, 1, 1);
		put_fixed64(&span, 7, at[k / 4]);
		put_fixed64(&span, 8, at[k % 4]);
		put_block(&spans, 2, buf_str(&span));
		put_request(&all, false, buf_str(&spans));
		run(buf_str(&all), &fr);
		otlp_items_init(&it, buf_str(&fr.otlp));
		CHECK(otlp_items_next(&it, &item) == 1 &&
		    otlp_span(&s, item) == 0);
		CHECK(s.start == at[k / 4] && s.end == at[k % 4]);
		buf_free(&span);
		buf_free(&spans);
		buf_free(&all);
		buf_free(&fr.otlp);
	}
}

static void
test_invalid_ids(void)
{
	struct buf spans = { 0 }, all = { 0 };
	struct frames fr = { .frames = 0 };

	put_plain_span(&spans, 0, 1, 0);
	put_plain_span(&spans, 1, 0, 0);
	put_block(&spans, 2, S("\x0a\x03" "abc"));
	put_plain_span(&spans, 3, 3, 0);
	put_request(&all, false, buf_str(&spans));
	run(buf_str(&all), &fr);
	CHECK(fr.spans == 1 && fr.traces == 1);
	buf_free(&spans);
	buf_free(&all);
	buf_free(&fr.otlp);
}

/* A span of very many keys, events and links. */
static void
test_many_children(void)
{
	struct buf s = { 0 }, spans = { 0 }, all = { 0 };
	struct frames fr = { .frames = 0 };
	char key[32];

	put_ids(&s, 1, 1);
	for (unsigned k = 0; k < TRACE_KEYS_MAX + 50; k++) {
		snprintf(key, sizeof key, "key.%u", k);
		put_string(&s, 9, key, key);
	}
	for (unsigned k = 0; k < TRACE_CHILDREN_MAX + 50; k++)
		put_block(&s, 11, S("\x12\x02" "ev"));
	for (unsigned k = 0; k < TRACE_CHILDREN_MAX + 50; k++)
		put_block(&s, 13, S("\x1a\x02" "st"));
	put_block(&spans, 2, buf_str(&s));
	put_request(&all, false, buf_str(&spans));
	run(buf_str(&all), &fr);
	CHECK(fr.spans == 1);
	CHECK(fr.columns < TRACE_KEYS_MAX + COLS);
	CHECK(same_meaning(buf_str(&all), buf_str(&fr.otlp)));
	buf_free(&s);
	buf_free(&spans);
	buf_free(&all);
	buf_free(&fr.otlp);
}

/* A trace that no stripe can hold is cut, and nothing is lost. */
static void
test_giant(void)
{
	enum { N = STRIPE_ROWS + STRIPE_ROWS / 2 };
	struct buf s = { 0 }, spans = { 0 }, all = { 0 };
	struct frames fr = { .frames = 0 };
	uint8_t id[16];

	for (uint32_t k = 0; k < N; k++) {
		s.n = 0;
		memset(id, 7, 16);
		put_block(&s, 1, str_mk(id, 16));
		memset(id, 0, 8);
		id[0] = 1;
		memcpy(id + 4, &k, 4);
		put_block(&s, 2, str_mk(id, 8));
		memset(id + 4, 0, 4);
		if (k > 0)
			put_block(&s, 4, str_mk(id, 8));
		put_fixed64(&s, 7, 1000 + k);
		put_block(&spans, 2, buf_str(&s));
	}
	put_request(&all, false, buf_str(&spans));
	run(buf_str(&all), &fr);
	CHECK(fr.frames == 2 && fr.spans == N && fr.traces == 2);
	CHECK(fr.cut == STRIPE_ROWS / 2);	/* their parent is before */
	buf_free(&s);
	buf_free(&spans);
	buf_free(&all);
	buf_free(&fr.otlp);
}

/* A payload that breaks off leaves the batch as it was. */
static void
test_broken(void)
{
	struct buf spans = { 0 }, good = { 0 }, bad = { 0 };
	struct rec rec = { .signal = SIGNAL_TRACES, .received = 1 };
	struct frames fr = { .frames = 0 }, want = { .frames = 0 };
	struct lot_out out = { .max_rows = STRIPE_ROWS, .full = take_frame,
	    .arg = &fr };
	struct err e = { 0 };
	struct batch b;

	put_plain_span(&spans, 1, 1, 0);
	put_plain_span(&spans, 2, 2, 0);
	put_request(&good, false, buf_str(&spans));
	put_plain_span(&spans, 1, 3, 1);
	put_plain_span(&spans, 3, 3, 1);
	put_block(&spans, 2, S("\x0a\x7f"));
	put_request(&bad, false, buf_str(&spans));
	batch_init(&b);
	rec.payload = buf_str(&bad);
	CHECK(batch_take(&b, &rec, &e) == -1 && e.kind == ERR_CORRUPT);
	rec.payload = buf_str(&good);
	CHECK(batch_take(&b, &rec, &e) == 0);
	rec.payload = buf_str(&bad);
	CHECK(batch_take(&b, &rec, &e) == -1);
	CHECK(b.lot[0].spans == 2 && b.lot[0].traces == 2);
	CHECK(lot_order(&b, &b.lot[0], &out, &e) == 0);
	run(buf_str(&good), &want);
	CHECK(str_eq(buf_str(&fr.otlp), buf_str(&want.otlp)));
	batch_done(&b);
	buf_free(&spans);
	buf_free(&good);
	buf_free(&bad);
	buf_free(&fr.otlp);
	buf_free(&want.otlp);
}

int
main(void)
{
	test_back();
	test_late_times();
	test_invalid_ids();
	test_many_children();
	test_giant();
	test_broken();
	return unit_done();
}
