#include "lql/lex.h"

#include <math.h>

#include "base/letters.h"
#include "base/num.h"

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
letter(char c)
{
	return ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' ||
	    (uint8_t)c >= 0x80;
}

static char
at(const struct lql_lex *l, size_t i)
{
	return i < l->query.n ? l->query.p[i] : '\0';
}

static int
fail(struct lql_lex *l, size_t from, size_t n, const char *what)
{
	return caret_err(l->e, l->query, (struct caret){ from, n }, "%s",
	    what);
}

static void
blanks(struct lql_lex *l)
{
	for (; l->at < l->query.n; l->at++) {
		char c = l->query.p[l->at];

		if (c == '#')
			while (l->at < l->query.n &&
			    l->query.p[l->at] != '\n')
				l->at++;
		else if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
			return;
	}
}

/* ---- strings -------------------------------------------------------------- */

/* The digits of \xHH, \ooo, \uHHHH: false when they are not all there. */
static bool
code(const struct lql_lex *l, size_t *i, unsigned digits, unsigned base,
    uint32_t *r)
{
	*r = 0;
	for (unsigned k = 0; k < digits; k++, (*i)++) {
		char c = at(l, *i);
		unsigned v = digit(c) ? (unsigned)(c - '0') :
		    (c | 32) >= 'a' && (c | 32) <= 'f' ?
		    (unsigned)((c | 32) - 'a' + 10) : 99;

		if (v >= base)
			return false;
		*r = *r * base + v;
	}
	return true;
}

/* One escape; *i stands behind the backslash. */
static bool
escape(const struct lql_lex *l, size_t *i, char *out, unsigned *n)
{
	static const char from[] = "abfnrtv\\\"", to[] = "\a\b\f\n\r\t\v\\\"";
	char c = at(l, *i);
	const char *known = c ? strchr(from, c) : NULL;
	uint32_t r;

	*n = 1;
	if (known) {
		(*i)++;
		out[0] = to[known - from];
		return true;
	}
	if (c == 'x' || (c >= '0' && c <= '7')) {
		if (c == 'x')
			(*i)++;
		if (!code(l, i, c == 'x' ? 2 : 3, c == 'x' ? 16 : 8, &r) ||
		    r > 255)
			return false;
		out[0] = (char)r;
		return true;
	}
	if (c != 'u' && c != 'U')
		return false;
	(*i)++;
	if (!code(l, i, c == 'u' ? 4 : 8, 16, &r) || r > 0x10ffff ||
	    (r >= 0xd800 && r < 0xe000))
		return false;
	*n = str_put_rune(out, r);
	return true;
}

static int
string(struct lql_lex *l)
{
	size_t start = l->at, i = start + 1;
	char *out = arena_new(l->a, char, l->query.n - start + 4);
	size_t n = 0;

	for (;; ) {
		char c = at(l, i);
		unsigned put;

		if (i >= l->query.n || c == '\n')
			return fail(l, start, i - start,
			    "the string does not end");
		i++;
		if (c == '"')
			break;
		if (c != '\\') {
			out[n++] = c;
			continue;
		}
		if (!escape(l, &i, out + n, &put))
			return fail(l, i - 1, 2, "unknown escape");
		n += put;
	}
	l->text = str_mk(out, n);
	l->type = LQL_STRING;
	l->at = i;
	return 0;
}

static int
raw_string(struct lql_lex *l)
{
	size_t start = l->at;
	struct str rest = str_skip(l->query, start + 1);
	size_t n = str_find(rest, S("`"));

	if (n > rest.n)
		return fail(l, start, 1, "the string does not end");
	l->text = str_mk(rest.p, n);
	l->type = LQL_STRING;
	l->at = start + n + 2;
	return 0;
}

/* ---- numbers ------------------------------------------------------------ */

/*
 * Go's number literals, read as doubles: 1_000, 0777 (which is 777), 0x1p3; not
 * 08, and no 0x1, 0b1 or 0o7, of which *whole is set.
 */
static bool
go_number(struct str s, double *v, bool *whole)
{
	char z[128];
	size_t n = 0;
	bool hex = s.n > 1 && s.p[0] == '0' && (s.p[1] | 32) == 'x';
	bool real = false;
	int64_t i;

	*whole = num_go_int(s, &i);
	if (s.n >= sizeof z || s.p[s.n - 1] == '_')
		return false;
	for (size_t k = 0; k < s.n; k++) {
		char c = s.p[k] | 32;

		real |= hex ? c == 'p' : s.p[k] == '.' || c == 'e';
		if (s.p[k] != '_')
			z[n++] = s.p[k];
		else if (k == 0 || s.p[k - 1] == '_')
			return false;
	}
	return (real || (*whole && !hex)) && num_f64(str_mk(z, n), v) &&
	    isfinite(*v);
}

