/*
 * str: somebody else's bytes.
 *
 * A slice: a pointer and a length, without an owner and without a NUL at the
 * end; it may hold NULs. It lives as long as the bytes it points into.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *p;
	size_t n;
};

#define S(lit)	((struct str){ (lit), sizeof (lit) - 1 })
#define PS(s)	(int)(s).n, (s).p	/* printf("%.*s", PS(name)) */

static inline struct str
str_of(const char *z)
{
	return (struct str){ z, z ? strlen(z) : 0 };
}

static inline struct str
str_mk(const void *p, size_t n)
{
	return (struct str){ p, n };
}

static inline bool
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool
str_starts(struct str s, struct str with)
{
	return s.n >= with.n &&
	    (with.n == 0 || memcmp(s.p, with.p, with.n) == 0);
}

static inline bool
str_ends(struct str s, struct str with)
{
	return s.n >= with.n &&
	    (with.n == 0 || memcmp(s.p + s.n - with.n, with.p, with.n) == 0);
}

/* Without the first n bytes; all of it when it is shorter. */
static inline struct str
str_skip(struct str s, size_t n)
{
	return n >= s.n ? (struct str){ s.p + s.n, 0 } :
	    (struct str){ s.p + n, s.n - n };
}

/* Whether the byte is one of it. */
static inline bool
str_has(struct str s, char c)
{
	return s.n > 0 && memchr(s.p, c, s.n);
}

/* Whether there is nothing but NULs in it. */
static inline bool
str_zeros(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != 0)
			return false;
	return true;
}

/* Bytewise order: negative, zero, positive. A prefix sorts first. */
int str_cmp(struct str a, struct str b);
/* Where `needle` first occurs in `s`, or s.n + 1 if it does not. */
size_t str_find(struct str s, struct str needle);
/* Without blanks, tabs, CR and LF at both ends. */
struct str str_trim(struct str s);
/* Cuts the part before the first `sep` off *rest. false: *rest was empty. */
bool str_cut(struct str *rest, char sep, struct str *part);

/*
 * Lower-case hex. str_hex writes 2 * n bytes and a NUL to out; str_unhex
 * takes either case and gives the bytes written, or -1 for an odd length,
 * another character, or more than max bytes.
 */
void str_hex(char *out, const void *p, size_t n);
ptrdiff_t str_unhex(void *out, size_t max, struct str hex);

/*
 * The bytes of one UTF-8 character at the start of s (RFC 3629), or 0 when it
 * is not well formed.
 */
unsigned str_utf8(struct str s);
/* The same, and the character; U+FFFD and 1 for a byte that begins none. */
unsigned str_rune(struct str s, uint32_t *r);
/* Writes a character: 1 to 4 bytes. */
unsigned str_put_rune(char out[4], uint32_t r);

#endif
