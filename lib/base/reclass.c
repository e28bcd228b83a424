#include "base/reparser.h"

static const char *
perl_class(char c)
{
	switch (c) {
	case 'd': return "0-9";
	case 's': return "\\t\\n\\f\\r ";
	case 'w': return "0-9A-Za-z_";
	default: return NULL;
	}
}

bool
re_class_escape(struct re_parser *p, struct buf *b)
{
	if (p->s.n < 2 || p->s.p[0] != '\\')
		return false;
	const char *start = p->s.p;
	char c = start[1];
	const char *set = perl_class((char)(c | 32));

	if (set) {
		p->s = str_skip(p->s, 2);
		if (c >= 'a')
			buf_addf(b, "%s", set);
		else if (c == 'D')
			buf_addf(b, "\\x{0}-/:-\\x{10ffff}");
		else if (c == 'S')
			buf_addf(b, "\\x{0}-\\x{8}\\x{b}\\x{e}-\\x{1f}"
			    "\\x{21}-\\x{10ffff}");
		else
			buf_addf(b, "\\x{0}-/:-@\\x{5b}-\\x{5e}`"
			    "\\x{7b}-\\x{10ffff}");
		return true;
	}
	if (c != 'p' && c != 'P')
		return false;
	p->s = str_skip(p->s, 2);
	bool negate = c == 'P';
	struct str name;

	if (re_take(p, '{')) {
		const char *end = p->s.n > 0 ? memchr(p->s.p, '}', p->s.n) :
		    NULL;

		if (!end) {
			re_fail(p, "invalid character class range",
			    str_mk(start, p->s.n + (size_t)(p->s.p - start)));
			return true;
		}
		name = str_mk(p->s.p, (size_t)(end - p->s.p));
		p->s = str_skip(p->s, name.n + 1);
		if (name.n > 0 && name.p[0] == '^') {
			negate = !negate;
			name = str_skip(name, 1);
		}
	} else {
		name.p = p->s.p;
		if (p->s.n > 0)
			re_rune(p);
		name.n = (size_t)(p->s.p - name.p);
	}
	for (size_t i = 0; i < name.n; i++)
		if (re_hex(name.p[i]) < 0 && !((name.p[i] | 32) >= 'a' &&
		    (name.p[i] | 32) <= 'z') && name.p[i] != '_')
			name.n = 0;
	if (name.n == 0)
		re_fail(p, "invalid character class range", re_since(p, start));
	else if (str_eq(name, S("Any")))
		buf_addf(b, negate ? "" : "\\x{0}-\\x{10ffff}");
	else
		buf_addf(b, "\\%c{%.*s}", negate ? 'P' : 'p', PS(name));
	return true;
}

static void
class_rune(struct buf *b, uint32_t r)
{
	if ((r >= '0' && r <= '9') || ((r | 32) >= 'a' && (r | 32) <= 'z'))
		buf_u8(b, (uint8_t)r);
	else
		buf_addf(b, "\\x{%x}", r);
}

/* [:alpha:] inside brackets. */
static bool
posix_class(struct re_parser *p, struct buf *b)
{
	static const char *const known[] = { "alnum", "alpha", "ascii",
		"blank", "cntrl", "digit", "graph", "lower", "print", "punct",
		"space", "upper", "word", "xdigit" };
	const char *start = p->s.p;
	size_t end;

	if (!str_starts(p->s, S("[:")) ||
	    (end = str_find(p->s, S(":]"))) > p->s.n)
		return false;
	struct str name = str_mk(start + 2, end - 2);

	if (name.n > 0 && name.p[0] == '^')
		name = str_skip(name, 1);
	p->s = str_skip(p->s, end + 2);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_eq(name, str_of(known[i]))) {
			buf_adds(b, re_since(p, start));
			return true;
		}
	re_fail(p, "invalid character class range", re_since(p, start));
	return true;
}

static bool
class_char(struct re_parser *p, const char *class_start, uint32_t *r)
{
	const char *start = p->s.p;

	if (p->s.n == 0) {
		re_fail(p, "missing closing ]", str_mk(class_start,
		    (size_t)(p->s.p - class_start)));
		return false;
	}
	*r = re_rune(p);
	return *r != '\\' || re_escape(p, start, r);
}

struct re_node *
re_class(struct re_parser *p)
{
	const char *start = p->s.p;
	struct buf b = { 0 };
	bool first = true;

	re_take(p, '[');
	buf_addf(&b, "[%s", re_take(p, '^') ? "^" : "");
	while (!p->bad && (first || !re_peek(p, ']'))) {
		const char *from = p->s.p;
		uint32_t lo, hi;

		first = false;
		if (posix_class(p, &b) || re_class_escape(p, &b))
			continue;
		if (!class_char(p, start, &lo))
			break;
		hi = lo;
		if (p->s.n >= 2 && re_peek(p, '-') && p->s.p[1] != ']') {
			re_take(p, '-');
			if (!class_char(p, start, &hi))
				break;
			if (hi < lo) {
				re_fail(p, "invalid character class range",
				    re_since(p, from));
				break;
			}
		}
		class_rune(&b, lo);
		if (hi != lo) {
			buf_u8(&b, '-');
			class_rune(&b, hi);
		}
	}
	if (!p->bad && !re_take(p, ']'))
		re_fail(p, "missing closing ]", str_mk(start, (size_t)(p->all.p +
		    p->all.n - start)));
	buf_u8(&b, ']');
	struct str text = arena_str(p->a, buf_str(&b));

	buf_free(&b);
	return p->bad ? NULL : re_text_node(p, RE_CLASS, text);
}
