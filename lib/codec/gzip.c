#include "codec/gzip.h"

#include <limits.h>
#include <zlib.h>

#define STEP	((size_t)64 << 10)

/* Room for the next step; `left` more bytes are allowed. */
static void
make_room(z_stream *z, struct buf *out, size_t left)
{
	size_t room;

	buf_reserve(out, STEP);
	room = out->cap - out->n;
	/* one byte past the limit tells "just fits" from "too much" */
	if (room > left + 1)
		room = left + 1;
	if (room > UINT_MAX)
		room = UINT_MAX;
	z->next_out = (Bytef *)out->p + out->n;
	z->avail_out = (uInt)room;
}

/* One member: 0 at its end. */
static int
member(z_stream *z, struct buf *out, size_t start, size_t max, struct err *e)
{
	int r;

	do {
		uInt room;

		make_room(z, out, max - (out->n - start));
		room = z->avail_out;
		r = inflate(z, Z_NO_FLUSH);
		out->n += room - z->avail_out;
		if (out->n - start > max)
			return err_set(e, ERR_LIMIT,
			    "inflates to more than %zu bytes", max);
		if (r == Z_MEM_ERROR)
			die("out of memory: inflate");
		if (r == Z_BUF_ERROR || (r == Z_OK && z->avail_in == 0 &&
		    z->avail_out > 0))
			return err_set(e, ERR_CORRUPT, "cut short");
		if (r != Z_OK && r != Z_STREAM_END)
			return err_set(e, ERR_CORRUPT, "%s",
			    z->msg ? z->msg : "damaged");
	} while (r != Z_STREAM_END);
	return 0;
}

/* All of `in`: of several members, where the wrapper has such. */
static int
whole(struct str in, int wrapper, bool several, struct buf *out, size_t max,
    struct err *e)
{
	z_stream z = { 0 };
	size_t start = out->n;
	int r;

	if (in.n > UINT_MAX)
		return err_set(e, ERR_LIMIT, "%zu bytes", in.n);
	if (inflateInit2(&z, wrapper) != Z_OK)
		die("out of memory: inflate");
	z.next_in = (z_const Bytef *)(uintptr_t)in.p;
	z.avail_in = (uInt)in.n;
	do
		r = member(&z, out, start, max, e);
	while (r == 0 && several && z.avail_in > 0 &&
	    inflateReset(&z) == Z_OK);
	if (r == 0 && z.avail_in > 0)
		r = err_set(e, ERR_CORRUPT, "bytes after its end");
	inflateEnd(&z);
	return r;
}

int
gzip_inflate(struct str in, struct buf *out, size_t max, struct err *e)
{
	/* 16: gzip's wrapper and no other */
	return whole(in, 15 + 16, true, out, max, e) == 0 ? 0 :
	    err_in(e, "gzip");
}

/* RFC 1950, 2.2: the method, and a check over both bytes. */
static bool
has_zlib_head(struct str in)
{
	const uint8_t *p = (const uint8_t *)in.p;

	return in.n >= 2 && (p[0] & 15) == Z_DEFLATED && p[0] >> 4 <= 7 &&
	    (p[0] << 8 | p[1]) % 31 == 0;
}

int
zlib_inflate(struct str in, struct buf *out, size_t max, struct err *e)
{
	return whole(in, has_zlib_head(in) ? 15 : -15, false, out, max,
	    e) == 0 ? 0 : err_in(e, "deflate");
}

/* zlib counts in unsigned int: what is longer goes in steps. */
static uInt
step_of(size_t n)
{
	return n > UINT_MAX ? UINT_MAX : (uInt)n;
}

void
gzip_deflate(struct str in, struct buf *out, int level)
{
	z_stream z = { 0 };
	size_t left = in.n;
	int r;

	if (deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8,
	    Z_DEFAULT_STRATEGY) != Z_OK)
		die("out of memory: deflate");
	buf_reserve(out, in.n / 4 + STEP);
	z.next_in = (z_const Bytef *)(uintptr_t)in.p;
	do {
		uInt given = step_of(left), room;

		buf_reserve(out, STEP);
		room = step_of(out->cap - out->n);
		z.avail_in = given;
		z.next_out = (Bytef *)out->p + out->n;
		z.avail_out = room;
		r = deflate(&z, given == left ? Z_FINISH : Z_NO_FLUSH);
		left -= given - z.avail_in;
		out->n += room - z.avail_out;
	} while (r != Z_STREAM_END);
	deflateEnd(&z);
}
