#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"

#define LARGE	((size_t)16 << 20)	/* grows by less from here */

void
buf_reserve(struct buf *b, size_t more)
{
	if (more <= b->cap - b->n)
		return;
	if (more > SIZE_MAX / 4 - b->n)
		die("out of memory: %zu bytes", more);
	size_t cap = b->cap == 0 ? 256 : b->cap < LARGE ? b->cap * 2 :
	    b->cap + b->cap / 4;

	if (cap < b->n + more)
		cap = b->n + more;
	b->p = xrealloc(b->p, cap, 1);
	b->cap = cap;
}

char *
buf_extend(struct buf *b, size_t n)
{
	buf_reserve(b, n);
	b->n += n;
	return b->p + b->n - n;
}

void
buf_add(struct buf *b, const void *p, size_t n)
{
	if (n > 0)
		memcpy(buf_extend(b, n), p, n);
}

void
buf_adds(struct buf *b, struct str s)
{
	buf_add(b, s.p, s.n);
}

void
buf_sized(struct buf *b, struct str s)
{
	buf_varint(b, s.n);
	buf_adds(b, s);
}

void
buf_addv(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	buf_reserve(b, (size_t)n + 1);
	vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
	b->n += (size_t)n;
}

void
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_addv(b, fmt, ap);
	va_end(ap);
}

static void
add_le(struct buf *b, uint64_t v, unsigned n)
{
	uint8_t *p = (uint8_t *)buf_extend(b, n);

	for (unsigned i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

void
buf_u16(struct buf *b, uint16_t v)
{
	add_le(b, v, 2);
}

void
buf_u32(struct buf *b, uint32_t v)
{
	add_le(b, v, 4);
}

void
buf_u64(struct buf *b, uint64_t v)
{
	add_le(b, v, 8);
}

void
buf_varint(struct buf *b, uint64_t v)
{
	uint8_t t[10];
	unsigned n = 0;

	for (; v > 0x7f; v >>= 7)
		t[n++] = (uint8_t)(v | 0x80);
	t[n++] = (uint8_t)v;
	buf_add(b, t, n);
}

/* printf was half of the instructions of an answer in JSON. */
void
buf_digits(struct buf *b, uint64_t v)
{
	static const char pair[] =
	    "0001020304050607080910111213141516171819"
	    "2021222324252627282930313233343536373839"
	    "4041424344454647484950515253545556575859"
	    "6061626364656667686970717273747576777879"
	    "8081828384858687888990919293949596979899";
	char out[20], *p = out + sizeof out;

	for (; v >= 10; v /= 100)
		memcpy(p -= 2, pair + v % 100 * 2, 2);
	if (v > 0 || p == out + sizeof out)
		*--p = (char)('0' + v);
	buf_add(b, p, (size_t)(out + sizeof out - p));
}

void
buf_free(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ 0 };
}
