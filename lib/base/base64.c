#include "base/base64.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "abcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64_put(struct buf *b, struct str s)
{
	const uint8_t *p = (const uint8_t *)s.p;

	for (size_t i = 0; i < s.n; i += 3) {
		size_t n = s.n - i;
		uint32_t v = (uint32_t)p[i] << 16 |
		    (n > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
		    (n > 2 ? p[i + 2] : 0);
		char *out = buf_extend(b, 4);

		out[0] = letters[v >> 18];
		out[1] = letters[v >> 12 & 63];
		out[2] = n > 1 ? letters[v >> 6 & 63] : '=';
		out[3] = n > 2 ? letters[v & 63] : '=';
	}
}

static int
letter(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

int
base64_read(struct buf *b, struct str text)
{
	uint32_t v = 0;
	unsigned bits = 0;

	if (text.n > 0 && text.n % 4 == 0)
		for (unsigned pad = 0; pad < 2 &&
		    text.p[text.n - 1] == '='; pad++)
			text.n--;
	if (text.n % 4 == 1)
		return -1;
	for (size_t i = 0; i < text.n; i++) {
		int l = letter(text.p[i]);

		if (l < 0)
			return -1;
		v = v << 6 | (uint32_t)l;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			buf_u8(b, (uint8_t)(v >> bits));
		}
	}
	return 0;
}
