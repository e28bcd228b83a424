#include "otlp/tidy.h"

struct scan {
	struct tidy *t;
	struct str in;
	size_t at;		/* the next byte to look at */
	size_t done;		/* copied up to here */
	size_t depth;		/* of brackets */
};

/* Puts `with` where the n bytes at s->at are. */
static void
replace(struct scan *s, size_t n, struct str with)
{
	buf_add(&s->t->b, s->in.p + s->done, s->at - s->done);
	buf_adds(&s->t->b, with);
	s->at += n;
	s->done = s->at;
}

static size_t
digits(struct str s, size_t at)
{
	size_t n = 0;

	while (at + n < s.n && s.p[at + n] >= '0' && s.p[at + n] <= '9')
		n++;
	return n;
}

bool
tidy_is_number(struct str s)
{
	size_t i = 0, n;

	if (i < s.n && s.p[i] == '-')
		i++;
	n = digits(s, i);
	if (n == 0 || (n > 1 && s.p[i] == '0'))
		return false;
	i += n;
	if (i < s.n && s.p[i] == '.') {
		n = digits(s, ++i);
		if (n == 0)
			return false;
		i += n;
	}
	if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
		i++;
		if (i < s.n && (s.p[i] == '+' || s.p[i] == '-'))
			i++;
		n = digits(s, i);
		if (n == 0)
			return false;
		i += n;
	}
	return i == s.n;
}

/* Up to 15 digits without an exponent are exact in a double; -0 is a double. */
static void
number(struct scan *s)
{
	size_t n = 0;
	bool exact = true;
	struct str num;

	for (; s->at + n < s->in.n; n++) {
		char c = s->in.p[s->at + n];

		if (c == 'e' || c == 'E')
			exact = false;
		else if ((c < '0' || c > '9') && c != '+' && c != '-' &&
		    c != '.')
			break;
	}
	num = str_mk(s->in.p + s->at, n);
	if ((!exact || n > 15 || str_eq(num, S("-0"))) &&
	    tidy_is_number(num)) {
		replace(s, 0, S("\""));
		s->at += n;
		replace(s, 0, S("\""));
	} else {
		s->at += n;
	}
}

/* The unit of \uXXXX at `at`, or -1. */
static int
unit(struct str s, size_t at)
{
	uint8_t b[2];

	if (s.n < 6 || at > s.n - 6 || s.p[at] != '\\' || s.p[at + 1] != 'u' ||
	    str_unhex(b, 2, str_mk(s.p + at + 2, 4)) != 2)
		return -1;
	return b[0] << 8 | b[1];
}

static void
escape(struct scan *s)
{
	int u = unit(s->in, s->at), low;

	if (u < 0xd800 || u > 0xdfff) {	/* no surrogate; \x takes two */
		s->at += s->in.n - s->at < 2 ? 1 : 2;
		return;
	}
	low = unit(s->in, s->at + 6);
	if (u < 0xdc00 && low >= 0xdc00 && low <= 0xdfff)
		s->at += 12;
	else
		replace(s, 6, S("\\ufffd"));
}

static void
string(struct scan *s)
{
	s->at++;
	while (s->at < s->in.n) {
		uint8_t c = (uint8_t)s->in.p[s->at];
		unsigned n;

		if (c == '"') {
			s->at++;
			return;
		}
		if (c == '\\') {
			escape(s);
		} else if (c < 0x80) {
			s->at++;
		} else {
			n = str_utf8(str_skip(s->in, s->at));
			if (n > 0)
				s->at += n;
			else
				replace(s, 1, S("\xef\xbf\xbd"));
		}
	}
}

/* What jansson takes for each value, measured, in bytes; texts come on top. */
static size_t
weight(char c)
{
	switch (c) {
	case '{': return 240;
	case '[': return 145;
	case ':': return 110;
	case ',': return 50;
	default: return 0;
	}
}

/* A word: true, false, null, or what the parser will refuse. */
static void
word(struct scan *s)
{
	while (s->at < s->in.n && s->in.p[s->at] >= 'a' &&
	    s->in.p[s->at] <= 'z')
		s->at++;
}

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Brackets, what stands between values, and what does not belong here. */
static bool
mark(struct scan *s, char c)
{
	if (s->depth == 0 && c != '{' && c != '[' && !blank(c))
		return true;		/* the parser will say it */
	s->at++;
	s->t->memory += weight(c);
	if (c == '{' || c == '[')
		s->depth++;
	else if (c == '}' || c == ']')
		s->depth--;
	else
		return false;
	return s->depth == 0;
}

/* One token. true: a value ends here. */
static bool
token(struct scan *s)
{
	char c = s->in.p[s->at];

	if (c == '"')
		string(s);
	else if (c == '-' || (c >= '0' && c <= '9'))
		number(s);
	else if (c >= 'a' && c <= 'z')
		word(s);
	else
		return mark(s, c);
	return s->depth == 0;
}

void
tidy_json(struct tidy *t, struct str json)
{
	struct scan s = { .t = t, .in = json };

	*t = (struct tidy){ .text = json };
	while (s.at < json.n && !token(&s))
		;
	t->used = s.at;
	t->text = str_mk(json.p, s.at);
	if (s.done > 0) {
		buf_add(&t->b, json.p + s.done, s.at - s.done);
		t->text = buf_str(&t->b);
	}
}
