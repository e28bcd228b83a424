/*
 * Payloads cut and joined: whatever is done to them, the same items come out,
 * in the same order, under the same resource and scope.
 */
#include "otlp/split.h"

#include "base/hash.h"
#include "otlp/walk.h"
#include "unit.h"
#include "unit/pb.h"

enum { TRACES = 1, METRICS, LOGS };

static uint64_t dice = 7;

static unsigned
roll(unsigned n)
{
	return (unsigned)(hash_u64(++dice * 0x9e3779b97f4a7c15) % n);
}

static void
put_number(struct buf *b, uint32_t no)
{
	pb_varint(b, no, roll(1000000));
}

/* A span-like item; or a metric of some points. */
static void
put_item(struct buf *b, unsigned signal)
{
	struct buf item = { 0 }, data = { 0 };

	for (unsigned n = signal == METRICS ? roll(5) : 0; n > 0; n--)
		pb_bytes(&data, 1, str_mk("points!", roll(8)));
	if (signal == METRICS)
		pb_bytes(&item, 5 + 2 * roll(2), buf_str(&data));
	put_number(&item, 40);
	for (unsigned n = roll(3); n > 0; n--)
		pb_attr(&item, 9, "key", "a value of some length");
	pb_bytes(b, 2, buf_str(&item));
	buf_free(&item);
	buf_free(&data);
}

/* Fields of a level that nobody knows, and a group, which is skipped whole. */
static void
put_odd(struct buf *b)
{
	if (roll(4) == 0)
		put_number(b, 77);
	if (roll(8) == 0)
		buf_add(b, "\xfb\x01\x08\x05\xfc\x01", 6);	/* group 31 */
}

static void
put_level(struct buf *b, uint32_t no, unsigned signal)
{
	struct buf level = { 0 }, name = { 0 };

	pb_attr(&name, 1, "name", roll(2) ? "a" : "b");
	if (roll(3) > 0)
		pb_bytes(&level, 1, buf_str(&name));
	for (unsigned n = roll(4); n > 0; n--) {
		put_odd(&level);
		if (no == 1)
			put_level(&level, 2, signal);
		else
			put_item(&level, signal);
	}
	if (roll(3) == 0)
		pb_bytes(&level, 3, S("http://schema"));
	pb_bytes(b, no, buf_str(&level));
	buf_free(&level);
	buf_free(&name);
}

static struct buf
payload(unsigned signal, bool odd)
{
	struct buf b = { 0 };

	for (unsigned n = roll(4); n > 0; n--) {
		if (odd)
			put_odd(&b);
		put_level(&b, 1, signal);
	}
	return b;
}

/* Each item under its levels, in order, as text. */
static struct buf
list(struct str p, struct str only)
{
	struct buf b = { 0 }, line = { 0 };
	struct otlp_items it;
	struct str item;
	int r;

	otlp_items_init(&it, p);
	while ((r = otlp_items_next(&it, &item)) == 1) {
		buf_reset(&line);
		buf_adds(&line, it.resource_raw);
		buf_adds(&line, S("/"));
		buf_adds(&line, it.resource_url);
		buf_adds(&line, S("/"));
		buf_adds(&line, it.scope_raw);
		buf_adds(&line, S("/"));
		buf_adds(&line, it.scope_url);
		buf_adds(&line, S("/"));
		if (only.n > 0 && !str_starts(buf_str(&line), only))
			continue;
		buf_adds(&line, item);
		pb_bytes(&b, 1, buf_str(&line));
	}
	CHECK(r == 0);
	buf_free(&line);
	return b;
}

static bool
same_items(struct str a, struct str b)
{
	struct buf x = list(a, S("")), y = list(b, S(""));
	bool same = str_eq(buf_str(&x), buf_str(&y));

	buf_free(&x);
	buf_free(&y);
	return same;
}

/* How often a byte sequence is in there. */
static unsigned
times(struct str s, struct str needle)
{
	unsigned n = 0;

	for (size_t at; (at = str_find(s, needle)) <= s.n; n++)
		s = str_skip(s, at + 1);
	return n;
}

