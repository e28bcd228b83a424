#include "otlp/check.h"

#include <stdarg.h>
#include <stdio.h>

int
check_broken(struct check *k, const struct cur *c)
{
	return err_set(k->e, ERR_CORRUPT, "payload byte %zu: not well formed",
	    (size_t)((const char *)c->p - k->payload));
}

void
check_invalid(struct check *k, const char *fmt, ...)
{
	va_list ap;

	if (k->sum->invalid++ > 0)
		return;
	va_start(ap, fmt);
	vsnprintf(k->sum->why, sizeof k->sum->why, fmt, ap);
	va_end(ap);
}

void
check_time(struct check *k, uint64_t ns)
{
	struct otlp_sum *sum = k->sum;

	if (ns == 0) {
		k->untimed = true;
		return;
	}
	if (sum->min_time == 0 || ns < sum->min_time)
		sum->min_time = ns;
	if (ns > sum->max_time)
		sum->max_time = ns;
}

static int check_any(struct check *, struct str any, unsigned depth);

/* ArrayValue and KeyValueList: field 1 is the elements. */
static int
check_list(struct check *k, struct str list, unsigned depth, bool map)
{
	struct cur c = cur_of(list);
	struct wire w;
	int r;

	if (depth > VALUE_DEPTH_MAX)
		return err_set(k->e, ERR_LIMIT,
		    "payload byte %zu: values nested deeper than %d",
		    (size_t)(list.p - k->payload), VALUE_DEPTH_MAX);
	while ((r = wire_next(&c, &w)) == 1) {
		if (w.tag != WIRE(1, WIRE_BYTES))
			continue;
		if ((map ? check_keyvalue(k, w.b, depth) :
		    check_any(k, w.b, depth)) == -1)
			return -1;
	}
	return r == 0 ? 0 : check_broken(k, &c);
}

static int
check_any(struct check *k, struct str any, unsigned depth)
{
	struct cur c = cur_of(any);
	struct wire w;
	int r;

	while ((r = wire_next(&c, &w)) == 1) {
		bool array = w.tag == WIRE(5, WIRE_BYTES);

		if (!array && w.tag != WIRE(6, WIRE_BYTES))
			continue;
		if (check_list(k, w.b, depth + 1, !array) == -1)
			return -1;
	}
	return r == 0 ? 0 : check_broken(k, &c);
}

/*
 * Nearly all attributes: a short key, then a short string, bool, one-byte
 * integer or double, and nothing else. true: that, and well formed.
 */
static inline bool
plain_keyvalue(struct str kv)
{
	const uint8_t *p = (const uint8_t *)kv.p;
	size_t n = kv.n, key, any;

	if (n < 6 || n >= 0x80 || p[0] != WIRE(1, WIRE_BYTES))
		return false;
	key = p[1];
	if (key > n - 6 || p[2 + key] != WIRE(2, WIRE_BYTES))
		return false;
	p += 2 + key;
	any = p[1];
	if (any != n - 4 - key)
		return false;
	switch (p[2]) {
	case WIRE(1, WIRE_BYTES): return p[3] == any - 2;
	case WIRE(2, WIRE_VARINT):
	case WIRE(3, WIRE_VARINT):
		return any == 2 ? p[3] < 0x80 :
		    any == 3 && p[3] >= 0x80 && p[4] < 0x80;
	case WIRE(4, WIRE_FIXED64): return any == 9;
	default: return false;
	}
}

int
check_keyvalue(struct check *k, struct str kv, unsigned depth)
{
	struct cur c = cur_of(kv);
	struct wire w;
	int r;

	if (plain_keyvalue(kv))
		return 0;
	while ((r = wire_next(&c, &w)) == 1)
		if (w.tag == WIRE(2, WIRE_BYTES) &&
		    check_any(k, w.b, depth) == -1)
			return -1;
	return r == 0 ? 0 : check_broken(k, &c);
}

int
check_message(struct check *k, struct str message, uint32_t no)
{
	struct cur c = cur_of(message);
	struct wire w;
	int r;

	while ((r = wire_next(&c, &w)) == 1)
		if (w.tag == WIRE(no, WIRE_BYTES) &&
		    check_keyvalue(k, w.b, 0) == -1)
			return -1;
	return r == 0 ? 0 : check_broken(k, &c);
}

static bool
id_ok(struct str id, size_t n)
{
	uint64_t any = 0;

	if (id.n != n)
		return false;
	for (size_t i = 0; i < n; i += 8)
		any |= load64(id.p + i);
	return any != 0;
}

static void
judge_id(struct check *k, const char *what, struct str id, size_t n)
{
	if (id.n == n)
		check_invalid(k, "span %u: %s id is all zero", k->sum->items,
		    what);
	else
		check_invalid(k, "span %u: %s id has %zu bytes, not %zu",
		    k->sum->items, what, id.n, n);
}

