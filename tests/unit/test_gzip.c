/* gzip: what is inflated, and what is refused. */
#include "unit.h"

#include <zlib.h>

#include "codec/gzip.h"

static void
deflate_to(struct buf *b, struct str plain)
{
	z_stream z = { 0 };

	CHECK(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8,
	    Z_DEFAULT_STRATEGY) == Z_OK);
	size_t room = deflateBound(&z, plain.n) + 64;

	z.next_in = (Bytef *)(uintptr_t)plain.p;
	z.avail_in = (uInt)plain.n;
	z.next_out = (Bytef *)buf_extend(b, room);
	z.avail_out = (uInt)room;
	CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
	b->n -= z.avail_out;
	deflateEnd(&z);
}

/* The kind of error, ERR_NONE for success. The input has its exact size. */
static enum err_kind
inflate_from(struct str in, struct buf *out, size_t max)
{
	char *exact = memcpy(xmalloc(in.n), in.n > 0 ? in.p : "", in.n);
	struct err e = { 0 };
	int r;

	buf_reset(out);
	r = gzip_inflate(str_mk(exact, in.n), out, max, &e);
	free(exact);
	CHECK((r == 0) == (e.kind == ERR_NONE));
	return e.kind;
}

static void
test_round(struct str plain)
{
	struct buf z = { 0 }, out = { 0 };

	deflate_to(&z, plain);
	CHECK(inflate_from(buf_str(&z), &out, plain.n) == ERR_NONE);
	CHECK(str_eq(buf_str(&out), plain));
	if (plain.n > 0)
		CHECK(inflate_from(buf_str(&z), &out, plain.n - 1) ==
		    ERR_LIMIT);
	buf_free(&z);
	buf_free(&out);
}

static void
test_broken(void)
{
	struct buf z = { 0 }, out = { 0 };
	struct str plain = S("a small message, a small message, and its end");

	deflate_to(&z, plain);
	for (size_t n = 0; n < z.n; n++)
		CHECK(inflate_from(str_mk(z.p, n), &out, 1000) ==
		    ERR_CORRUPT);
	for (size_t bit = 0; bit < z.n * 8; bit++) {
		z.p[bit / 8] ^= (char)(1 << bit % 8);
		/* time, system and padding bits mean nothing */
		if (inflate_from(buf_str(&z), &out, 1000) == ERR_NONE)
			CHECK(str_eq(buf_str(&out), plain));
		else
			CHECK(1);
		z.p[bit / 8] ^= (char)(1 << bit % 8);
	}
	buf_adds(&z, S("x"));
	CHECK(inflate_from(buf_str(&z), &out, 1000) == ERR_CORRUPT);
	buf_free(&z);
	buf_free(&out);
}

static void
test_members(void)
{
	struct buf z = { 0 }, out = { 0 };

	deflate_to(&z, S("one "));
	deflate_to(&z, S("two"));
	CHECK(inflate_from(buf_str(&z), &out, 7) == ERR_NONE);
	CHECK(str_eq(buf_str(&out), S("one two")));
	CHECK(inflate_from(buf_str(&z), &out, 6) == ERR_LIMIT);
	buf_free(&z);
	buf_free(&out);
}

/* 100 MB of zeros: the limit is what it may cost. */
static void
test_bomb(void)
{
	struct buf z = { 0 }, out = { 0 };
	size_t n = (size_t)100 << 20;
	char *zeros = xcalloc(n, 1);

	deflate_to(&z, str_mk(zeros, n));
	free(zeros);
	CHECK(inflate_from(buf_str(&z), &out, 1 << 20) == ERR_LIMIT);
	CHECK(out.cap <= 4 << 20);
	buf_free(&z);
	buf_free(&out);
}

int
main(void)
{
	char big[300000];

	for (size_t i = 0; i < sizeof big; i++)
		big[i] = (char)(i * i >> 7);
	test_round(S(""));
	test_round(S("x"));
	test_round(str_mk(big, sizeof big));
	test_broken();
	test_members();
	test_bomb();
	return unit_done();
}
