#include "base/reparse.h"

struct flags {
	bool i, m, s, U;
};

struct parser {
	struct str all, s;	/* the whole pattern, what is left of it */
	struct flags f;
	unsigned depth;
	struct arena *a;
	struct err *e;
	bool bad;
};

static struct re_node *alternation(struct parser *);

static struct re_node *
fail(struct parser *p, const char *what, struct str at)
{
	if (!p->bad)
		err_set(p->e, ERR_QUERY, "error parsing regexp: %s: `%.*s`",
		    what, (int)(at.n > 200 ? 200 : at.n), at.p);
	p->bad = true;
	return NULL;
}

/* The pattern's text from `from` up to where the parser stands. */
static struct str
since(const struct parser *p, const char *from)
{
	return str_mk(from, (size_t)(p->s.p - from));
}

static struct re_node *
node(struct parser *p, enum re_node_type type)
{
	struct re_node *n = arena_zero(p->a, struct re_node, 1);

	n->type = type;
	return n;
}

static struct re_node *
text_node(struct parser *p, enum re_node_type type, struct str text)
{
	struct re_node *n = node(p, type);

	n->text = text;
	n->icase = p->f.i;
	return n;
}

static void
add_kid(struct re_node *n, struct re_node *kid)
{
	if (n->last)
		n->last->next = kid;
	else
		n->kid = kid;
	n->last = kid;
}

static bool
peek(const struct parser *p, char c)
{
	return p->s.n > 0 && p->s.p[0] == c;
}

static bool
take(struct parser *p, char c)
{
	if (!peek(p, c))
		return false;
	p->s = str_skip(p->s, 1);
	return true;
}

/* ---- characters ------------------------------------------------------- */

