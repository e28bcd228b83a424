#include "show/json.h"

#include <math.h>

#include "base/num.h"

static void
before(struct json *j)
{
	if (j->comma)
		buf_u8(j->b, ',');
	j->comma = true;
}

void
json_open(struct json *j, char bracket)
{
	before(j);
	buf_u8(j->b, (uint8_t)bracket);
	j->comma = false;
}

void
json_close(struct json *j, char bracket)
{
	buf_u8(j->b, (uint8_t)bracket);
	j->comma = true;
}

/* Bytes that go out as they are. */
static bool
plain(uint8_t c)
{
	return c >= 0x20 && c != '"' && c != '\\' && c < 0x7f;
}

/* Eight bytes at once: whether all are plain. */
static bool
plain8(const char *p)
{
	const uint64_t one = UINT64_C(0x0101010101010101), high = one << 7;
	uint64_t v, quote, slash, del;

	memcpy(&v, p, 8);
	quote = v ^ one * '"';
	slash = v ^ one * '\\';
	del = v ^ one * 0x7f;
	return ((v | (v - one * 0x20) | (quote - one) | (slash - one) |
	    (del - one)) & high) == 0;
}

static size_t
escaped(struct buf *b, struct str s)
{
	static const char letter[] = "btnvfr", hex[] = "0123456789abcdef";
	uint8_t c = (uint8_t)s.p[0];
	unsigned n = str_utf8(s);

	if (c == '"' || c == '\\')
		buf_add(b, (char[]){ '\\', (char)c }, 2);
	else if (c >= '\b' && c <= '\r' && c != '\v')
		buf_add(b, (char[]){ '\\', letter[c - '\b'] }, 2);
	else if (c < 0x20 || c == 0x7f)
		buf_add(b, (char[]){ '\\', 'u', '0', '0', hex[c >> 4],
		    hex[c & 15] }, 6);
	else if (c == 0xc2 && n == 2 && (uint8_t)s.p[1] < 0xa0)
		buf_add(b, (char[]){ '\\', 'u', '0', '0',
		    hex[(uint8_t)s.p[1] >> 4], hex[s.p[1] & 15] }, 6);
	else if (n > 1)
		buf_add(b, s.p, n);
	else
		buf_add(b, "\xef\xbf\xbd", 3);
	return n > 1 ? n : 1;
}

void
json_text(struct buf *b, struct str s)
{
	buf_u8(b, '"');
	for (size_t i = 0; i < s.n;) {
		size_t from = i;

		while (s.n - i >= 8 && plain8(s.p + i))
			i += 8;
		while (i < s.n && plain((uint8_t)s.p[i]))
			i++;
		if (i > from)
			buf_add(b, s.p + from, i - from);
		if (i < s.n)
			i += escaped(b, str_skip(s, i));
	}
	buf_u8(b, '"');
}

void
json_key(struct json *j, struct str key)
{
	before(j);
	json_text(j->b, key);
	buf_u8(j->b, ':');
	j->comma = false;
}

void
json_str(struct json *j, struct str s)
{
	before(j);
	json_text(j->b, s);
}

static void
signed_digits(struct buf *b, int64_t v)
{
	if (v < 0)
		buf_u8(b, '-');
	buf_digits(b, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

void
json_i64(struct json *j, int64_t v)
{
	before(j);
	signed_digits(j->b, v);
}

void
json_i64_text(struct json *j, int64_t v)
{
	before(j);
	buf_u8(j->b, '"');
	signed_digits(j->b, v);
	buf_u8(j->b, '"');
}

void
json_u64_text(struct json *j, uint64_t v)
{
	before(j);
	buf_u8(j->b, '"');
	buf_digits(j->b, v);
	buf_u8(j->b, '"');
}

void
json_f64(struct json *j, double d)
{
	char out[32];

	before(j);
	if (isnan(d))
		buf_adds(j->b, S("\"NaN\""));
	else if (isinf(d))
		buf_adds(j->b, d > 0 ? S("\"Infinity\"") : S("\"-Infinity\""));
	else
		buf_adds(j->b, str_of(num_fmt_f64(out, d)));
}

void
json_bool(struct json *j, bool v)
{
	before(j);
	buf_adds(j->b, v ? S("true") : S("false"));
}

void
json_null(struct json *j)
{
	before(j);
	buf_adds(j->b, S("null"));
}

void
json_raw(struct json *j, struct str s)
{
	before(j);
	buf_adds(j->b, s);
}
