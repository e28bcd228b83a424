#include "base/reparse.h"

#include "base/reparser.h"

static struct re_node *alternation(struct re_parser *);

struct re_node *
re_fail(struct re_parser *p, const char *what, struct str at)
{
	if (!p->bad)
		err_set(p->e, ERR_QUERY, "error parsing regexp: %s: `%.*s`",
		    what, (int)(at.n > 200 ? 200 : at.n), at.p);
	p->bad = true;
	return NULL;
}

struct str
re_since(const struct re_parser *p, const char *from)
{
	return str_mk(from, (size_t)(p->s.p - from));
}

static struct re_node *
node(struct re_parser *p, enum re_node_type type)
{
	struct re_node *n = arena_zero(p->a, struct re_node, 1);

	n->type = type;
	return n;
}

struct re_node *
re_text_node(struct re_parser *p, enum re_node_type type, struct str text)
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

bool
re_peek(const struct re_parser *p, char c)
{
	return p->s.n > 0 && p->s.p[0] == c;
}

bool
re_take(struct re_parser *p, char c)
{
	if (!re_peek(p, c))
		return false;
	p->s = str_skip(p->s, 1);
	return true;
}

/* ---- characters ------------------------------------------------------- */

uint32_t
re_rune(struct re_parser *p)
{
	const uint8_t *s = (const uint8_t *)p->s.p;
	unsigned n = str_utf8(p->s);
	uint32_t r = n < 2 ? s[0] : s[0] & (0x7fu >> n);

	for (unsigned i = 1; i < n; i++)
		r = r << 6 | (s[i] & 0x3f);
	p->s = str_skip(p->s, n > 0 ? n : 1);
	return r;
}

int
re_hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	    c >= 'a' && c <= 'f' ? c - 'a' + 10 :
	    c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool
hex_escape(struct re_parser *p, uint32_t *r)
{
	unsigned n = 0;

	*r = 0;
	if (!re_take(p, '{')) {
		for (; n < 2 && p->s.n > 0 && re_hex(p->s.p[0]) >= 0; n++)
			*r = *r * 16 + (uint32_t)re_hex((char)re_rune(p));
		return n == 2;
	}
	for (; p->s.n > 0 && re_hex(p->s.p[0]) >= 0 && *r <= 0x10ffff; n++)
		*r = *r * 16 + (uint32_t)re_hex((char)re_rune(p));
	return n > 0 && re_take(p, '}') && *r <= 0x10ffff;
}

bool
re_escape(struct re_parser *p, const char *start, uint32_t *r)
{
	static const char from[] = "afnrtv", to[] = "\a\f\n\r\t\v";
	const char *at;

	if (p->s.n == 0) {
		re_fail(p, "trailing backslash at end of expression", S(""));
		return false;
	}
	uint32_t c = re_rune(p);

	if (c >= '1' && c <= '7' && !(p->s.n > 0 && p->s.p[0] >= '0' &&
	    p->s.p[0] <= '7'))
		goto bad;	/* a back-reference */
	if (c >= '0' && c <= '7') {
		*r = c - '0';
		for (int i = 1; i < 3 && p->s.n > 0 && p->s.p[0] >= '0' &&
		    p->s.p[0] <= '7'; i++)
			*r = *r * 8 + re_rune(p) - '0';
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
	    (c | 32) <= 'z')) {
		*r = c;
		return true;
	}
bad:
	re_fail(p, "invalid escape sequence", re_since(p, start));
	return false;
}

/* ---- atoms -------------------------------------------------------------- */

static struct re_node *
literal(struct re_parser *p, uint32_t r)
{
	char utf8[4];

	return re_text_node(p, RE_LIT, arena_str(p->a,
	    str_mk(utf8, str_put_rune(utf8, r))));
}