static unsigned
utf8_put(char out[4], uint32_t r)
{
	if (r < 0x80) {
		out[0] = (char)r;
		return 1;
	}
	if (r < 0x800) {
		out[0] = (char)(0xc0 | r >> 6);
		out[1] = (char)(0x80 | (r & 0x3f));
		return 2;
	}
	if (r < 0x10000) {
		out[0] = (char)(0xe0 | r >> 12);
		out[1] = (char)(0x80 | (r >> 6 & 0x3f));
		out[2] = (char)(0x80 | (r & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | r >> 18);
	out[1] = (char)(0x80 | (r >> 12 & 0x3f));
	out[2] = (char)(0x80 | (r >> 6 & 0x3f));
	out[3] = (char)(0x80 | (r & 0x3f));
	return 4;
}

/* One character off the pattern, which is known to be UTF-8. */
static uint32_t
rune(struct parser *p)
{
	const uint8_t *s = (const uint8_t *)p->s.p;
	unsigned n = str_utf8(p->s);
	uint32_t r = n < 2 ? s[0] : s[0] & (0x7fu >> n);

	for (unsigned i = 1; i < n; i++)
		r = r << 6 | (s[i] & 0x3f);
	p->s = str_skip(p->s, n > 0 ? n : 1);
	return r;
}

static int
hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	    c >= 'a' && c <= 'f' ? c - 'a' + 10 :
	    c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool
hex_escape(struct parser *p, uint32_t *r)
{
	unsigned n = 0;

	*r = 0;
	if (!take(p, '{')) {
		for (; n < 2 && p->s.n > 0 && hex(p->s.p[0]) >= 0; n++)
			*r = *r * 16 + (uint32_t)hex((char)rune(p));
		return n == 2;
	}
	for (; p->s.n > 0 && hex(p->s.p[0]) >= 0 && *r <= 0x10ffff; n++)
		*r = *r * 16 + (uint32_t)hex((char)rune(p));
	return n > 0 && take(p, '}') && *r <= 0x10ffff;
}

/* An escape that stands for one character; the backslash is taken. */
static bool
escape(struct parser *p, const char *start, uint32_t *r)
{
	static const char from[] = "afnrtv", to[] = "\a\f\n\r\t\v";
	const char *at;

	if (p->s.n == 0) {
		fail(p, "trailing backslash at end of expression", S(""));
		return false;
	}
	uint32_t c = rune(p);

	if (c >= '1' && c <= '7' && !(p->s.n > 0 && p->s.p[0] >= '0' &&
	    p->s.p[0] <= '7'))
		goto bad;	/* a back-reference */
	if (c >= '0' && c <= '7') {
		*r = c - '0';
		for (int i = 1; i < 3 && p->s.n > 0 && p->s.p[0] >= '0' &&
		    p->s.p[0] <= '7'; i++)
			*r = *r * 8 + rune(p) - '0';
		return true;
	}
	if (c == 'x') {
		if (hex_escape(p, r))
			return true;
		goto bad;
	}
	if (c < 0x80 && (at = memchr(from, (int)c, sizeof from - 1))) {
		*r = (uint32_t)to[at - from];
		return true;
	}
	if (c < 0x80 && !(c >= '0' && c <= '9') && !((c | 32) >= 'a' &&
	    (c | 32) <= 'z') && c != '_') {
		*r = c;
		return true;
	}
bad:
	fail(p, "invalid escape sequence", since(p, start));
	return false;
}

/* ---- classes ------------------------------------------------------------ */

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

/* \d \S \pL \P{Greek} at the parser, appended as what stands inside [...]. */
static bool
class_escape(struct parser *p, struct buf *b)
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

	if (take(p, '{')) {
		const char *end = p->s.n > 0 ? memchr(p->s.p, '}', p->s.n) :
		    NULL;

		if (!end) {
			fail(p, "invalid character class range",
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
			rune(p);
		name.n = (size_t)(p->s.p - name.p);
	}
	for (size_t i = 0; i < name.n; i++)
		if (hex(name.p[i]) < 0 && !((name.p[i] | 32) >= 'a' &&
		    (name.p[i] | 32) <= 'z') && name.p[i] != '_')
			name.n = 0;
	if (name.n == 0)
		fail(p, "invalid character class range", since(p, start));
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
posix_class(struct parser *p, struct buf *b)
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
			buf_adds(b, since(p, start));
			return true;
		}
	fail(p, "invalid character class range", since(p, start));
	return true;
}

static bool
class_char(struct parser *p, const char *class_start, uint32_t *r)
{
	const char *start = p->s.p;

	if (p->s.n == 0) {
		fail(p, "missing closing ]", str_mk(class_start,
		    (size_t)(p->s.p - class_start)));
		return false;
	}
	*r = rune(p);
	return *r != '\\' || escape(p, start, r);
}

static struct re_node *
class(struct parser *p)
{
	const char *start = p->s.p;
	struct buf b = { 0 };
	bool first = true;

	take(p, '[');
	buf_addf(&b, "[%s", take(p, '^') ? "^" : "");
	while (!p->bad && (first || !peek(p, ']'))) {
		const char *from = p->s.p;
		uint32_t lo, hi;

		first = false;
		if (posix_class(p, &b) || class_escape(p, &b))
			continue;
		if (!class_char(p, start, &lo))
			break;
		hi = lo;
		if (p->s.n >= 2 && peek(p, '-') && p->s.p[1] != ']') {
			take(p, '-');
			if (!class_char(p, start, &hi))
				break;
			if (hi < lo) {
				fail(p, "invalid character class range",
				    since(p, from));
				break;
			}
		}
		class_rune(&b, lo);
		if (hi != lo) {
			buf_u8(&b, '-');
			class_rune(&b, hi);
		}
	}
	if (!p->bad && !take(p, ']'))
		fail(p, "missing closing ]", str_mk(start, (size_t)(p->all.p +
		    p->all.n - start)));
	buf_u8(&b, ']');
	struct str text = arena_str(p->a, buf_str(&b));

	buf_free(&b);
	return p->bad ? NULL : text_node(p, RE_CLASS, text);
}

/* ---- atoms -------------------------------------------------------------- */

static struct re_node *
literal(struct parser *p, uint32_t r)
{
	char utf8[4];

	return text_node(p, RE_LIT, arena_str(p->a,
	    str_mk(utf8, utf8_put(utf8, r))));
}

/* The flags of (?imsU-imsU) or (?i: up to ) or :; the "(?" is taken. */
static bool
group_flags(struct parser *p, const char *start, bool *opens)
{
	struct flags f = p->f;
	bool on = true, any = false;

	while (p->s.n > 0) {
		char c = (char)rune(p);

		switch (c) {
		case 'i': f.i = on; any = true; break;
		case 'm': f.m = on; any = true; break;
		case 's': f.s = on; any = true; break;
		case 'U': f.U = on; any = true; break;
		case '-':
			if (!on)
				goto bad;
			on = false;
			any = false;
			break;
		case ':':
		case ')':
			if (!on && !any)
				goto bad;
			*opens = c == ':';
			p->f = f;
			return true;
		default:
			goto bad;
		}
	}
	fail(p, "missing closing )", since(p, start));
	return false;
bad:
	fail(p, "invalid or unsupported Perl syntax", since(p, start));
	return false;
}

static bool
group_name(struct parser *p, const char *start)
{
	const char *end = p->s.n > 0 ? memchr(p->s.p, '>', p->s.n) : NULL;
	size_t n = end ? (size_t)(end - p->s.p) : 0;

	for (size_t i = 0; i < n; i++)
		if (!((p->s.p[i] | 32) >= 'a' && (p->s.p[i] | 32) <= 'z') &&
		    !(p->s.p[i] >= '0' && p->s.p[i] <= '9') &&
		    p->s.p[i] != '_')
			n = 0;
	if (n == 0) {
		fail(p, "invalid named capture", str_mk(start, end ?
		    (size_t)(end + 1 - start) : p->s.n + (size_t)(p->s.p -
		    start)));
		return false;
	}
	p->s = str_skip(p->s, n + 1);
	return true;
}

static struct re_node *
group(struct parser *p)
{
	const char *start = p->s.p;
	struct flags keep = p->f;
	bool capture = true, opens = true;

	take(p, '(');
	if (str_starts(p->s, S("?P<")) || (str_starts(p->s, S("?<")) &&
	    !str_starts(p->s, S("?<=")) && !str_starts(p->s, S("?<!")))) {
		p->s = str_skip(p->s, p->s.p[1] == 'P' ? 3 : 2);
		if (!group_name(p, start))
			return NULL;
	} else if (take(p, '?')) {
		capture = false;
		if (!group_flags(p, start, &opens))
			return NULL;
		if (!opens)
			return node(p, RE_EMPTY);
	}
	if (++p->depth > RE_DEPTH_MAX)
		return fail(p, "expression nests too deeply", p->all);
	struct re_node *kid = alternation(p);

	p->depth--;
	if (!kid)
		return NULL;
	if (!take(p, ')'))
		return fail(p, "missing closing )", p->all);
	p->f = keep;
	if (!capture)
		return kid;
	struct re_node *n = node(p, RE_GROUP);

	add_kid(n, kid);
	return n;
}

static struct re_node *
backslash(struct parser *p)
{
	const char *start = p->s.p;
	char c = p->s.n > 1 ? start[1] : 0;
	struct buf b = { 0 };
	uint32_t r;

	if (c == 'A' || c == 'z' || c == 'b' || c == 'B') {
		p->s = str_skip(p->s, 2);
		return text_node(p, RE_ASSERT, str_mk(start, 2));
	}
	if (c == 'Q') {
		p->s = str_skip(p->s, 2);
		size_t n = str_find(p->s, S("\\E"));
		struct str text = str_mk(p->s.p, n > p->s.n ? p->s.n : n);

		p->s = str_skip(p->s, n > p->s.n ? n : n + 2);
		return text_node(p, text.n > 0 ? RE_LIT : RE_EMPTY, text);
	}
	buf_u8(&b, '[');
	if (class_escape(p, &b)) {
		buf_u8(&b, ']');
		struct str text = arena_str(p->a, buf_str(&b));

		buf_free(&b);
		/* \P{Any} matches nothing; PCRE2 has no empty class */
		return text_node(p, RE_CLASS, text.n == 2 ? S("(*FAIL)") :
		    text);
	}
	buf_free(&b);
	take(p, '\\');
	return escape(p, start, &r) ? literal(p, r) : NULL;
}

static struct re_node *
atom(struct parser *p)
{
	switch (p->s.p[0]) {
	case '(':
		return group(p);
	case '[':
		return class(p);
	case '\\':
		return backslash(p);
	case '.':
		take(p, '.');
		return node(p, p->f.s ? RE_ANY : RE_ANY_NOT_NL);
	case '^':
		take(p, '^');
		return text_node(p, RE_ASSERT, p->f.m ? S("(?m:^)") :
		    S("\\A"));
	case '$':
		take(p, '$');
		return text_node(p, RE_ASSERT, p->f.m ? S("(?m:$)") :
		    S("\\z"));
	case '*': case '+': case '?':
		return fail(p, "missing argument to repetition operator",
		    str_mk(p->s.p, 1));
	default:
		return literal(p, rune(p));
	}
}

/* ---- repetition, concatenation, alternation -------------------------------- */

static bool
number(struct str *s, int *v)
{
	size_t n = 0;

	*v = 0;
	for (; n < s->n && s->p[n] >= '0' && s->p[n] <= '9'; n++)
		if (*v <= RE_REPEAT_MAX)
			*v = *v * 10 + s->p[n] - '0';
	if (n == 0 || (n > 1 && s->p[0] == '0'))
		return false;
	*s = str_skip(*s, n);
	return true;
}

/* {n}, {n,} or {n,m}: anything else is literal text. */
static bool
braces(struct parser *p, int *min, int *max)
{
	struct str s = str_skip(p->s, 1);

	if (!number(&s, min))
		return false;
	*max = *min;
	if (s.n > 0 && s.p[0] == ',') {
		s = str_skip(s, 1);
		*max = -1;
		if (s.n > 0 && s.p[0] != '}' && !number(&s, max))
			return false;
	}
	if (s.n == 0 || s.p[0] != '}')
		return false;
	p->s = str_skip(s, 1);
	return true;
}

static bool
repeat_op(struct parser *p, int *min, int *max)
{
	*min = peek(p, '+');
	*max = peek(p, '?') ? 1 : -1;
	return peek(p, '{') ? braces(p, min, max) :
	    take(p, '*') || take(p, '+') || take(p, '?');
}

static struct re_node *
repeated(struct parser *p)
{
	struct re_node *n = atom(p);
	const char *op = p->s.p;
	int min, max;

	if (!n || p->s.n == 0 || !repeat_op(p, &min, &max))
		return n;
	if (min > RE_REPEAT_MAX || max > RE_REPEAT_MAX ||
	    (max >= 0 && min > max))
		return fail(p, "invalid repeat count", since(p, op));
	struct re_node *r = node(p, RE_REPEAT);

	r->min = min;
	r->max = max;
	r->greedy = !take(p, '?');
	if (p->f.U)
		r->greedy = !r->greedy;
	add_kid(r, n);
	if (p->s.n > 0 && repeat_op(p, &min, &max)) {
		take(p, '?');
		return fail(p, "invalid nested repetition operator",
		    since(p, op));
	}
	return r;
}

/* Neighbouring literals of one case become one. */
static void
cat_add(struct parser *p, struct re_node *cat, struct re_node *n)
{
	struct re_node *l = cat->last;

	if (n->type == RE_EMPTY)
		return;
	if (l && l->type == RE_LIT && n->type == RE_LIT &&
	    l->icase == n->icase) {
		l->text = arena_printf(p->a, "%.*s%.*s", PS(l->text),
		    PS(n->text));
		return;
	}
	add_kid(cat, n);
}

static struct re_node *
concatenation(struct parser *p)
{
	struct re_node *cat = node(p, RE_CAT);

	while (p->s.n > 0 && !peek(p, '|') && !peek(p, ')')) {
		struct re_node *n = repeated(p);

		if (!n)
			return NULL;
		cat_add(p, cat, n);
	}
	if (!cat->kid)
		cat->type = RE_EMPTY;
	return cat->kid && cat->kid == cat->last ? cat->kid : cat;
}

static struct re_node *
alternation(struct parser *p)
{
	struct re_node *alt = node(p, RE_ALT);

	do {
		struct re_node *n = concatenation(p);

		if (!n)
			return NULL;
		n->next = NULL;
		add_kid(alt, n);
	} while (take(p, '|'));
	return alt->kid == alt->last ? alt->kid : alt;
}

struct re_node *
re_parse(struct str pattern, bool icase, bool dotall, struct arena *a,
    struct err *e)
{
	struct parser p = { .all = pattern, .s = pattern, .a = a, .e = e,
	    .f = { .i = icase, .s = dotall } };

	if (pattern.n > RE_PATTERN_MAX) {
		err_set(e, ERR_QUERY, "error parsing regexp: expression too "
		    "large: over %u bytes", RE_PATTERN_MAX);
		return NULL;
	}
	for (size_t i = 0, n; i < pattern.n; i += n) {
		n = str_utf8(str_skip(pattern, i));
		if (n == 0 || pattern.p[i] == '\0') {
			err_set(e, ERR_QUERY,
			    "error parsing regexp: invalid UTF-8");
			return NULL;
		}
	}
	struct re_node *n = alternation(&p);

	if (n && p.s.n > 0)
		return fail(&p, "unexpected )", pattern);
	return n;
}

static void
emit_literal(struct str s, struct buf *b)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = (uint8_t)s.p[i];

		if (c < 0x20 || c == 0x7f)
			buf_addf(b, "\\x{%x}", c);
		else {
			if (c < 0x80 && !(c >= '0' && c <= '9') &&
			    !((c | 32) >= 'a' && (c | 32) <= 'z'))
				buf_u8(b, '\\');
			buf_u8(b, c);
		}
	}
}

