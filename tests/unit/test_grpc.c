/* gRPC's framing and small encodings. */
#include "unit.h"

#include "net/grpc.h"

/* Feeds `data` in pieces of `step`; the message, or -1 and the code. */
static int
feed(struct str data, size_t step, size_t max, struct buf *msg,
    struct grpc_in *in)
{
	*in = (struct grpc_in){ .max = max };
	buf_reset(msg);
	while (data.n > 0) {
		size_t n = step < data.n ? step : data.n;
		struct str piece = str_mk(data.p, n), part;
		int r;

		data = str_skip(data, n);
		while ((r = grpc_in_next(in, &piece, &part)) == 1)
			buf_adds(msg, part);
		if (r == -1)
			return -1;
	}
	return grpc_in_end(in);
}

static void
test_framing(void)
{
	static const char good[] = "\0\0\0\0\13hello world";
	struct str all = str_mk(good, sizeof good - 1);
	struct buf msg = { 0 };
	struct grpc_in in;

	for (size_t step = 1; step <= all.n; step++) {
		CHECK(feed(all, step, 11, &msg, &in) == 0);
		CHECK(str_eq(buf_str(&msg), S("hello world")));
		CHECK(!in.compressed);
	}
	/* every cut is an end inside the message */
	for (size_t n = 0; n < all.n; n++) {
		CHECK(feed(str_mk(good, n), 3, 11, &msg, &in) == -1);
		CHECK(in.code == GRPC_INTERNAL);
	}
	CHECK(feed(all, 4, 10, &msg, &in) == -1);
	CHECK(in.code == GRPC_RESOURCE_EXHAUSTED);
	CHECK(feed(S("\0\0\0\0\1ab"), 7, 10, &msg, &in) == -1);
	CHECK(in.code == GRPC_INTERNAL);
	CHECK(feed(S("\0\0\0\0\1a\0\0\0\0\0"), 2, 10, &msg, &in) == -1);
	CHECK(in.code == GRPC_INTERNAL);
	CHECK(feed(S("\2\0\0\0\1a"), 6, 10, &msg, &in) == -1);
	CHECK(in.code == GRPC_INTERNAL);
	CHECK(feed(S("\1\0\0\0\1a"), 6, 10, &msg, &in) == 0);
	CHECK(in.compressed);
	CHECK(feed(S("\0\0\0\0\0"), 5, 0, &msg, &in) == 0);
	CHECK(msg.n == 0);
	CHECK(feed(S("\0\377\377\377\377"), 5, 64, &msg, &in) == -1);
	CHECK(in.code == GRPC_RESOURCE_EXHAUSTED);
	buf_free(&msg);
}

static void
test_head(void)
{
	uint8_t head[5];

	grpc_head(head, true, 0x01020304);
	CHECK(memcmp(head, "\1\1\2\3\4", 5) == 0);
}

static void
test_percent(void)
{
	struct buf b = { 0 };

	grpc_percent(&b, S("50% \xc3\xa9\n~"));
	CHECK(str_eq(buf_str(&b), S("50%25 %C3%A9%0A~")));
	buf_free(&b);
}

static void
test_base64(void)
{
	static const char *const want[] = { "", "Zg", "Zm8", "Zm9v", "Zm9vYg",
		"Zm9vYmE", "Zm9vYmFy" };
	struct buf b = { 0 };

	for (size_t n = 0; n <= 6; n++) {
		buf_reset(&b);
		grpc_base64(&b, str_mk("foobar", n));
		CHECK(str_eq(buf_str(&b), str_of(want[n])));
	}
	buf_reset(&b);
	grpc_base64(&b, S("\377\377\376"));
	CHECK(str_eq(buf_str(&b), S("///+")));
	buf_free(&b);
}

static void
test_timeout(void)
{
	uint64_t ns = 0;

	CHECK(grpc_timeout(S("1n"), &ns) && ns == 1);
	CHECK(grpc_timeout(S("15S"), &ns) && ns == 15000000000u);
	CHECK(grpc_timeout(S("2M"), &ns) && ns == 120000000000u);
	CHECK(grpc_timeout(S("3u"), &ns) && ns == 3000);
	CHECK(grpc_timeout(S("0m"), &ns) && ns == 0);
	CHECK(grpc_timeout(S("99999999H"), &ns) && ns == UINT64_MAX);
	CHECK(!grpc_timeout(S(""), &ns));
	CHECK(!grpc_timeout(S("S"), &ns));
	CHECK(!grpc_timeout(S("1"), &ns));
	CHECK(!grpc_timeout(S("1x"), &ns));
	CHECK(!grpc_timeout(S("-1S"), &ns));
	CHECK(!grpc_timeout(S("123456789S"), &ns));
}

int
main(void)
{
	test_framing();
	test_head();
	test_percent();
	test_base64();
	test_timeout();
	return unit_done();
}
