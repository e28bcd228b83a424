#include <math.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/hash.h"
#include "codec/bits.h"
#include "codec/crc.h"
#include "codec/filter.h"
#include "codec/floats.h"
#include "codec/ints.h"
#include "codec/intsform.h"
#include "codec/nulls.h"
#include "codec/zstd.h"
#include "unit.h"

#define N 5000u

static uint64_t state = 88172645463325252u;
static unsigned stepped;	/* single numbers out of steps */

static uint64_t
rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	return state ^= state << 17;
}

static void
crc(void)
{
	char text[300], *large = xmalloc(10000);

	/* RFC 3720 B.4 */
	CHECK(crc32c(0, "123456789", 9) == 0xe3069283);
	CHECK(crc32c_plain(0, "123456789", 9) == 0xe3069283);
	memset(text, 0, 32);
	CHECK(crc32c(0, text, 32) == 0x8a9136aa);
	for (unsigned k = 0; k < sizeof text; k++)
		text[k] = (char)rnd();
	for (unsigned k = 0; k < sizeof text; k++) {
		CHECK(crc32c(0, text, k) == crc32c_plain(0, text, k));
		CHECK(crc32c(crc32c(0, text, k), text + k,
		    sizeof text - k) == crc32c(0, text, sizeof text));
	}
	/* where the hardware's way goes in lanes, and around it */
	for (unsigned k = 0; k < 10000; k++)
		large[k] = (char)rnd();
	for (unsigned k = 3000; k < 10000; k += 1 + k % 37)
		CHECK(crc32c(k, large, k) == crc32c_plain(k, large, k));
	free(large);
}

static void
bits(void)
{
	uint64_t v[100], got[100];
	uint32_t got32[100];

	for (unsigned w = 0; w <= 64; w++)
		for (uint32_t n = 1; n <= 100; n += 9) {
			struct buf b = { 0 };
			uint32_t bad = 0;

			for (uint32_t k = 0; k < n; k++)
				v[k] = w == 0 ? 0 : rnd() >> (64 - w);
			bits_pack(&b, v, n, w);
			CHECK(b.n == BITS_BYTES(n, w));
			uint8_t *exact = memcpy(xmalloc(b.n + 1), b.p ?
			    b.p : "", b.n);

			exact = xrealloc(exact, b.n > 0 ? b.n : 1, 1);
			CHECK(bits_unpack64(exact, n, w, got));
			for (uint32_t k = 0; k < n; k++)
				bad += got[k] != v[k];
			if (w <= 32)
				CHECK(bits_unpack32(exact, n, w, got32));
			for (uint32_t k = 0; w <= 32 && k < n; k++)
				bad += got32[k] != v[k];
			CHECK(bad == 0);
			if (n * w % 8 != 0) {
				exact[b.n - 1] |= 0x80;
				CHECK(!bits_unpack64(exact, n, w, got));
			}
			free(exact);
			buf_free(&b);
		}
}

/* Single numbers are those of the whole run, or its form has none. */
static void
seek(struct str all, const uint64_t *v, uint32_t n)
{
	uint8_t form = (uint8_t)*all.p;
	bool none = form == INTS_LOG || form == INTS_RUNS;
	struct ints_seek s;
	uint32_t bad = 0;
	int r = ints_seek(&s, all, n);

	CHECK(form == INTS_DELTA ? r == 0 || r == 1 : r == !none);
	for (uint32_t i = 0; r == 1 && i < n; i++)
		bad += ints_seek_at(&s, i) != v[i];
	CHECK(bad == 0);
	CHECK(r == 0 || ints_seek(&s, str_mk(all.p, all.n - 1), n) == -1);
	stepped += r == 1 && form == INTS_DELTA;
}

/* Neighbours that are equal come as one, all of them. */
static void
runs(struct str all, const uint64_t *v, uint32_t n)
{
	struct cur c = cur_of(all);
	uint64_t *value, *len;
	uint32_t k = ints_runs(&c, n, &value, &len), at = 0, bad = 0;

	CHECK(n == 0 || (k > 0 && cur_left(&c) == 0));
	for (uint32_t r = 0; r < k; r++)
		for (uint64_t i = 0; i < len[r]; i++, at++)
			bad += at >= n || v[at] != value[r];
	CHECK(bad == 0 && (k == 0 || at == n));
	c = cur_of(str_mk(all.p, all.n - 1));
	CHECK(ints_runs(&c, n, &value, &len) == 0);
}

