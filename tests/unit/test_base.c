/* str, buf, cur, arena, hash, pool: the ground floor. */
#include "unit.h"

#include <stdatomic.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/cur.h"
#include "base/distinct.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/pool.h"

static void
slices(void)
{
	struct str rest = S("a,b,,c"), part;
	uint8_t out[4];
	char hex[9];
	unsigned n = 0;

	CHECK(str_find(S("hello"), S("ll")) == 2);
	CHECK(str_find(S("hello"), S("lx")) == 6);
	CHECK(str_find(S(""), S("")) == 0 && str_find(S(""), S("a")) == 1);
	CHECK(str_cmp(S("a"), S("ab")) < 0 && str_cmp(S("b"), S("ab")) > 0);
	CHECK(str_eq(str_trim(S(" \ta b\r\n")), S("a b")));
	CHECK(str_zeros(S("\0\0")) && str_zeros(S("")) && !str_zeros(S("\0x")));
	while (str_cut(&rest, ',', &part))
		n++;
	CHECK(n == 4);
	str_hex(hex, "\x01\xab\xff\x00", 4);
	CHECK(strcmp(hex, "01abff00") == 0);
	CHECK(str_unhex(out, 4, S("01ABff00")) == 4 && out[1] == 0xab);
	CHECK(str_unhex(out, 4, S("abc")) == -1);
	CHECK(str_unhex(out, 4, S("0g")) == -1);
	CHECK(str_unhex(out, 1, S("0102")) == -1);
	CHECK(str_utf8(S("\xed\xa0\x80")) == 0);	/* a surrogate */
	CHECK(str_utf8(S("\xc0\x80")) == 0 && str_utf8(S("\xf4\x90\x80\x80")) == 0);
	CHECK(str_utf8(S("\xf0\x9f\x98\x80")) == 4 && str_utf8(S("\xe2\x82")) == 0);
}

/* RFC 4648, 10; without its padding, too, and nothing else. */
static void
base64(void)
{
	static const char *const text[] = { "", "Zg==", "Zm8=", "Zm9v",
	    "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy" };
	static const char *const bad[] = { "Z", "=", "Zg=", "Z===", "Zm9v=",
	    "Zg==Zg==", "Zm8=Zg", "Zm 8", "====" };

	for (size_t n = 0; n < 7; n++) {
		struct str t = str_of(text[n]), plain = str_mk("foobar", n);
		struct buf b = { 0 };

		CHECK(base64_read(&b, t) == 0 && str_eq(buf_str(&b), plain));
		buf_reset(&b);
		while (t.n > 0 && t.p[t.n - 1] == '=')
			t.n--;
		CHECK(base64_read(&b, t) == 0 && str_eq(buf_str(&b), plain));
		buf_reset(&b);
		base64_put(&b, plain);
		CHECK(str_eq(buf_str(&b), str_of(text[n])));
		buf_free(&b);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct buf b = { 0 };

		CHECK(base64_read(&b, str_of(bad[i])) == -1);
		buf_free(&b);
	}
}