/* `odd`: fields of the payload itself may go beyond the bounds. */
static void
cut(unsigned signal, struct str whole, uint64_t max, size_t bytes, bool odd)
{
	struct buf piece = { 0 }, joined = { 0 };
	struct otlp_split s;
	uint64_t items, n, all = 0, want;
	int r;

	CHECK(otlp_count(signal, whole, &want) == 0);
	otlp_split_init(&s, signal, whole, max, bytes);
	while ((r = otlp_split_next(&s, &piece, &items)) == 1) {
		struct otlp_items it;
		struct str item;
		unsigned leaves = 0;

		CHECK(otlp_count(signal, buf_str(&piece), &n) == 0);
		CHECK(n == items);
		otlp_items_init(&it, buf_str(&piece));
		while (otlp_items_next(&it, &item) == 1)
			leaves++;
		CHECK((items <= max && piece.n <= bytes) || leaves <= 1 ||
		    (odd && items <= max));
		all += items;
		buf_adds(&joined, buf_str(&piece));
		buf_reset(&piece);
	}
	CHECK(r == 0);
	CHECK(all == want);
	CHECK(same_items(whole, buf_str(&joined)));
	otlp_split_free(&s);
	buf_free(&piece);
	buf_free(&joined);
}

/* Made one: nothing lost, order kept in each scope, and no more to do. */
static void
regroup(struct str whole)
{
	struct buf out = { 0 }, again = { 0 };
	struct otlp_items it;
	struct str item;

	CHECK(otlp_regroup(whole, &out) == 0);
	CHECK(otlp_regroup(buf_str(&out), &again) == 0);
	CHECK(str_eq(buf_str(&out), buf_str(&again)));
	CHECK(out.n <= whole.n);
	CHECK(times(buf_str(&out), S("\xfb\x01\x08\x05\xfc\x01")) <=
	    times(whole, S("\xfb\x01\x08\x05\xfc\x01")));
	otlp_items_init(&it, whole);
	while (otlp_items_next(&it, &item) == 1) {
		struct buf only = { 0 }, a, b;

		buf_adds(&only, it.resource_raw);
		buf_adds(&only, S("/"));
		buf_adds(&only, it.resource_url);
		buf_adds(&only, S("/"));
		buf_adds(&only, it.scope_raw);
		buf_adds(&only, S("/"));
		a = list(whole, buf_str(&only));
		b = list(buf_str(&out), buf_str(&only));
		CHECK(a.n == b.n);
		buf_free(&only);
		buf_free(&a);
		buf_free(&b);
	}
	buf_free(&out);
	buf_free(&again);
}

static void
test_random(void)
{
	unsigned long rounds = unit_rounds(400, 100000);

	for (unsigned long i = 0; i < rounds; i++) {
		unsigned signal = TRACES + roll(3);
		bool odd = roll(2);
		struct buf a = payload(signal, odd);
		struct buf b = payload(signal, odd);

		buf_adds(&a, buf_str(&b));	/* joined */
		cut(signal, buf_str(&a), 1 + roll(12), SIZE_MAX, odd);
		cut(signal, buf_str(&a), UINT64_MAX, 1 + roll(400), odd);
		cut(signal, buf_str(&a), UINT64_MAX, SIZE_MAX, odd);
		regroup(buf_str(&a));
		buf_free(&a);
		buf_free(&b);
	}
}

/* Whole, in one piece, it comes back byte for byte. */
static void
test_whole(void)
{
	struct buf b = { 0 }, piece = { 0 };
	struct otlp_split s;
	uint64_t n;

	for (int i = 0; i < 5; i++)
		put_item(&b, LOGS);
	pb_wrap(&b, 2);
	pb_wrap(&b, 1);
	otlp_split_init(&s, LOGS, buf_str(&b), 5, b.n + 40);
	CHECK(otlp_split_next(&s, &piece, &n) == 1 && n == 5);
	CHECK(str_eq(buf_str(&piece), buf_str(&b)));
	CHECK(otlp_split_next(&s, &piece, &n) == 0 && n == 0);
	otlp_split_free(&s);
	buf_reset(&piece);
	CHECK(otlp_regroup(buf_str(&b), &piece) == 0);
	CHECK(str_eq(buf_str(&piece), buf_str(&b)));
	/* cut short anywhere, it is refused in the end */
	for (size_t k = 1; k < b.n; k++) {
		int r;

		otlp_split_init(&s, LOGS, str_mk(b.p, k), 2, SIZE_MAX);
		while ((r = otlp_split_next(&s, &piece, &n)) == 1)
			;
		CHECK(r == -1);
		otlp_split_free(&s);
		CHECK(otlp_regroup(str_mk(b.p, k), &piece) == -1);
		CHECK(otlp_count(LOGS, str_mk(b.p, k), &n) == -1);
	}
	buf_free(&b);
	buf_free(&piece);
}

int
main(void)
{
	test_random();
	test_whole();
	return unit_done();
}