/* Packs and reads again, both ways; every cut is refused. Gives the size. */
static size_t
run(const uint64_t *v, uint32_t n, bool cut, uint8_t *form)
{
	struct buf b = { 0 };
	struct cuts cuts = { 0 };
	uint64_t *t = xmalloc((n + 1) * sizeof *t), all = 0;
	uint32_t *h = xmalloc((n + 1) * sizeof *h), bad = 0;
	struct cur c;
	size_t size;

	memcpy(t, v, n * sizeof *t);
	ints_pack(&b, t, n, cut ? &cuts : NULL);
	char *exact = memcpy(xmalloc(b.n), b.p, b.n);

	c = cur_of(str_mk(exact, b.n));
	CHECK(ints_unpack64(&c, t, n) && cur_left(&c) == 0);
	for (uint32_t k = 0; k < n; k++) {
		bad += t[k] != v[k];
		all |= v[k];
	}
	c = cur_of(str_mk(exact, b.n));
	CHECK(ints_unpack32(&c, h, n) == (all >> 32 == 0));
	for (uint32_t k = 0; all >> 32 == 0 && k < n; k++)
		bad += h[k] != v[k];
	CHECK(bad == 0);
	for (size_t at = 0; at < b.n; at += 1 + b.n / 300) {
		char *less = memcpy(xmalloc(at + 1), exact, at);

		c = cur_of(str_mk(less, at));
		bad += ints_unpack64(&c, t, n);
		free(less);
	}
	CHECK(bad == 0);
	for (uint32_t k = 0; k < cuts.n; k++)
		CHECK(cuts.at[k] <= b.n);
	seek(str_mk(exact, b.n), v, n);
	runs(str_mk(exact, b.n), v, n);
	*form = (uint8_t)exact[0];
	size = b.n;
	free(exact);
	free(t);
	free(h);
	buf_free(&b);
	return size;
}

static void
ints(void)
{
	static uint64_t v[N];
	uint8_t form;
	unsigned seen = 0;

	for (unsigned shape = 0; shape < 15; shape++) {
		for (uint32_t k = 0; k < N; k++)
			switch (shape) {
			case 0: v[k] = 42; break;
			case 1: v[k] = (uint64_t)-7; break;
			case 2: v[k] = rnd(); break;
			case 3: v[k] = rnd() % 200; break;
			case 4: v[k] = 1000 * (rnd() % 100000); break;
			case 5: v[k] = UINT64_C(1) << 60 | k << 12 |
			    rnd() % 4000; break;
			case 6: v[k] = k / 100; break;
			case 7: v[k] = rnd() >> rnd() % 50; break;
			case 8: v[k] = rnd() % 20 * 1234567; break;
			case 9: v[k] = rnd() & 1 ? INT64_MIN : INT64_MAX;
				break;
			case 10: v[k] = -(uint64_t)(rnd() % 3); break;
			case 11: v[k] = k; break;
			case 12: v[k] = rnd() >> (6 + rnd() % 58); break;
			case 13: v[k] = (rnd() >> rnd() % 64) + k; break;
			case 14: v[k] = k == 0 ? 7 : v[k - 1] + 1000 *
			    (rnd() % 20 ? 3 : rnd() % 200); break;
			}
		for (uint32_t n = 1; n <= N; n = n * 3 + 1) {
			run(v, n, false, &form);
			seen |= 1u << form;
			run(v, n, true, &form);
			seen |= 1u << form;
		}
		run(v, N, true, &form);
		seen |= 1u << form;
	}
	CHECK(seen == 0xff);	/* every form was used */
	CHECK(stepped > 0);
	for (uint32_t k = 0; k < N; k++)
		v[k] = 1700000000000000000 + k * 1000;
	CHECK(run(v, N, true, &form) < 40);
}

static void
ints_bad(void)
{
	uint64_t out[64], *value, *len;
	struct ints_seek one;

	/* whatever the bytes, nothing is read or written past the ends */
	for (unsigned k = 0; k < 200000; k++) {
		uint32_t n = (uint32_t)(rnd() % 40), cut = 0;
		char *p = xmalloc(n + 1);
		struct cur c = cur_of(str_mk(p, n));

		for (uint32_t i = 0; i < n; i++)
			p[i] = (char)(i < 6 ? rnd() % 10 : rnd());
		cut += ints_unpack64(&c, out, 64);
		c = cur_of(str_mk(p, n));
		cut += floats_unpack(&c, out, 64);
		if (ints_seek(&one, str_mk(p, n), 64) == 1)
			for (uint32_t i = 0; i < 64; i++)
				out[i] = ints_seek_at(&one, i);
		c = cur_of(str_mk(p, n));
		cut += ints_runs(&c, 64, &value, &len) > 0;
		c = cur_of(str_mk(p, n));
		cut += nulls_unpack(&c, out, 100, &n);
		free(p);
		if (cut > 5)
			CHECK(!"counts");
	}
}