bool
lql_bytes(struct str s, bool loose, double *v)
{
	static const char letters[] = "kmgtpe";
	char z[64];
	size_t n = 0, i = 0;
	double unit = 1;

	for (; i < s.n && (digit(s.p[i]) || s.p[i] == '.' ||
	    (loose && s.p[i] == ',')); i++)
		if (s.p[i] != ',' && n < sizeof z - 1)
			z[n++] = s.p[i];
	if (n == 0 || !num_f64(str_mk(z, n), v))
		return false;
	s = str_skip(s, i);
	while (loose && s.n > 0 && s.p[0] == ' ')
		s = str_skip(s, 1);
	while (loose && s.n > 0 && s.p[s.n - 1] == ' ')
		s.n--;
	if (s.n == 0)
		return loose && *v < LQL_BYTES_MAX;
	char c = s.p[0] | 32;
	/* written 1EB, it is a bad exponent to the lexer */
	const char *l = memchr(letters, c, sizeof letters - 1 - !loose);
	bool binary = l && s.n > 1 && (s.p[1] | 32) == 'i';
	struct str tail = str_skip(s, l ? binary ? 2 : 1 : 0);

	if (tail.n > 1 || (tail.n == 1 && (tail.p[0] | 32) != 'b') ||
	    (!l && tail.n == 0))
		return false;
	for (ptrdiff_t k = 0; l && k <= l - letters; k++)
		unit *= binary ? 1024 : 1000;
	*v *= unit;
	return *v < LQL_BYTES_MAX;
}

static int
number(struct lql_lex *l, bool minus)
{
	size_t start = l->at, i = start + minus;
	bool whole = false, hex = at(l, i) == '0' && (at(l, i + 1) | 32) == 'x';

	for (; i < l->query.n; i++) {
		char c = at(l, i), before = at(l, i - 1) | 32;

		if ((c == '+' || c == '-') && i > start &&
		    before == (hex ? 'p' : 'e') && digit(at(l, i + 1)))
			continue;
		if (!digit(c) && !letter(c) && c != '.')
			break;
	}
	struct str s = str_mk(l->query.p + start, i - start);

	l->at = i;
	l->text = s;
	if (!minus && go_number(s, &l->number, &whole)) {
		l->type = LQL_NUMBER;
		return 0;
	}
	l->type = LQL_DURATION;
	if (num_prom_duration(s, &l->duration) ||
	    num_go_duration(s, &l->duration))
		return 0;
	l->type = LQL_BYTES;
	/* 1mb is a minute, and then b */
	if (!minus && !memchr(s.p, 'm', s.n) &&
	    lql_bytes(s, false, &l->number))
		return 0;
	return whole ? caret_err(l->e, l->query, (struct caret){ start,
	    i - start }, "unable to parse literal as a float: strconv."
	    "ParseFloat: parsing \"%.*s\": invalid syntax",
	    (int)(s.n > 100 ? 100 : s.n), s.p) :
	    fail(l, start, i - start, "not a number, duration or size: such as "
	    "5, 1m30s, 10KB");
}

static int
range(struct lql_lex *l)
{
	struct str rest = str_skip(l->query, l->at);
	size_t n = str_find(rest, S("]"));

	if (n > rest.n)
		return fail(l, l->at, 1, "the range does not end");
	l->text = str_mk(rest.p + 1, n - 1);
	if (!num_prom_duration(l->text, &l->duration))
		return fail(l, l->at, n + 1, "not a range: a duration such as "
		    "[5m] is");
	l->type = LQL_RANGE;
	l->at += n + 1;
	return 0;
}

/* ---- the rest ----------------------------------------------------------- */

