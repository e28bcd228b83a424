/* snappy: there and back, cut, flipped, and too large. */
#include "unit.h"

#include "codec/snappy.h"

/* The kind of error, ERR_NONE for success. The input has its exact size. */
static enum err_kind
unpack(struct str in, struct buf *out, size_t max)
{
	char *exact = memcpy(xmalloc(in.n), in.n > 0 ? in.p : "", in.n);
	struct err e = { 0 };
	int r;

	buf_reset(out);
	r = snappy_unpack(str_mk(exact, in.n), out, max, &e);
	free(exact);
	CHECK((r == 0) == (e.kind == ERR_NONE));
	return e.kind;
}

static void
test_round(struct str plain)
{
	struct buf z = { 0 }, out = { 0 };

	snappy_pack(&z, plain);
	CHECK(unpack(buf_str(&z), &out, plain.n) == ERR_NONE);
	CHECK(str_eq(buf_str(&out), plain));
	if (plain.n > 0)
		CHECK(unpack(buf_str(&z), &out, plain.n - 1) == ERR_LIMIT);
	for (size_t n = 0; n < z.n && n < 300; n++)
		CHECK(unpack(str_mk(z.p, n), &out, plain.n) == ERR_CORRUPT);
	buf_free(&z);
	buf_free(&out);
}

/* By the format's description: a length, a literal, a copy. */
static void
test_bytes(void)
{
	struct buf out = { 0 };

	CHECK(unpack(S("\x0a\x04" "ab" "\x12\x02\x00"), &out, 99) ==
	    ERR_CORRUPT);
	CHECK(unpack(S("\x07\x04" "ab" "\x12\x02\x00"), &out, 99) == ERR_NONE);
	CHECK(str_eq(buf_str(&out), S("abababa")));
	/* a gigabyte, it says */
	CHECK(unpack(S("\x80\x80\x80\x80\x04\x00" "a"), &out, SIZE_MAX) ==
	    ERR_CORRUPT);
	buf_free(&out);
}

static void
test_flips(void)
{
	struct str plain = S("level=info msg=\"one line\" level=info msg=two");
	struct buf z = { 0 }, out = { 0 };
	size_t refused = 0;

	snappy_pack(&z, plain);
	for (size_t bit = 0; bit < z.n * 8; bit++) {
		z.p[bit / 8] ^= (char)(1 << bit % 8);
		if (unpack(buf_str(&z), &out, 1 << 20) != ERR_NONE)
			refused++;
		else	/* no checksum: other bytes, but as many */
			CHECK(out.n == plain.n &&
			    !str_eq(buf_str(&out), plain));
		z.p[bit / 8] ^= (char)(1 << bit % 8);
	}
	CHECK(refused > 0);
	buf_free(&z);
	buf_free(&out);
}

int
main(void)
{
	static char many[200000];

	for (size_t i = 0; i < sizeof many; i++)
		many[i] = (char)("0123456789 abc"[i * i % 14]);
	test_round(S(""));
	test_round(S("a"));
	test_round(str_mk(many, 1000));
	test_round(str_mk(many, sizeof many));
	memset(many, 'x', sizeof many);	/* as dense as it gets */
	test_round(str_mk(many, sizeof many));
	test_bytes();
	test_flips();
	return unit_done();
}