static void
floats(void)
{
	static uint64_t v[N], t[N];
	struct buf b = { 0 };

	for (unsigned shape = 0; shape < 5; shape++) {
		for (uint32_t k = 0; k < N; k++) {
			double d = shape == 0 ? (double)(rnd() % 1000) :
			    shape == 1 ? (double)(rnd() % 100000) / 1000 :
			    shape == 2 ? sqrt((double)k) :
			    shape == 3 ? (k % 5 == 0 ? NAN : k % 5 == 1 ?
			    -0.0 : k % 5 == 2 ? INFINITY : 1e300) :
			    -(double)(1 + rnd() % 100) / 8;

			memcpy(&v[k], &d, sizeof d);
		}
		memcpy(t, v, sizeof t);
		buf_reset(&b);
		floats_pack(&b, t, N, NULL);
		CHECK((uint8_t)b.p[0] == (shape == 0 ? 0 : shape == 1 ||
		    shape == 4 ? 3 : FLOATS_RAW));
		struct cur c = cur_of(buf_str(&b));

		CHECK(floats_unpack(&c, t, N) && cur_left(&c) == 0);
		CHECK(memcmp(v, t, sizeof t) == 0);
	}
	buf_free(&b);
}

static void
nulls(void)
{
	uint64_t v[80], got[80];

	for (uint32_t rows = 1; rows < 5000; rows += 1 + rows / 7)
		for (unsigned every = 1; every < 200; every = every * 3) {
			struct buf b = { 0 };
			uint32_t set = 0, found;
			struct cur c;

			memset(v, 0, sizeof v);
			for (uint32_t r = 0; r < rows; r++)
				if (rnd() % every == 0) {
					v[r / 64] |= UINT64_C(1) << r % 64;
					set++;
				}
			nulls_pack(&b, v, rows);
			c = cur_of(buf_str(&b));
			CHECK(nulls_unpack(&c, got, rows, &found));
			CHECK(cur_left(&c) == 0 && found == set);
			CHECK(memcmp(v, got, (rows + 63) / 64 * 8) == 0);
			c = cur_of(str_mk(b.p, b.n - 1));
			CHECK(!nulls_unpack(&c, got, rows, &found));
			buf_free(&b);
		}
}

static void
filter(void)
{
	size_t size = filter_size(N);
	uint8_t *p = xcalloc(size, 1);
	unsigned missed = 0, wrong = 0;

	for (uint64_t k = 0; k < N; k++)
		filter_add(p, size, hash_bytes(&k, sizeof k));
	for (uint64_t k = 0; k < N; k++)
		missed += !filter_may(str_mk(p, size),
		    hash_bytes(&k, sizeof k));
	for (uint64_t k = N; k < 4 * N; k++)
		wrong += filter_may(str_mk(p, size),
		    hash_bytes(&k, sizeof k));
	CHECK(missed == 0);
	CHECK(wrong < 3 * N / 50);
	CHECK(filter_may(str_mk(p, 31), 5));
	free(p);
}

static void
zstd(void)
{
	struct buf b = { 0 };
	char text[1000], got[1000];
	struct err e = { 0 };

	memset(text, 'x', sizeof text);
	CHECK(zstd_pack(&b, str_mk(text, sizeof text), 1));
	CHECK(zstd_unpack(got, sizeof got, buf_str(&b), &e) == 0);
	CHECK(memcmp(text, got, sizeof got) == 0);
	CHECK(zstd_unpack(got, 999, buf_str(&b), &e) == -1);
	for (size_t n = 0; n < b.n; n++)
		CHECK(zstd_unpack(got, sizeof got, str_mk(b.p, n), &e) == -1);
	for (unsigned k = 0; k < sizeof text; k++)
		text[k] = (char)rnd();
	b.n = 0;
	CHECK(!zstd_pack(&b, str_mk(text, sizeof text), 3) && b.n == 0);
	buf_free(&b);
}

int
main(void)
{
	crc();
	bits();
	ints();
	ints_bad();
	floats();
	nulls();
	filter();
	zstd();
	return unit_done();
}
