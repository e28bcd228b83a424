/*
 * The first byte says how large bodies may be, the rest is LogsData. What the
 * check accepts becomes pushes that read back whole, in both forms: as many
 * lines, and the same.
 */
#include "loki/push.h"


#include "codec/snappy.h"
#include "otlp/walk.h"

#include "../loki.h"

#include "need.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct sums { uint32_t lines; uint64_t hash; };

static void
count(struct sums *s, uint64_t time, struct str line)
{
	s->lines++;
	s->hash += hash_seed(line.p, line.n, time);
}

static void
seen(void *arg, const struct loki_entry *l)
{
	count(arg, l->time, l->line);
}

/* What a walk finds; lines that are no text are counted only. */
static bool
walk(struct str payload, struct sums *s)
{
	bool texts = true;
	struct otlp_items it;
	struct logrec l;
	struct str item;

	otlp_items_init(&it, payload);
	while (otlp_items_next(&it, &item) == 1) {
		need(otlp_logrec(&l, item) == 0);
		uint64_t t = l.time ? l.time : l.observed ? l.observed : 1;

		texts &= l.body.type == VALUE_STR;
		count(s, t > INT64_MAX ? INT64_MAX : t, l.body.type ==
		    VALUE_STR ? l.body.s : (struct str){ 0 });
	}
	return texts;
}

static void
flush(struct body *b, struct sums *s)
{
	struct buf out = { 0 }, packed = { 0 }, again = { 0 };

	if (b->lines == 0)
		return;
	body_put(b, &out);
	need(out.n <= body_size(b) + 32);
	if (b->form == BODY_JSON) {
		need(loki_json(buf_str(&out), seen, s));
	} else {
		snappy_pack(&packed, buf_str(&out));
		need(snappy_unpack(buf_str(&packed), &again, out.n, NULL) ==
		    0);
		need(loki_protobuf(buf_str(&again), seen, s));
	}
	body_reset(b);
	buf_free(&out);
	buf_free(&packed);
	buf_free(&again);
}

static void
silent(void *arg, const char *msg)
{
	need(!arg && msg[0] != '\0');
}

static void
push(enum body_form form, struct str payload, size_t max, bool good)
{
	struct push *p = push_new(form, (struct str){ NULL, 0 }, silent,
	    NULL);
	struct sums want = { 0 }, got = { 0 };
	struct body b = { .form = form };
	int r;

	push_payload(p, payload, 1);
	while ((r = push_fill(p, &b, max, NULL)) == 1)
		flush(&b, &got);
	flush(&b, &got);
	need(r == 0 || !good);
	if (good) {
		bool texts = walk(payload, &want);

		need(got.lines == want.lines);
		need(form == BODY_JSON || !texts || got.hash == want.hash);
	}
	body_free(&b);
	push_free(p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str payload;
	struct otlp_sum sum;
	bool good;

	if (n == 0)
		return 0;
	payload = str_mk(data + 1, n - 1);
	good = otlp_check(3, payload, &sum, NULL) == 0;
	push(BODY_PROTOBUF, payload, (size_t)data[0] * 64, good);
	push(BODY_JSON, payload, (size_t)data[0] * 64, good);
	return 0;
}
