/*
 * The first byte is the signal, the rest a payload. What the check accepts,
 * the walkers, the strip and the conversion to JSON must take, too.
 */
#include "otlp/json.h"
#include "otlp/walk.h"


#include "need.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
attributes(struct str raw, uint32_t no)
{
	struct cur c = cur_of(raw), sub;
	struct attr a;
	struct value v;

	while (otlp_attr(&c, no, &a) == 1)
		if (a.value.type == VALUE_ARRAY) {
			sub = cur_of(a.value.s);
			while (otlp_element(&sub, &v) == 1)
				;
		}
}

static void
walk(unsigned signal, struct str payload, bool good)
{
	struct otlp_items it;
	struct otlp_event ev;
	struct otlp_link l;
	struct str item;
	struct logrec lr;
	struct span s;
	struct cur c;
	int r;

	otlp_items_init(&it, payload);
	while ((r = otlp_items_next(&it, &item)) == 1) {
		attributes(it.resource_raw, 1);
		if (signal == 1) {
			need(otlp_span(&s, item) == 0 || !good);
			attributes(item, 9);
			for (c = cur_of(item); otlp_event(&c, &ev) == 1;)
				attributes(ev.raw, 3);
			for (c = cur_of(item); otlp_link(&c, &l) == 1;)
				attributes(l.raw, 4);
		} else if (signal == 3) {
			need(otlp_logrec(&lr, item) == 0 || !good);
			attributes(item, 6);
		}
	}
	need(r == 0 || !good);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf out = { 0 }, json = { 0 };
	struct otlp_sum sum, after;
	struct err e = { 0 };
	unsigned signal;
	struct str payload;
	bool good;

	if (n == 0)
		return 0;
	signal = data[0] % 6;
	payload = str_mk(data + 1, n - 1);
	good = otlp_check(signal, payload, &sum, NULL) == 0;
	walk(signal, payload, good);
	if (good) {
		need(sum.invalid <= sum.items);
		need((sum.invalid > 0) == (sum.why[0] != '\0'));
		need(otlp_strip(signal, payload, &out, NULL) == 0);
		need(otlp_check(signal, buf_str(&out), &after, NULL) == 0);
		need(after.invalid == 0);
		need(after.items == sum.items - sum.invalid);
	}
	if (otlp_to_json(signal, payload, &json, &e) == -1)
		need(!good || e.kind == ERR_LIMIT);
	buf_free(&out);
	buf_free(&json);
	return 0;
}
