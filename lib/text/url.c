#include "text/url.h"

void
url_encode(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if ((c >= '0' && c <= '9') || ((c | 32) >= 'a' &&
		    (c | 32) <= 'z') || (c && strchr("-_.~", c)))
			buf_u8(b, (uint8_t)c);
		else if (c == ' ')
			buf_u8(b, '+');
		else
			buf_addf(b, "%%%02X", (unsigned)(uint8_t)c);
	}
}

int
url_decode(struct buf *b, struct str s, struct err *e)
{
	for (size_t i = 0; i < s.n; i++) {
		struct str bad = str_skip(s, i);
		uint8_t byte = (uint8_t)s.p[i];

		if (byte == '%') {
			if (bad.n > 3)
				bad.n = 3;
			if (bad.n < 3 || str_unhex(&byte, 1, str_mk(bad.p + 1,
			    2)) != 1)
				return err_set(e, ERR_QUERY, "invalid URL "
				    "escape \"%.*s\"", PS(bad));
			i += 2;
		} else if (byte == '+')
			byte = ' ';
		buf_u8(b, byte);
	}
	return 0;
}