static const struct { const char *text; enum lql_token type; } operators[] = {
	{ "=~", LQL_RE }, { "==", LQL_EQEQ }, { "!=", LQL_NE },
	{ "!~", LQL_NRE }, { "!>", LQL_NOT_GT }, { ">=", LQL_GE },
	{ "<=", LQL_LE }, { "|=", LQL_PIPE_EQ }, { "|~", LQL_PIPE_RE },
	{ "|>", LQL_PIPE_GT }, { "{", LQL_OPEN }, { "}", LQL_CLOSE },
	{ "(", LQL_PAREN }, { ")", LQL_PAREN_CLOSE }, { ",", LQL_COMMA },
	{ "=", LQL_EQ }, { ">", LQL_GT }, { "<", LQL_LT }, { "|", LQL_PIPE },
	{ "+", LQL_OTHER }, { "-", LQL_OTHER }, { "*", LQL_OTHER },
	{ "/", LQL_OTHER }, { "%", LQL_OTHER }, { "^", LQL_OTHER },
};

/* --strict and the like, as a whole. */
static bool
flag(struct lql_lex *l)
{
	size_t i = l->at + 2;

	if (at(l, l->at) != '-' || at(l, l->at + 1) != '-' ||
	    !letter(at(l, i)))
		return false;
	while (letter(at(l, i)) || at(l, i) == '-')
		i++;
	l->type = LQL_OTHER;
	l->text = str_mk(l->query.p + l->at, i - l->at);
	l->at = i;
	return true;
}

/* What is no token, but was meant to be one. */
static int
strange(struct lql_lex *l)
{
	size_t from = l->at, to = l->at;
	struct buf name = { 0 };
	int r;

	if (at(l, from) == '\'')
		return fail(l, from, 1, "a string stands in \"double quotes\" "
		    "or `backquotes`");
	while (from > 0 && (letter(at(l, from - 1)) || digit(at(l, from - 1))))
		from--;
	while (letter(at(l, to)) || digit(at(l, to)) || at(l, to) == '.')
		to++;
	if (at(l, l->at) != '.' || from == l->at)
		return fail(l, l->at, 1, "unexpected character");
	for (size_t i = from; i < to; i++)
		buf_u8(&name, at(l, i) == '.' ? '_' : (uint8_t)at(l, i));
	r = caret_err(l->e, l->query, (struct caret){ from, to - from },
	    "a label's name has no dots: %.*s", PS(buf_str(&name)));
	buf_free(&name);
	return r;
}

static int
operator(struct lql_lex *l)
{
	struct str rest = str_skip(l->query, l->at);

	if (flag(l))
		return 0;
	for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
		if (str_starts(rest, str_of(operators[i].text))) {
			l->type = operators[i].type;
			l->text = str_of(operators[i].text);
			l->at += l->text.n;
			return 0;
		}
	return strange(l);
}

static int
token(struct lql_lex *l)
{
	char c = at(l, l->at);

	if (l->at >= l->query.n) {
		l->type = LQL_END;
		l->text = S("");
		return 0;
	}
	if (c == '"')
		return string(l);
	if (c == '`')
		return raw_string(l);
	if (c == '[')
		return range(l);
	if (digit(c) || (c == '.' && digit(at(l, l->at + 1))))
		return number(l, false);
	if (letter(c)) {
		struct str rest = str_skip(l->query, l->at);
		size_t n = letters_name(rest);

		if (n == 0)
			return fail(l, l->at, 1, "unexpected character");
		l->type = LQL_IDENT;
		l->text = str_mk(rest.p, n);
		l->at += n;
		return 0;
	}
	/* a minus belongs to a duration that follows at once */
	if (c == '-' && digit(at(l, l->at + 1))) {
		size_t i = l->at + 1;

		while (digit(at(l, i)) || at(l, i) == '.')
			i++;
		if (letter(at(l, i)) && (at(l, i) | 32) != 'e')
			return number(l, true);
	}
	return operator(l);
}

int
lql_lex_next(struct lql_lex *l)
{
	blanks(l);
	l->place.at = l->at;
	int r = token(l);

	l->place.n = l->at - l->place.at;
	return r;
}

int
lql_lex_init(struct lql_lex *l, struct str query, struct arena *a,
    struct err *e)
{
	*l = (struct lql_lex){ .query = query, .a = a, .e = e };
	if (query.n >= LQL_QUERY_MAX)
		return err_set(e, ERR_QUERY, "input size too long (%zu > %u)",
		    query.n, LQL_QUERY_MAX);
	for (size_t i = 0, n; i < query.n; i += n) {
		n = str_utf8(str_skip(query, i));
		if (n == 0)
			return fail(l, i, 1, "invalid UTF-8");
	}
	return lql_lex_next(l);
}
