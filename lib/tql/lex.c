#include "tql/lex.h"

#include <math.h>

#include "base/num.h"

static int
peek(const struct lex *l, size_t ahead)
{
	return ahead < l->text.n - l->at ?
	    (uint8_t)l->text.p[l->at + ahead] : -1;
}

static bool
is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(int c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool
is_letter(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	    c >= 0x80;
}

static bool
is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Bytes of the Unicode white space at s, 0 when it is none. */
static unsigned
white(struct str s)
{
	static const struct str wide[] = { S("\xc2\x85"), S("\xc2\xa0"),
	    S("\xe1\x9a\x80"), S("\xe2\x80\xa8"), S("\xe2\x80\xa9"),
	    S("\xe2\x80\xaf"), S("\xe2\x81\x9f"), S("\xe3\x80\x80") };

	if (s.n == 0)
		return 0;
	if (is_blank((uint8_t)*s.p) || *s.p == '\v' || *s.p == '\f')
		return 1;
	for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
		if (str_starts(s, wide[i]))
			return (unsigned)wide[i].n;
	/* U+2000 to U+200A */
	return s.n >= 3 && memcmp(s.p, "\xe2\x80", 2) == 0 &&
	    (uint8_t)s.p[2] >= 0x80 && (uint8_t)s.p[2] <= 0x8a ? 3 : 0;
}

static int
bad(struct lex *l, size_t at, size_t n, struct err *e, const char *why)
{
	return caret_err(e, l->text, (struct caret){ at, n }, "%s", why);
}

/* Blanks and comments. */
static int
skip_blanks(struct lex *l, struct err *e)
{
	for (;;) {
		struct str rest = str_skip(l->text, l->at);

		if (rest.n > 0 && is_blank((uint8_t)*rest.p)) {
			l->at++;
		} else if (str_starts(rest, S("//"))) {
			while (l->at < l->text.n && l->text.p[l->at] != '\n')
				l->at++;
		} else if (str_starts(rest, S("/*"))) {
			size_t end = str_find(rest, S("*/"));

			if (end > rest.n)
				return bad(l, l->at, 2, e,
				    "the comment does not end");
			l->at += end + 2;
		} else {
			return 0;
		}
	}
}

/* n digits of a base, as Go's escapes have them. */
static bool
digits(struct lex *l, unsigned n, unsigned base, uint32_t *out)
{
	uint32_t v = 0;

	for (unsigned i = 0; i < n; i++, l->at++) {
		int c = peek(l, 0);

		if (!is_hex(c))
			return false;
		unsigned d = is_digit(c) ? (unsigned)(c - '0') :
		    (unsigned)((c | 0x20) - 'a' + 10);
		if (d >= base)
			return false;
		v = v * base + d;
	}
	*out = v;
	return true;
}

/* The escape behind a backslash (Go's, traceql.md section 2). */
static bool
escape(struct lex *l, struct buf *b)
{
	static const char from[] = "abfnrtv\\\"", to[] = "\a\b\f\n\r\t\v\\\"";
	int c = peek(l, 0);
	const char *simple = c > 0 ? strchr(from, c) : NULL;
	char rune[4];
	uint32_t v;

	if (simple) {
		l->at++;
		buf_u8(b, (uint8_t)to[simple - from]);
		return true;
	}
	if (c >= '0' && c <= '7') {
		if (!digits(l, 3, 8, &v) || v > 255)
			return false;
		buf_u8(b, (uint8_t)v);
		return true;
	}
	if (c != 'x' && c != 'u' && c != 'U')
		return false;
	l->at++;
	if (!digits(l, c == 'x' ? 2 : c == 'u' ? 4 : 8, 16, &v))
		return false;
	if (c == 'x') {
		buf_u8(b, (uint8_t)v);
		return true;
	}
	if (v > 0x10ffff || (v >= 0xd800 && v < 0xe000))
		return false;
	buf_add(b, rune, str_put_rune(rune, v));
	return true;
}

static int
lex_string(struct lex *l, struct err *e)
{
	size_t from = l->at++;
	struct buf b = { 0 };
	int r = 0;

	for (;;) {
		int c = peek(l, 0);

		if (c == -1 || c == '\n') {
			r = bad(l, from, 1, e, "the string does not end");
			break;
		}
		l->at++;
		if (c == '"')
			break;
		if (c != '\\') {
			buf_u8(&b, (uint8_t)c);
		} else if (!escape(l, &b)) {
			r = bad(l, l->at - 1, 2, e,
			    "no such escape in a string");
			break;
		}
	}
	l->t.kind = LEX_LIT;
	l->t.val = (struct tql_val){ .type = TQL_STR,
	    .s = arena_str(l->mem, buf_str(&b)) };
	buf_free(&b);
	return r;
}

/* `...`: as it stands, but for carriage returns, as in Go. */
static int
lex_raw(struct lex *l, struct err *e)
{
	struct str rest = str_skip(l->text, l->at + 1);
	size_t n = str_find(rest, S("`"));
	struct buf b = { 0 };

	if (n > rest.n)
		return bad(l, l->at, 1, e, "the string does not end");
	for (size_t i = 0; i < n; i++)
		if (rest.p[i] != '\r')
			buf_u8(&b, (uint8_t)rest.p[i]);
	l->at += n + 2;
	l->t.kind = LEX_LIT;
	l->t.val = (struct tql_val){ .type = TQL_STR,
	    .s = arena_str(l->mem, buf_str(&b)) };
	buf_free(&b);
	return 0;
}

/* Bytes of a number as Go's scanner takes it; *whole: an integer. */
static size_t
number_bytes(const struct lex *l, bool *whole)
{
	size_t n = 0;
	bool hex = peek(l, 0) == '0' && (peek(l, 1) | 0x20) == 'x';

	*whole = true;
	if (hex)
		n = 2;
	while (hex ? is_hex(peek(l, n)) : is_digit(peek(l, n)))
		n++;
	if (peek(l, n) == '.') {
		*whole = false;
		n++;
		while (hex ? is_hex(peek(l, n)) : is_digit(peek(l, n)))
			n++;
	}
	if ((peek(l, n) | 0x20) == (hex ? 'p' : 'e')) {
		size_t k = n + 1;

		if (peek(l, k) == '+' || peek(l, k) == '-')
			k++;
		if (is_digit(peek(l, k))) {
			*whole = false;
			while (is_digit(peek(l, k)))
				k++;
			n = k;
		}
	}
	return n;
}

/* A number with letters at it may be a duration: the longest run of its
 * characters, whole, or none of it. */
static bool
lex_duration(struct lex *l, size_t n)
{
	struct str rest = str_skip(l->text, l->at);
	size_t m = n;
	int64_t ns;

	for (;;) {
		int c = peek(l, m);

		if (c > 0 && strchr("0123456789.nsumhdwy", c))
			m++;
		else if (str_starts(str_skip(rest, m), S("\xc2\xb5")))
			m += 2;
		else
			break;
	}
	if (m == n || (!num_prom_duration(str_mk(rest.p, m), &ns) &&
	    !num_go_duration(str_mk(rest.p, m), &ns)))
		return false;
	l->t.val = (struct tql_val){ .type = TQL_DURATION, .i = ns };
	l->at += m;
	return true;
}

static int
lex_number(struct lex *l, struct err *e)
{
	struct str rest = str_skip(l->text, l->at);
	struct tql_val *v = &l->t.val;
	bool whole;
	size_t n = number_bytes(l, &whole);
	struct str text = str_mk(rest.p, n);

	l->t.kind = LEX_LIT;
	if (lex_duration(l, n))
		return 0;
	*v = (struct tql_val){ .type = whole ? TQL_INT : TQL_FLOAT };
	if (n > 1 && (text.p[1] | 0x20) == 'x' && !memchr(text.p, 'p', n) &&
	    !memchr(text.p, 'P', n))
		return bad(l, l->at, n, e, whole ? "integers are decimal" :
		    "a hexadecimal fraction has an exponent, such as p0");
	if (whole && !num_i64(text, &v->i))
		return bad(l, l->at, n, e, "the integer does not fit 64 bits");
	if (!whole && (!num_f64(text, &v->f) || isinf(v->f)))
		return bad(l, l->at, n, e, "not a number of 64 bits");
	l->at += n;
	return 0;
}

/* A "..." part of an attribute's name: only \" and \\ escape. */
static int
quoted_part(struct lex *l, struct buf *b, struct err *e)
{
	size_t from = l->at++;

	for (;;) {
		int c = peek(l, 0);

		if (c == -1)
			return bad(l, from, 1, e, "the quote does not end");
		l->at++;
		if (c == '"')
			return 0;
		if (c == '\\') {
			c = peek(l, 0);
			if (c != '"' && c != '\\')
				return bad(l, l->at - 1, 2, e,
				    "a name knows only \\\" and \\\\");
			l->at++;
		}
		buf_u8(b, (uint8_t)c);
	}
}

static int
lex_name(struct lex *l, size_t from, struct err *e)
{
	struct buf b = { 0 };
	size_t start = l->at;
	int r = 0;

	while (r == 0 && l->at < l->text.n) {
		struct str rest = str_skip(l->text, l->at);

		if (white(rest) > 0 || strchr("{}()=~!<>&|^,", *rest.p ?
		    *rest.p : 'x'))
			break;
		if (*rest.p == '"')
			r = quoted_part(l, &b, e);
		else
			buf_u8(&b, (uint8_t)l->text.p[l->at++]);
	}
	if (r == 0 && l->at == start)
		r = bad(l, from, l->at - from, e,
		    "a name must follow: blanks end it, quotes keep them");
	l->t.kind = LEX_ATTR;
	l->t.text = arena_str(l->mem, buf_str(&b));
	buf_free(&b);
	return r;
}

static bool
scope_of(struct str word, enum tql_scope *scope)
{
	static const struct { struct str word; enum tql_scope scope; } all[] = {
		{ S("span"), SCOPE_SPAN }, { S("resource"), SCOPE_RES },
		{ S("event"), SCOPE_EVENT }, { S("link"), SCOPE_LINK },
		{ S("instrumentation"), SCOPE_INSTR },
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (str_eq(word, all[i].word)) {
			*scope = all[i].scope;
			return true;
		}
	return false;
}

static struct str
word_at(const struct lex *l)
{
	size_t n = 0;

	while (is_letter(peek(l, n)) || (n > 0 && is_digit(peek(l, n))))
		n++;
	return str_mk(l->text.p + l->at, n);
}

static int
lex_word(struct lex *l, struct err *e)
{
	size_t from = l->at;
	struct str word = word_at(l);
	int next = peek(l, word.n);

	l->at += word.n;
	l->t.kind = LEX_WORD;
	l->t.text = word;
	if (next == ':' && (str_eq(word, S("trace")) ||
	    (scope_of(word, &l->t.scope) && l->t.scope != SCOPE_RES))) {
		l->at++;
		l->t.kind = LEX_INTRINSIC_SCOPE;
		return 0;
	}
	if (next != '.')
		return 0;
	if (str_eq(word, S("parent"))) {
		l->at++;
		l->t.parent = true;
		word = word_at(l);
		if (peek(l, word.n) == '.' && scope_of(word, &l->t.scope))
			l->at += word.n + 1;
		return lex_name(l, from, e);
	}
	if (!scope_of(word, &l->t.scope))
		return 0;
	l->at++;
	return lex_name(l, from, e);
}

static void
lex_operator(struct lex *l)
{
	/* longest first */
	static const struct { struct str text; enum tql_op op; } all[] = {
		{ S("!>>"), OP_NDESC }, { S("!<<"), OP_NANC },
		{ S("&>>"), OP_UDESC }, { S("&<<"), OP_UANC },
		{ S("!="), OP_NE }, { S("=~"), OP_RE }, { S("!~"), OP_NRE },
		{ S(">="), OP_GE }, { S("<="), OP_LE }, { S("&&"), OP_AND },
		{ S("||"), OP_OR }, { S(">>"), OP_DESC }, { S("<<"), OP_ANC },
		{ S("!>"), OP_NCHILD }, { S("!<"), OP_NPARENT },
		{ S("&>"), OP_UCHILD }, { S("&<"), OP_UPARENT },
		{ S("&~"), OP_USIB }, { S("="), OP_EQ }, { S(">"), OP_GT },
		{ S("<"), OP_LT }, { S("+"), OP_ADD }, { S("-"), OP_SUB },
		{ S("*"), OP_MUL }, { S("/"), OP_DIV }, { S("%"), OP_MOD },
		{ S("^"), OP_POW }, { S("!"), OP_NOT }, { S("~"), OP_SIB },
	};
	struct str rest = str_skip(l->text, l->at);

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (str_starts(rest, all[i].text)) {
			l->t.kind = LEX_OP;
			l->t.op = all[i].op;
			l->at += all[i].text.n;
			return;
		}
	l->t.kind = LEX_PUNCT;
	l->t.c = *rest.p;
	l->at++;
}

int
lex_next(struct lex *l, struct err *e)
{
	size_t from;
	int c, r = 0;

	l->last_end = l->at;
	l->t = (struct lex_token){ .kind = LEX_END };
	if (skip_blanks(l, e) == -1)
		return -1;
	from = l->at;
	c = peek(l, 0);
	if (c == -1) {
		l->t.at = (struct caret){ from, 0 };
		return 0;
	}
	if (c == '"')
		r = lex_string(l, e);
	else if (c == '`')
		r = lex_raw(l, e);
	else if (is_digit(c) || (c == '.' && is_digit(peek(l, 1))))
		r = lex_number(l, e);
	else if (is_letter(c))
		r = lex_word(l, e);
	else if (c == '.') {
		l->at++;
		r = lex_name(l, from, e);
	} else
		lex_operator(l);
	l->t.at = (struct caret){ from, l->at - from };
	l->t.text = l->t.text.p ? l->t.text : str_mk(l->text.p + from, 0);
	return r;
}