static void
emit_repeat(const struct re_node *n, struct buf *b)
{
	buf_addf(b, "(?:");
	re_emit(n->kid, b);
	if (n->max == -1)
		buf_addf(b, "){%d,}", n->min);
	else
		buf_addf(b, "){%d,%d}", n->min, n->max);
	if (!n->greedy)
		buf_u8(b, '?');
}

void
re_emit(const struct re_node *n, struct buf *b)
{
	switch (n->type) {
	case RE_EMPTY:
		return;
	case RE_LIT:
	case RE_CLASS:
		buf_addf(b, n->icase ? "(?i:" : "(?:");
		if (n->type == RE_LIT)
			emit_literal(n->text, b);
		else
			buf_adds(b, n->text);
		buf_u8(b, ')');
		return;
	case RE_ANY:
		buf_addf(b, "(?s:.)");
		return;
	case RE_ANY_NOT_NL:
		buf_addf(b, "[^\\n]");
		return;
	case RE_ASSERT:
		buf_adds(b, n->text);
		return;
	case RE_REPEAT:
		emit_repeat(n, b);
		return;
	case RE_CAT:
	case RE_ALT:
	case RE_GROUP:
		buf_addf(b, "(?:");
		for (const struct re_node *k = n->kid; k; k = k->next) {
			re_emit(k, b);
			if (n->type == RE_ALT && k->next)
				buf_u8(b, '|');
		}
		buf_u8(b, ')');
	}
}
