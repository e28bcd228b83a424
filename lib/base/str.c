#include "base/str.h"

int
str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int d = n > 0 ? memcmp(a.p, b.p, n) : 0;

	if (d != 0)
		return d;
	return a.n < b.n ? -1 : a.n > b.n;
}

size_t
str_find(struct str s, struct str needle)
{
	if (needle.n == 0)
		return 0;
	const char *at = s.n > 0 ? memmem(s.p, s.n, needle.p, needle.n) : NULL;

	return at ? (size_t)(at - s.p) : s.n + 1;
}

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct str
str_trim(struct str s)
{
	while (s.n > 0 && blank(s.p[s.n - 1]))
		s.n--;
	while (s.n > 0 && blank(s.p[0]))
		s = str_skip(s, 1);
	return s;
}

bool
str_cut(struct str *rest, char sep, struct str *part)
{
	if (rest->n == 0)
		return false;
	const char *at = memchr(rest->p, sep, rest->n);
	size_t n = at ? (size_t)(at - rest->p) : rest->n;

	*part = str_mk(rest->p, n);
	*rest = str_skip(*rest, at ? n + 1 : n);
	return true;
}

void
str_hex(char *out, const void *p, size_t n)
{
	static const char digit[] = "0123456789abcdef";
	const uint8_t *b = p;

	for (size_t i = 0; i < n; i++) {
		*out++ = digit[b[i] >> 4];
		*out++ = digit[b[i] & 15];
	}
	*out = '\0';
}

static int
unhex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

ptrdiff_t
str_unhex(void *out, size_t max, struct str hex)
{
	uint8_t *o = out;

	if (hex.n % 2 != 0 || hex.n / 2 > max)
		return -1;
	for (size_t i = 0; i < hex.n; i += 2) {
		int hi = unhex(hex.p[i]), lo = unhex(hex.p[i + 1]);

		if (hi < 0 || lo < 0)
			return -1;
		*o++ = (uint8_t)(hi << 4 | lo);
	}
	return (ptrdiff_t)(hex.n / 2);
}

unsigned
str_utf8(struct str s)
{
	const uint8_t *p = (const uint8_t *)s.p;
	unsigned n;

	if (s.n == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || s.n < n)
		return 0;
	for (unsigned i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

unsigned
str_rune(struct str s, uint32_t *r)
{
	static const uint8_t first[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	unsigned n = str_utf8(s);

	*r = 0xfffd;
	if (n == 0)
		return s.n > 0;
	*r = (uint8_t)s.p[0] & first[n];
	for (unsigned i = 1; i < n; i++)
		*r = *r << 6 | ((uint8_t)s.p[i] & 0x3f);
	return n;
}

unsigned
str_put_rune(char out[4], uint32_t r)
{
	static const uint8_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	unsigned n = r < 0x80 ? 1 : r < 0x800 ? 2 : r < 0x10000 ? 3 : 4;

	for (unsigned i = n; i-- > 1; r >>= 6)
		out[i] = (char)(0x80 | (r & 0x3f));
	out[0] = (char)(lead[n] | r);
	return n;
}
