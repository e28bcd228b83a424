/*
 * A parsed answer takes some hundred bytes a value, however short that is: what
 * would be too much is refused before it is parsed.
 */
#include "remote/server.h"

/* Behind the closing quote; `at` is behind the opening one. */
static size_t
skip_text(struct str s, size_t at)
{
	while (at < s.n && s.p[at] != '"')
		at += s.p[at] == '\\' ? 2 : 1;
	return at + 1;
}

int
server_weigh(struct str s, struct err *e)
{
	size_t values = 1;
	unsigned depth = 0;

	for (size_t i = 0; i < s.n; i++) {
		switch (s.p[i]) {
		case '"':
			i = skip_text(s, i + 1) - 1;
			break;
		case '{':
		case '[':
			depth++;
			values++;
			break;
		case '}':
		case ']':
			depth -= depth > 0;
			break;
		case ',':
			values++;
		}
		if (depth > SERVER_DEPTH_MAX)
			return err_set(e, ERR_LIMIT, "the answer is nested "
			    "over %u deep", SERVER_DEPTH_MAX);
	}
	return values <= SERVER_VALUES_MAX ? 0 : err_set(e, ERR_LIMIT, "an "
	    "answer of over %zu values", SERVER_VALUES_MAX);
}