static int
check_span(struct check *k, struct str item)
{
	struct cur c = cur_of(item);
	struct str trace = { 0 }, span = { 0 };
	uint64_t start = 0;
	struct wire w;
	int r;

	while ((r = wire_next(&c, &w)) == 1) {
		int ok = 0;

		switch (w.tag) {
		case WIRE(1, WIRE_BYTES): trace = w.b; break;
		case WIRE(2, WIRE_BYTES): span = w.b; break;
		case WIRE(7, WIRE_FIXED64): start = w.v; break;
		case WIRE(9, WIRE_BYTES):
			ok = check_keyvalue(k, w.b, 0);
			break;
		case WIRE(11, WIRE_BYTES): ok = check_message(k, w.b, 3); break;
		case WIRE(13, WIRE_BYTES): ok = check_message(k, w.b, 4); break;
		case WIRE(15, WIRE_BYTES): ok = check_message(k, w.b, 0); break;
		}
		if (ok == -1)
			return -1;
	}
	if (r == -1)
		return check_broken(k, &c);
	k->sum->items++;
	if (!id_ok(trace, 16))
		judge_id(k, "trace", trace, 16);
	else if (!id_ok(span, 8))
		judge_id(k, "span", span, 8);
	else
		check_time(k, start);
	return 0;
}

static int
check_logrec(struct check *k, struct str item)
{
	struct cur c = cur_of(item);
	uint64_t time = 0, observed = 0;
	struct wire w;
	int r;

	while ((r = wire_next(&c, &w)) == 1) {
		int ok = 0;

		switch (w.tag) {
		case WIRE(1, WIRE_FIXED64): time = w.v; break;
		case WIRE(5, WIRE_BYTES): ok = check_any(k, w.b, 0); break;
		case WIRE(6, WIRE_BYTES):
			ok = check_keyvalue(k, w.b, 0);
			break;
		case WIRE(11, WIRE_FIXED64): observed = w.v; break;
		}
		if (ok == -1)
			return -1;
	}
	if (r == -1)
		return check_broken(k, &c);
	k->sum->items++;
	check_time(k, time ? time : observed);
	return 0;
}

/* Carried, not looked into: the format still changes. */
static int
check_profile(struct check *k, struct str item)
{
	k->sum->items++;
	k->untimed = true;
	return check_message(k, item, 0);
}

check_fn *
check_of(unsigned signal)
{
	static check_fn *const of[] = { NULL, check_span, check_metric,
	    check_logrec, check_profile };

	return signal < sizeof of / sizeof *of ? of[signal] : NULL;
}

static int
check_scope(struct check *k, struct str level, check_fn *item)
{
	struct cur c = cur_of(level);
	struct wire w;
	int r, ok = 0;

	while (ok == 0 && (r = wire_next(&c, &w)) == 1)
		if (w.tag == WIRE(2, WIRE_BYTES))
			ok = item(k, w.b);
		else if (w.tag == WIRE(1, WIRE_BYTES))
			ok = check_message(k, w.b, 3);
	if (ok == -1)
		return -1;
	return r == 0 ? 0 : check_broken(k, &c);
}

/* The Resource: attributes, and references to entities. */
static int
check_about(struct check *k, struct str raw)
{
	struct cur c = cur_of(raw);
	struct wire w;
	int r, ok = 0;

	while (ok == 0 && (r = wire_next(&c, &w)) == 1)
		if (w.tag == WIRE(1, WIRE_BYTES))
			ok = check_keyvalue(k, w.b, 0);
		else if (w.tag == WIRE(3, WIRE_BYTES))
			ok = check_message(k, w.b, 0);
	if (ok == -1)
		return -1;
	return r == 0 ? 0 : check_broken(k, &c);
}

static int
check_resource(struct check *k, struct str level, check_fn *item)
{
	struct cur c = cur_of(level);
	struct wire w;
	int r, ok = 0;

	while (ok == 0 && (r = wire_next(&c, &w)) == 1)
		if (w.tag == WIRE(2, WIRE_BYTES))
			ok = check_scope(k, w.b, item);
		else if (w.tag == WIRE(1, WIRE_BYTES))
			ok = check_about(k, w.b);
	if (ok == -1)
		return -1;
	return r == 0 ? 0 : check_broken(k, &c);
}

int
otlp_check(unsigned signal, struct str payload, struct otlp_sum *sum,
    struct err *e)
{
	struct check k = { sum, e, payload.p, false };
	check_fn *item = check_of(signal);
	struct cur c = cur_of(payload);
	struct wire w;
	int r;

	*sum = (struct otlp_sum){ .items = 0 };
	if (!item)
		return err_set(e, ERR_CORRUPT, "signal %u: unknown", signal);
	while ((r = wire_next(&c, &w)) == 1)
		if (w.tag == WIRE(1, WIRE_BYTES) &&
		    check_resource(&k, w.b, item) == -1)
			return -1;
	if (r == -1)
		return check_broken(&k, &c);
	if (k.untimed)
		sum->min_time = sum->max_time = 0;
	return 0;
}
