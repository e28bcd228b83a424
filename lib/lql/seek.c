#include "lql/seek.h"

/* Whether a word that differs from line to line is in it. */
static bool
differs(struct str key, const struct seek_line *l)
{
	for (size_t i = 0; i < key.n; i++)
		if (seek_kind(l, key.p + i) != LOG_AT_TEXT)
			return true;
	return false;
}

/* As all words that differ do. */
static bool
has_digit(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= '0' && s.p[i] <= '9')
			return true;
	return false;
}

int
seek_name(struct buf *before, struct str key, const struct seek_line *l,
    struct str name)
{
	if (memchr(key.p, '\\', key.n))
		return -1;
	entry_name(before, key, before->n == 0);
	if (differs(key, l))
		return has_digit(name) ? -1 : 0;
	return str_eq(buf_str(before), name);
}

int
seek_key(struct str key, const struct seek_line *l, struct str is)
{
	if (differs(key, l))
		return has_digit(is) ? -1 : 0;
	return str_eq(key, is);
}

bool
seek_plain(struct str value)
{
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] == '\\' || (unsigned char)value.p[i] >= 0x80)
			return false;
	return true;
}