/* Everything written is read back; every cut of it goes bad, none further. */
static void
bytes(void)
{
	static const uint64_t v[] = { 0, 1, 127, 128, 300, UINT32_MAX,
		UINT64_MAX };
	struct buf b = { 0 };

	for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
		size_t at = b.n;

		buf_varint(&b, v[i]);
		CHECK(b.n - at == varint_size(v[i]));
		CHECK(unzigzag(zigzag((int64_t)v[i])) == (int64_t)v[i]);
	}
	buf_u8(&b, 7);
	buf_u16(&b, 0x1234);
	buf_u32(&b, 0x12345678);
	buf_u64(&b, UINT64_C(0x123456789abcdef0));
	for (size_t n = 0; n <= b.n; n++) {
		char *copy = memcpy(xmalloc(n), b.p, n);
		struct cur c = cur_of(str_mk(copy, n));
		bool right = true;

		for (size_t i = 0; i < sizeof v / sizeof *v; i++)
			right &= cur_varint(&c) == v[i];
		right &= cur_u8(&c) == 7;
		right &= cur_u16(&c) == 0x1234;
		right &= cur_u32(&c) == 0x12345678;
		right &= cur_u64(&c) == UINT64_C(0x123456789abcdef0);
		CHECK(n == b.n ? right && !c.bad && cur_left(&c) == 0 :
		    c.bad && cur_left(&c) == 0);
		free(copy);
	}
	buf_free(&b);

	struct cur c = cur_of(S("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));

	cur_varint(&c);
	CHECK(c.bad);		/* eleven bytes */
}

static void
fields(void)
{
	/* 1: varint 150, group 2 {3: 1}, 4: "hi", 5: fixed32 */
	struct cur c = cur_of(S("\x08\x96\x01\x13\x18\x01\x14\x22\x02hi"
	    "\x2d\x01\x00\x00\x00"));
	struct field f;

	CHECK(cur_field(&c, &f) == 1 && f.no == 1 && f.v == 150);
	CHECK(cur_field(&c, &f) == 1 && f.no == 4 && str_eq(f.b, S("hi")));
	CHECK(cur_field(&c, &f) == 1 && f.no == 5 && f.v == 1);
	CHECK(cur_field(&c, &f) == 0);
	c = cur_of(S("\x22\x05hi"));
	CHECK(cur_field(&c, &f) == -1 && c.bad);
	c = cur_of(S("\x00\x01"));
	CHECK(cur_field(&c, &f) == -1);		/* field 0 */
}

static void
arenas(void)
{
	struct arena a = { .cap = 1 << 20 };
	char *p[300];

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 300; i++) {
			p[i] = arena_new(&a, char, (size_t)i * 97 + 1);
			memset(p[i], i, (size_t)i * 97 + 1);
		}
		bool whole = true;

		for (int i = 0; i < 300; i++)
			for (int k = 0; k <= i * 97; k++)
				whole &= p[i][k] == (char)i;
		CHECK(whole);
		arena_reset(&a);
	}
	CHECK(arena_try(&a, (1 << 20) + 1) == NULL);
	CHECK(arena_try(&a, 1 << 19) && !arena_try(&a, (1 << 19) + 16));
	CHECK(str_eq(arena_printf(&a, "%d-%s", 5, "x"), S("5-x")));
	arena_free(&a);
}

static void
maps(void)
{
	struct map m = { 0 };
	char key[32];
	bool fresh;

	CHECK(map_find(&m, S("x")) == MAP_NONE);
	for (int round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < 5000; i++) {
			int n = sprintf(key, "key-%u", i);

			CHECK(map_add(&m, str_mk(key, (size_t)n), &fresh) == i
			    && fresh);
		}
		CHECK(map_add(&m, S("key-7"), &fresh) == 7 && !fresh);
		CHECK(map_find(&m, S("key-4999")) == 4999);
		CHECK(map_find(&m, S("nope")) == MAP_NONE);
		CHECK(map_add(&m, S(""), &fresh) == 5000 && fresh);
		map_reset(&m);
	}
	map_free(&m);
}

struct sums { atomic_ullong sum; };

static int
add_part(void *arg, size_t part, unsigned worker, struct err *e)
{
	struct sums *s = arg;

	(void)worker;
	if (part == 1000000)
		return err_set(e, ERR_LIMIT, "part %zu", part);
	atomic_fetch_add(&s->sum, part);
	return 0;
}

static void
pools(void)
{
	struct sums s = { 0 };
	struct err e = { 0 };

	CHECK(pool_run(4, 1000, add_part, &s, &e) == 0 && s.sum == 499500);
	CHECK(pool_run(4, 0, add_part, &s, &e) == 0);
	CHECK(pool_run(4, 2000000, add_part, &s, &e) == -1 &&
	    strcmp(e.msg, "part 1000000") == 0);
	CHECK(pool_workers() >= 1);
}

/* Exact while few; then about that, in any order and however often. */
static void
distinct(void)
{
	struct distinct d = { .n = 0 };
	bool exact;

	CHECK(distinct_count(&d, &exact) == 0 && exact);
	for (uint64_t k = 0; k < 3 * (DISTINCT_MAX - 1); k++)
		distinct_add(&d, hash_u64(k % (DISTINCT_MAX - 1)));
	CHECK(distinct_count(&d, &exact) == DISTINCT_MAX - 1 && exact);
	for (uint64_t k = 0; k < 1000000; k++)
		distinct_add(&d, hash_u64(k * 7 % 100000));
	CHECK(distinct_count(&d, &exact) > 93000 && !exact);
	CHECK(distinct_count(&d, &exact) < 107000);
	distinct_free(&d);
}

int
main(void)
{
	slices();
	base64();
	bytes();
	fields();
	arenas();
	maps();
	distinct();
	pools();
	return unit_done();
}