/* The flags of (?imsU-imsU) or (?i: up to ) or :; the "(?" is taken. */
static bool
group_flags(struct re_parser *p, const char *start, bool *opens)
{
	struct re_flags_now f = p->f;
	bool on = true, any = false;

	while (p->s.n > 0) {
		char c = (char)re_rune(p);

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
	re_fail(p, "missing closing )", re_since(p, start));
	return false;
bad:
	re_fail(p, "invalid or unsupported Perl syntax", re_since(p, start));
	return false;
}

static bool
group_name(struct re_parser *p, const char *start, struct str *name)
{
	const char *end = p->s.n > 0 ? memchr(p->s.p, '>', p->s.n) : NULL;
	size_t n = end ? (size_t)(end - p->s.p) : 0;

	for (size_t i = 0; i < n; i++)
		if (!((p->s.p[i] | 32) >= 'a' && (p->s.p[i] | 32) <= 'z') &&
		    !(p->s.p[i] >= '0' && p->s.p[i] <= '9') &&
		    p->s.p[i] != '_')
			n = 0;
	if (n == 0) {
		re_fail(p, "invalid named capture", str_mk(start, end ?
		    (size_t)(end + 1 - start) : p->s.n + (size_t)(p->s.p -
		    start)));
		return false;
	}
	*name = str_mk(p->s.p, n);
	p->s = str_skip(p->s, n + 1);
	return true;
}

static struct re_node *
group(struct re_parser *p)
{
	const char *start = p->s.p;
	struct re_flags_now keep = p->f;
	bool capture = true, opens = true;
	struct str name = { NULL, 0 };

	re_take(p, '(');
	if (str_starts(p->s, S("?P<")) || (str_starts(p->s, S("?<")) &&
	    !str_starts(p->s, S("?<=")) && !str_starts(p->s, S("?<!")))) {
		p->s = str_skip(p->s, p->s.p[1] == 'P' ? 3 : 2);
		if (!group_name(p, start, &name))
			return NULL;
	} else if (re_take(p, '?')) {
		capture = false;
		if (!group_flags(p, start, &opens))
			return NULL;
		if (!opens)
			return node(p, RE_EMPTY);
	}
	if (++p->depth > RE_DEPTH_MAX)
		return re_fail(p, "expression nests too deeply", p->all);
	struct re_node *kid = alternation(p);

	p->depth--;
	if (!kid)
		return NULL;
	if (!re_take(p, ')'))
		return re_fail(p, "missing closing )", p->all);
	p->f = keep;
	if (!capture)
		return kid;
	struct re_node *n = node(p, RE_GROUP);

	n->text = name;
	n->counted = name.n > 0;
	add_kid(n, kid);
	return n;
}

static struct re_node *
backslash(struct re_parser *p)
{
	const char *start = p->s.p;
	char c = p->s.n > 1 ? start[1] : 0;
	struct buf b = { 0 };
	uint32_t r;

	if (c == 'A' || c == 'z' || c == 'b' || c == 'B') {
		p->s = str_skip(p->s, 2);
		return re_text_node(p, RE_ASSERT, str_mk(start, 2));
	}
	if (c == 'Q') {
		p->s = str_skip(p->s, 2);
		size_t n = str_find(p->s, S("\\E"));
		struct str text = str_mk(p->s.p, n > p->s.n ? p->s.n : n);

		p->s = str_skip(p->s, n > p->s.n ? n : n + 2);
		return re_text_node(p, text.n > 0 ? RE_LIT : RE_EMPTY, text);
	}
	buf_u8(&b, '[');
	if (re_class_escape(p, &b)) {
		buf_u8(&b, ']');
		struct str text = arena_str(p->a, buf_str(&b));

		buf_free(&b);
		/* \P{Any} matches nothing; PCRE2 has no empty class */
		return re_text_node(p, RE_CLASS, text.n == 2 ? S("(*FAIL)") :
		    text);
	}
	buf_free(&b);
	re_take(p, '\\');
	return re_escape(p, start, &r) ? literal(p, r) : NULL;
}

static struct re_node *
atom(struct re_parser *p)
{
	switch (p->s.p[0]) {
	case '(':
		return group(p);
	case '[':
		return re_class(p);
	case '\\':
		return backslash(p);
	case '.':
		re_take(p, '.');
		return node(p, p->f.s ? RE_ANY : RE_ANY_NOT_NL);
	case '^':
		re_take(p, '^');
		return re_text_node(p, RE_ASSERT, p->f.m ? S("(?m:^)") :
		    S("\\A"));
	case '$':
		re_take(p, '$');
		return re_text_node(p, RE_ASSERT, p->f.m ? S("(?m:$)") :
		    S("\\z"));
	case '*': case '+': case '?':
		return re_fail(p, "missing argument to repetition operator",
		    str_mk(p->s.p, 1));
	default:
		return literal(p, re_rune(p));
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
braces(struct re_parser *p, int *min, int *max)
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
repeat_op(struct re_parser *p, int *min, int *max)
{
	*min = re_peek(p, '+');
	*max = re_peek(p, '?') ? 1 : -1;
	return re_peek(p, '{') ? braces(p, min, max) :
	    re_take(p, '*') || re_take(p, '+') || re_take(p, '?');
}

static struct re_node *
repeated(struct re_parser *p)
{
	struct re_node *n = atom(p);
	const char *op = p->s.p;
	int min, max;

	if (!n || p->s.n == 0 || !repeat_op(p, &min, &max))
		return n;
	if (min > RE_REPEAT_MAX || max > RE_REPEAT_MAX ||
	    (max >= 0 && min > max))
		return re_fail(p, "invalid repeat count", re_since(p, op));
	struct re_node *r = node(p, RE_REPEAT);

	r->min = min;
	r->max = max;
	r->greedy = !re_take(p, '?');
	if (p->f.U)
		r->greedy = !r->greedy;
	add_kid(r, n);
	if (p->s.n > 0 && repeat_op(p, &min, &max)) {
		re_take(p, '?');
		return re_fail(p, "invalid nested repetition operator",
		    re_since(p, op));
	}
	return r;
}

/* Neighbouring literals of one case become one. */
static void
cat_add(struct re_parser *p, struct re_node *cat, struct re_node *n)
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
concatenation(struct re_parser *p)
{
	struct re_node *cat = node(p, RE_CAT);

	while (p->s.n > 0 && !re_peek(p, '|') && !re_peek(p, ')')) {
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
alternation(struct re_parser *p)
{
	struct re_node *alt = node(p, RE_ALT);

	do {
		struct re_node *n = concatenation(p);

		if (!n)
			return NULL;
		n->next = NULL;
		add_kid(alt, n);
	} while (re_take(p, '|'));
	return alt->kid == alt->last ? alt->kid : alt;
}

struct re_node *
re_parse(struct str pattern, bool icase, bool dotall, struct arena *a,
    struct err *e)
{
	struct re_parser p = { .all = pattern, .s = pattern, .a = a, .e = e,
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
		return re_fail(&p, "unexpected )", pattern);
	return n;
}
