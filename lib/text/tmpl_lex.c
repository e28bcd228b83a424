#include "text/tmpl_lex.h"

#include <stdarg.h>
#include <stdio.h>

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
alnum(char c)
{
	return digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' ||
	    (uint8_t)c >= 0x80;
}

static char
at(const struct tmpl_lex *l, size_t i)
{
	return i < l->text.n ? l->text.p[i] : '\0';
}

int
tmpl_lex_fail(struct tmpl_lex *l, const char *fmt, ...)
{
	char why[400];
	unsigned line = 1;
	va_list ap;

	for (size_t i = 0; i < l->pos && i < l->text.n; i++)
		line += l->text.p[i] == '\n';
	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	return err_set(l->e, ERR_QUERY, "template: %s:%u: %s", l->name, line,
	    why);
}

static int
give(struct tmpl_lex *l, enum tmpl_token type, size_t n)
{
	l->type = type;
	l->s = str_mk(l->text.p + l->pos, n);
	l->at = l->pos + n;
	return 0;
}

/* The bytes of a comment's action at the front, with its braces; 0: none. */
static size_t
comment(struct str s, bool *trim)
{
	size_t i = str_starts(s, S("{{- ")) ? 4 : 2, end;

	if (!str_starts(str_skip(s, i), S("/*")))
		return 0;
	end = str_find(str_skip(s, i), S("*/"));
	if (end > s.n - i)
		return SIZE_MAX;
	i += end + 2;
	*trim = str_starts(str_skip(s, i), S(" -}}"));
	if (*trim)
		return i + 4;
	return str_starts(str_skip(s, i), S("}}")) ? i + 2 : SIZE_MAX;
}

static bool
trims_left(struct str s)
{
	return str_starts(s, S("{{-")) && s.n > 3 && blank(s.p[3]);
}

/* Text up to the next action; comments are passed over. */
static int
text(struct tmpl_lex *l)
{
	struct str rest = str_skip(l->text, l->at);
	size_t n = str_find(rest, S("{{"));

	l->pos = l->at;
	if (l->trim)
		while (l->pos < l->text.n && blank(at(l, l->pos)) &&
		    l->pos < l->at + n)
			l->pos++;
	l->trim = false;
	if (n > rest.n)
		n = rest.n;
	n = l->at + n - l->pos;
	if (n == 0)
		return give(l, TT_END, 0);
	size_t end = l->pos + n;

	if (trims_left(str_skip(l->text, end)))
		while (n > 0 && blank(l->text.p[l->pos + n - 1]))
			n--;
	give(l, TT_TEXT, n);
	l->at = end;
	return 0;
}

static int
outside(struct tmpl_lex *l)
{
	for (;;) {
		size_t k;
		bool trim = false;

		if (text(l) == -1)
			return -1;
		if (l->type == TT_TEXT && l->s.n > 0)
			return 0;
		l->pos = l->at;
		if (l->at >= l->text.n)
			return give(l, TT_END, 0);
		k = comment(str_skip(l->text, l->at), &trim);
		if (k == SIZE_MAX)
			return tmpl_lex_fail(l, "unclosed comment");
		if (k > 0) {
			l->at += k;
			l->trim = trim;
			continue;
		}
		l->inside = true;
		return give(l, TT_OPEN, trims_left(str_skip(l->text,
		    l->at)) ? 4 : 2);
	}
}

/* "..." or '..', with backslashes, on one line. */
static int
quoted(struct tmpl_lex *l, char quote, enum tmpl_token type)
{
	size_t i = l->pos + 1;

	for (;; i++) {
		char c = at(l, i);

		if (i >= l->text.n || c == '\n')
			return tmpl_lex_fail(l, quote == '"' ?
			    "unterminated quoted string" :
			    "unterminated character constant");
		if (c == '\\')
			i++;
		else if (c == quote)
			return give(l, type, i + 1 - l->pos);
	}
}

/* What may stand behind a word or a field. */
static bool
ends_word(const struct tmpl_lex *l, size_t i)
{
	char c = at(l, i);

	return i >= l->text.n || blank(c) || strchr(".,|:)(=", c) ||
	    str_starts(str_skip(l->text, i), S("}}"));
}

static int
word(struct tmpl_lex *l, enum tmpl_token type, size_t skip)
{
	size_t i = l->pos + skip;

	while (alnum(at(l, i)))
		i++;
	if (!ends_word(l, i))
		return tmpl_lex_fail(l, "bad character U+%04X '%c'",
		    (unsigned)(uint8_t)at(l, i), at(l, i));
	return give(l, type, i - l->pos);
}

static int
number(struct tmpl_lex *l)
{
	size_t i = l->pos;
	bool hex;

	if (at(l, i) == '+' || at(l, i) == '-')
		i++;
	hex = at(l, i) == '0' && (at(l, i + 1) | 32) == 'x';
	for (;; i++) {
		char c = at(l, i), before = i > l->pos ? at(l, i - 1) | 32 : 0;

		if ((c == '+' || c == '-') && before == (hex ? 'p' : 'e'))
			continue;
		if (!alnum(c) && c != '.')
			break;
	}
	return give(l, TT_NUMBER, i - l->pos);
}

