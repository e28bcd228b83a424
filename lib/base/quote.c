#include "base/quote.h"

bool
quote_printable(uint32_t r)
{
	/* controls, blanks, marks of direction, private use, no characters */
	static const uint32_t not[][2] = { { 0, 0x1f }, { 0x7f, 0xa0 },
		{ 0xad, 0xad }, { 0x600, 0x605 }, { 0x61c, 0x61c },
		{ 0x6dd, 0x6dd }, { 0x70f, 0x70f }, { 0x1680, 0x1680 },
		{ 0x180e, 0x180e }, { 0x2000, 0x200f }, { 0x2028, 0x202f },
		{ 0x205f, 0x206f }, { 0x3000, 0x3000 }, { 0xd800, 0xf8ff },
		{ 0xfdd0, 0xfdef }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb },
		{ 0xfffe, 0xffff }, { 0xe0000, 0xe00ff },
		{ 0xe01f0, UINT32_MAX } };

	for (size_t i = 0; i < sizeof not / sizeof *not; i++)
		if (r >= not[i][0] && r <= not[i][1])
			return false;
	return true;
}

void
quote_rune(struct buf *b, struct str s, char quote)
{
	static const char from[] = "\a\b\f\n\r\t\v\\", to[] = "abfnrtv\\";
	char c = s.p[0];
	const char *k = c ? strchr(from, c) : NULL;
	uint32_t r;
	unsigned n = str_rune(s, &r);

	if (k || c == quote)
		buf_addf(b, "\\%c", k ? to[k - from] : quote);
	else if (str_utf8(s) == 0 || r < ' ' || r == 0x7f)
		buf_addf(b, "\\x%02x", (unsigned)(uint8_t)c);
	else if (quote_printable(r))
		buf_add(b, s.p, n);
	else
		buf_addf(b, r < 0x10000 ? "\\u%04x" : "\\U%08x", r);
}

void
quote_go(struct buf *b, struct str s)
{
	buf_u8(b, '"');
	while (s.n > 0) {
		unsigned n = str_utf8(s);

		quote_rune(b, s, '"');
		s = str_skip(s, n > 0 ? n : 1);
	}
	buf_u8(b, '"');
}
