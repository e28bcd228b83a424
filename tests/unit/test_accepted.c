/*
 * What the receiver acknowledges, the stores take: random OTLP messages, made
 * from the schema, whole and with bytes changed, go through otlp_accept; what
 * it keeps must not be refused by a batch, nor by the store that reads it.
 */
#include <unistd.h>

#include "base/io.h"
#include "log/scan.h"
#include "otlp/accept.h"
#include "otlp/schema.h"
#include "trace/scan.h"

#include "folder.h"
#include "unit.h"

#define T0	UINT64_C(1763800000000000000)
#define DEPTH	14		/* of messages: deeper ones stay empty */
#define BYTES	20000		/* of one request, about */

static uint64_t state = 88172645463325252u;

static uint64_t
rnd(uint64_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % n;
}

/* Small numbers, ends of ranges, and times of today. */
static uint64_t
number(void)
{
	switch (rnd(5)) {
	case 0: return rnd(8);
	case 1: return UINT64_MAX - rnd(2);
	case 2: return (uint64_t)INT64_MAX + rnd(2);
	case 3: return T0 + rnd(1000000000);
	default: return rnd(UINT64_MAX);
	}
}

/* Ids mostly of the right length and often met again, texts of few words. */
static void
text(struct buf *b, const ProtobufCFieldDescriptor *f)
{
	static const char *const words[] = { "", "a", "service.name", "k1",
		"GET /cart/17", "\xc3\xa9\xe2\x82\xac", "bad \xff\xfe", "0x1f" };
	bool id = schema_is_hex(f) && rnd(20) > 0;
	size_t n = id ? (strstr(f->name, "trace") ? 16 : 8) : rnd(20);
	const char *w = words[rnd(sizeof words / sizeof *words)];

	if (!id && rnd(4) > 0) {
		buf_varint(b, strlen(w));
		buf_adds(b, str_of(w));
		return;
	}
	buf_varint(b, n);
	for (size_t i = 0; i < n; i++)
		buf_u8(b, (uint8_t)(id ? rnd(3) : rnd(256)));
}

static void
message(struct buf *, const ProtobufCMessageDescriptor *, unsigned depth);

static void
field(struct buf *b, const ProtobufCFieldDescriptor *f, unsigned depth)
{
	struct buf sub = { 0 };

	buf_varint(b, (uint64_t)f->id << 3 | schema_wire(f));
	if (f->type == PROTOBUF_C_TYPE_MESSAGE) {
		message(&sub, f->descriptor, depth + 1);
		buf_varint(b, sub.n);
		buf_adds(b, buf_str(&sub));
		buf_free(&sub);
	} else if (schema_wire(f) == 2)
		text(b, f);
	else if (schema_wire(f) == 1)
		buf_u64(b, number());
	else if (schema_wire(f) == 5)
		buf_u32(b, (uint32_t)number());
	else
		buf_varint(b, number());
}

static void
message(struct buf *b, const ProtobufCMessageDescriptor *m, unsigned depth)
{
	if (depth > DEPTH)
		return;
	for (unsigned i = 0; i < m->n_fields && b->n < BYTES; i++) {
		const ProtobufCFieldDescriptor *f = &m->fields[i];
		/* the way to the items is taken, and ids are there */
		bool holds = f->type == PROTOBUF_C_TYPE_MESSAGE && depth < 3;
		uint64_t n = schema_repeats(f) ? rnd(3) + holds : holds ||
		    rnd(schema_is_hex(f) ? 30 : 2) > 0;

		while (n-- > 0 && rnd(depth + 1) < 6)
			field(b, f, depth);
	}
}

/* Bytes changed, cut out, or put in twice. */
static void
mutate(struct buf *b)
{
	for (uint64_t k = rnd(4); k > 0 && b->n > 1; k--) {
		size_t at = rnd(b->n), n = rnd(b->n - at < 16 ? b->n - at : 16);

		switch (rnd(3)) {
		case 0:
			b->p[at] = (char)rnd(256);
			break;
		case 1:
			memmove(b->p + at, b->p + at + n, b->n - at - n);
			b->n -= n;
			break;
		default: {
			struct buf more = { 0 };

			buf_adds(&more, str_mk(b->p + at, n));
			buf_adds(b, buf_str(&more));
			buf_free(&more);
		}
		}
	}
}