static int
inside(struct tmpl_lex *l)
{
	struct str rest = str_skip(l->text, l->at);
	char c = at(l, l->at), next = at(l, l->at + 1);
	bool trim = rest.n > 3 && blank(c) && str_starts(str_skip(rest, 1),
	    S("-}}"));

	l->pos = l->at;
	if (trim || str_starts(rest, S("}}"))) {
		l->inside = false;
		l->trim = trim;
		return give(l, TT_CLOSE, trim ? 4 : 2);
	}
	if (rest.n == 0)
		return tmpl_lex_fail(l, "unclosed action");
	if (blank(c)) {
		size_t n = 1;

		while (blank(at(l, l->at + n)) && !str_starts(str_skip(rest, n),
		    S(" -}}")))
			n++;
		return give(l, TT_SPACE, n);
	}
	switch (c) {
	case '"': return quoted(l, '"', TT_STRING);
	case '\'': return quoted(l, '\'', TT_CHAR);
	case '`':;
		size_t n = str_find(str_skip(rest, 1), S("`"));

		return n > rest.n - 1 ? tmpl_lex_fail(l,
		    "unterminated raw quoted string") : give(l, TT_RAW, n + 2);
	case '(': return give(l, TT_PAREN, 1);
	case ')': return give(l, TT_PAREN_CLOSE, 1);
	case '|': return give(l, TT_PIPE, 1);
	case ',': return give(l, TT_COMMA, 1);
	case '=': return give(l, TT_ASSIGN, 1);
	case ':': return next == '=' ? give(l, TT_DECLARE, 2) :
		    tmpl_lex_fail(l, "expected :=");
	case '$': return word(l, TT_VAR, 1);
	case '.':
		if (digit(next))
			return number(l);
		return alnum(next) ? word(l, TT_FIELD, 1) : give(l, TT_DOT, 1);
	}
	if (digit(c) || c == '+' || c == '-')
		return number(l);
	if (alnum(c))
		return word(l, TT_WORD, 0);
	return tmpl_lex_fail(l, "unexpected \"%c\" in command", c);
}

int
tmpl_lex_next(struct tmpl_lex *l)
{
	return l->inside ? inside(l) : outside(l);
}

int
tmpl_lex_word(struct tmpl_lex *l)
{
	do {
		if (tmpl_lex_next(l) == -1)
			return -1;
	} while (l->type == TT_SPACE);
	return 0;
}

/* ---- values ----------------------------------------------------------------- */

/* One character or byte of a quoted text, off *s; false: a bad escape. */
static bool
unquote(struct str *s, char quote, char out[4], unsigned *n, uint32_t *rune)
{
	static const char from[] = "abfnrtv\\", to[] = "\a\b\f\n\r\t\v\\";
	char c = s->n > 1 ? s->p[1] : '\0';
	const char *k = c ? strchr(from, c) : NULL;
	size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 3;
	unsigned base = c >= '0' && c <= '7' ? 8 : 16;
	uint64_t r = 0;

	if (s->n == 0)
		return false;
	if (s->p[0] != '\\') {
		*n = str_rune(*s, rune);
		memcpy(out, s->p, *n);
		*s = str_skip(*s, *n);
		return true;
	}
	*n = 1;
	if (k || c == quote) {
		*rune = (uint8_t)(out[0] = k ? to[k - from] : c);
		*s = str_skip(*s, 2);
		return true;
	}
	*s = str_skip(*s, base == 8 ? 1 : 2);
	if ((base == 16 && c != 'x' && c != 'u' && c != 'U') ||
	    s->n < digits)
		return false;
	for (size_t i = 0; i < digits; i++) {
		char d = s->p[i];
		unsigned v = digit(d) ? (unsigned)(d - '0') :
		    (d | 32) >= 'a' && (d | 32) <= 'f' ?
		    (unsigned)((d | 32) - 'a' + 10) : 99;

		if (v >= base)
			return false;
		r = r * base + v;
	}
	*s = str_skip(*s, digits);
	*rune = (uint32_t)r;
	out[0] = (char)r;
	if (c == 'x' || base == 8)
		return r < 256;
	if (r > 0x10ffff || (r >= 0xd800 && r < 0xe000))
		return false;
	*n = str_put_rune(out, (uint32_t)r);
	return true;
}

bool
tmpl_lex_string(struct str s, struct arena *a, struct str *out)
{
	char *p = arena_new(a, char, s.n + 4);
	size_t n = 0;
	bool raw = s.p[0] == '`';
	uint32_t rune;

	s = str_mk(s.p + 1, s.n - 2);
	while (s.n > 0) {
		unsigned k = 1;

		if (!raw && !unquote(&s, '"', p + n, &k, &rune))
			return false;
		if (raw) {
			p[n] = s.p[0];
			s = str_skip(s, 1);
			if (p[n] == '\r')
				continue;
		}
		n += k;
	}
	*out = str_mk(p, n);
	return true;
}

bool
tmpl_lex_char(struct str s, int64_t *v)
{
	char out[4];
	unsigned n;
	uint32_t r;

	s = str_mk(s.p + 1, s.n - 2);
	if (!unquote(&s, '\'', out, &n, &r) || s.n > 0)
		return false;
	*v = r;
	return true;
}
