/* Codings: what is inflated, and what is refused. */
#include "unit.h"

#include <zlib.h>
#include <zstd.h>

#include "codec/gzip.h"
#include "codec/zstd.h"

enum form { GZIP, ZLIB, BARE, ZSTD, FORMS };

static void
zstd_to(struct buf *b, struct str plain)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();
	size_t room = ZSTD_compressBound(plain.n), r;
	char *p = buf_extend(b, room);

	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
	r = ZSTD_compress2(c, p, room, plain.p, plain.n);
	CHECK(!ZSTD_isError(r));
	b->n -= room - r;
	ZSTD_freeCCtx(c);
}

static void
pack(enum form form, struct buf *b, struct str plain)
{
	static const int wrapper[] = { 15 + 16, 15, -15 };
	z_stream z = { 0 };

	if (form == ZSTD) {
		zstd_to(b, plain);
		return;
	}
	CHECK(deflateInit2(&z, 6, Z_DEFLATED, wrapper[form], 8,
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
inflate_from(enum form form, struct str in, struct buf *out, size_t max)
{
	static int (*const inflaters[])(struct str, struct buf *, size_t,
	    struct err *) = { gzip_inflate, zlib_inflate, zlib_inflate,
	    zstd_inflate };
	char *exact = memcpy(xmalloc(in.n), in.n > 0 ? in.p : "", in.n);
	struct err e = { 0 };
	int r;

	buf_reset(out);
	r = inflaters[form](str_mk(exact, in.n), out, max, &e);
	free(exact);
	CHECK((r == 0) == (e.kind == ERR_NONE));
	return e.kind;
}

static void
test_round(enum form form, struct str plain)
{
	struct buf z = { 0 }, out = { 0 };

	pack(form, &z, plain);
	CHECK(inflate_from(form, buf_str(&z), &out, plain.n) == ERR_NONE);
	CHECK(str_eq(buf_str(&out), plain));
	if (plain.n > 0)
		CHECK(inflate_from(form, buf_str(&z), &out, plain.n - 1) ==
		    ERR_LIMIT);
	buf_free(&z);
	buf_free(&out);
}

static void
test_broken(enum form form)
{
	struct buf z = { 0 }, out = { 0 };
	struct str plain = S("a small message, a small message, and its end");

	pack(form, &z, plain);
	for (size_t n = 0; n < z.n; n++)
		CHECK(inflate_from(form, str_mk(z.p, n), &out, 1000) ==
		    ERR_CORRUPT);
	for (size_t bit = 0; bit < z.n * 8; bit++) {
		z.p[bit / 8] ^= (char)(1 << bit % 8);
		/* time, system and padding bits mean nothing */
		if (inflate_from(form, buf_str(&z), &out, 1000) == ERR_NONE &&
		    form != BARE)	/* which has no check */
			CHECK(str_eq(buf_str(&out), plain));
		else
			CHECK(1);
		z.p[bit / 8] ^= (char)(1 << bit % 8);
	}
	buf_adds(&z, S("x"));
	CHECK(inflate_from(form, buf_str(&z), &out, 1000) == ERR_CORRUPT);
	buf_free(&z);
	buf_free(&out);
}

static void
test_members(enum form form)
{
	struct buf z = { 0 }, out = { 0 };

	pack(form, &z, S("one "));
	pack(form, &z, S("two"));
	CHECK(inflate_from(form, buf_str(&z), &out, 7) == ERR_NONE);
	CHECK(str_eq(buf_str(&out), S("one two")));
	CHECK(inflate_from(form, buf_str(&z), &out, 6) == ERR_LIMIT);
	buf_free(&z);
	buf_free(&out);
}

/* 100 MB of zeros: the limit is what it may cost. */
static void
test_bomb(enum form form)
{
	struct buf z = { 0 }, out = { 0 };
	size_t n = (size_t)100 << 20;
	char *zeros = xcalloc(n, 1);

	pack(form, &z, str_mk(zeros, n));
	free(zeros);
	CHECK(inflate_from(form, buf_str(&z), &out, 1 << 20) == ERR_LIMIT);
	CHECK(out.cap <= 4 << 20);
	if (form == ZSTD)
		CHECK(zstd_claim(buf_str(&z)) == n);
	buf_free(&z);
	buf_free(&out);
}

int
main(void)
{
	char big[300000];

	for (size_t i = 0; i < sizeof big; i++)
		big[i] = (char)(i * i >> 7);
	for (enum form form = 0; form < FORMS; form++) {
		test_round(form, S(""));
		test_round(form, S("x"));
		test_round(form, str_mk(big, sizeof big));
		test_broken(form);
		if (form == GZIP || form == ZSTD)
			test_members(form);
		test_bomb(form);
	}
	return unit_done();
}
