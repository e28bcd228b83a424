#include "base/letters.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/err.h"

static bool
ascii(struct str s)
{
	uint8_t all = 0;

	for (size_t i = 0; i < s.n; i++)
		all |= (uint8_t)s.p[i];
	return all < 0x80;
}

static bool
is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Each match of the expression as the replacement says, all of it UTF-8. */
static void
cased(struct buf *b, struct str s, const char *re, const char *by)
{
	struct buf clean = { 0 };
	PCRE2_SIZE at, n;
	int no, r;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)re, PCRE2_ZERO_TERMINATED,
	    PCRE2_UTF | PCRE2_DOTALL, &no, &at, NULL);

	if (!code)
		die("out of memory: pcre2");
	for (size_t i = 0, k; i < s.n; i += k > 0 ? k : 1) {
		k = str_utf8(str_skip(s, i));
		buf_adds(&clean, k > 0 ? str_mk(s.p + i, k) :
		    S("\xef\xbf\xbd"));
	}
	n = clean.n * 2 + 16;	/* a character may need more bytes */
	r = pcre2_substitute(code, (PCRE2_SPTR)clean.p, clean.n, 0,
	    PCRE2_SUBSTITUTE_GLOBAL | PCRE2_SUBSTITUTE_EXTENDED, NULL, NULL,
	    (PCRE2_SPTR)by, PCRE2_ZERO_TERMINATED,
	    (PCRE2_UCHAR *)buf_extend(b, n + 1), &n);
	b->n -= clean.n * 2 + 17;
	if (r < 0)
		buf_adds(b, buf_str(&clean));
	else
		b->n += n;
	buf_free(&clean);
	pcre2_code_free(code);
}

void
letters_upper(struct buf *b, struct str s)
{
	if (!ascii(s)) {
		/* PCRE2 has a capital for the German sharp s */
		cased(b, s, "[^\\x{df}]+", "\\U$0");
		return;
	}
	for (size_t i = 0; i < s.n; i++)
		buf_u8(b, (uint8_t)(s.p[i] - (is_lower(s.p[i]) ? 32 : 0)));
}

void
letters_lower(struct buf *b, struct str s)
{
	if (!ascii(s)) {
		cased(b, s, ".+", "\\L$0");
		return;
	}
	for (size_t i = 0; i < s.n; i++)
		buf_u8(b, (uint8_t)(s.p[i] + (is_upper(s.p[i]) ? 32 : 0)));
}

void
letters_title(struct buf *b, struct str s)
{
	char before = ' ';

	if (!ascii(s)) {	/* words begin as Go's strings.Title has it */
		cased(b, s, "(?<![A-Za-z0-9_]|[^\\x00-\\x7f\\p{Z}\\x{85}])"
		    "\\p{Ll}", "\\u$0");
		return;
	}
	for (size_t i = 0; i < s.n; before = s.p[i++]) {
		bool word = is_lower(before) || is_upper(before) ||
		    (before >= '0' && before <= '9') || before == '_';

		buf_u8(b, (uint8_t)(s.p[i] - (!word && is_lower(s.p[i]) ?
		    32 : 0)));
	}
}

static bool
in_name(char c, size_t at)
{
	return is_lower(c) || is_upper(c) || c == '_' ||
	    (c >= '0' && c <= '9' && at > 0);
}

size_t
letters_name(struct str s)
{
	size_t n = 0;
	PCRE2_SIZE at;
	int no;

	while (n < s.n && in_name(s.p[n], n))
		n++;
	if (n == s.n || (uint8_t)s.p[n] < 0x80)
		return n;

	pcre2_code *code = pcre2_compile((PCRE2_SPTR)"[\\pL_][\\pL\\p{Nd}_]*",
	    PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_ANCHORED, &no, &at, NULL);
	pcre2_match_data *m = pcre2_match_data_create(1, NULL);

	if (!code || !m)
		die("out of memory: pcre2");
	n = pcre2_match(code, (PCRE2_SPTR)s.p, s.n, 0, 0, m, NULL) == 1 ?
	    pcre2_get_ovector_pointer(m)[1] : 0;
	pcre2_match_data_free(m);
	pcre2_code_free(code);
	return n;
}