struct side {
	const struct store_kind *kind;
	void *batch;
	struct buf recs;
	uint64_t records, refused, cut;
};

static void
keep(struct side *s, const struct otlp_accepted *a, unsigned long round)
{
	struct rec rec = { .signal = s->kind->signal, .payload = a->payload,
		.received = T0 + round, .items = a->items,
		.min_time = a->sum.min_time, .max_time = a->sum.max_time };
	struct err e = { 0 };
	bool took = s->kind->batch_add(s->batch, &rec, &e) == 0;

	CHECK(took);
	if (!took)
		fprintf(stderr, "round %lu, %s: %s\n", round, s->kind->name,
		    e.msg);
	if (s->kind->batch_bytes(s->batch) > (8 << 20)) {
		s->kind->batch_free(s->batch);
		s->batch = s->kind->batch_new(&(struct store_options){ 0 });
	}
	if (s->recs.n < (4 << 20)) {
		rec_put(&s->recs, &rec, true);
		s->records++;
	}
}

static void
one(struct side *s, unsigned long round)
{
	struct buf b = { 0 }, reply = { 0 };
	struct otlp_accepted a;
	struct err e = { 0 };

	message(&b, schema_root(s->kind->signal), 0);
	if (round % 2)
		mutate(&b);
	if (otlp_accept(s->kind->signal, false, buf_str(&b), REC_PAYLOAD_MAX,
	    &a, &reply, &e) == -1)
		s->refused++;
	else {
		s->cut += a.sum.invalid > 0;
		if (a.payload.n > 0)
			keep(s, &a, round);
	}
	buf_free(&a.own);
	buf_free(&b);
	buf_free(&reply);
}

static void
say(void *arg, const char *msg)
{
	fprintf(stderr, "%s\n", msg);
	++*(unsigned *)arg;
}

/* The store, too, reads them all, and is whole. */
static void
stored(struct side *s, const char *root)
{
	unsigned said = 0;
	struct store_writer_opts opts = { .say = say, .say_arg = &said };
	struct store_taken sum = { 0 };
	struct err e = { 0 };
	struct arena a = { 0 };
	char *dir = io_path(&a, root, s->kind->name);
	char *in = io_path(&a, root, "in.rec");
	struct store *st;

	CHECK(io_replace(in, buf_str(&s->recs), NULL) == 0);
	st = store_open(dir, s->kind, &opts, &e);
	CHECK(st && store_take(st, in, -1, &sum, &e) == 0);
	CHECK(sum.bad == 0 && sum.records == s->records && sum.items > 0);
	CHECK(store_merge_due(st, true, &e) == 0);
	CHECK(store_close(st, &e) == 0);
	CHECK(store_check(dir, s->kind, say, &said, &e) == 0 && said == 0);
	if (e.kind)
		fprintf(stderr, "%s\n", e.msg);
	arena_free(&a);
}

int
main(void)
{
	struct side sides[] = { { .kind = &trace_kind }, { .kind = &log_kind } };
	unsigned long rounds = unit_rounds(3000, 300000);
	char root[FOLDER_PATH];

	folder_new(root, "accepted");
	for (size_t i = 0; i < 2; i++) {
		struct side *s = &sides[i];

		s->batch = s->kind->batch_new(&(struct store_options){ 0 });
		for (unsigned long r = 0; r < rounds; r++)
			one(s, r);
		s->kind->batch_free(s->batch);
		/* or this proves little */
		CHECK(s->refused > rounds / 50 && s->refused < rounds / 2);
		CHECK(s->cut > rounds / 50 || s->kind != &trace_kind);
		stored(s, root);
		buf_free(&s->recs);
	}
	CHECK(folder_wipe(root) == 0);
	return unit_done();
}
