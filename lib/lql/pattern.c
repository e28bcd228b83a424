#include "lql/pattern.h"

#include "base/buf.h"

static bool
letter(char c)
{
	return (c | 32) == '_' || c == '_' || ((c | 32) >= 'a' &&
	    (c | 32) <= 'z');
}

/* The length of <name> at the front, or 0. */
static size_t
capture_at(struct str s)
{
	size_t i = 1;

	if (s.n < 3 || s.p[0] != '<' || !letter(s.p[1]))
		return 0;
	while (i < s.n && (letter(s.p[i]) || (s.p[i] >= '0' && s.p[i] <= '9')))
		i++;
	return i < s.n && s.p[i] == '>' ? i + 1 : 0;
}

static void
add(struct lql_pattern *p, struct str text, bool capture, struct arena *a)
{
	if (text.n == 0)
		return;
	p->part = arena_grow(a, p->part, p->n, p->n + 1, sizeof *p->part);
	p->part[p->n++] = (struct lql_pattern_part){ text, capture,
		capture && !str_eq(text, S("_")) };
}

static void
cut(struct lql_pattern *p, struct str s, struct arena *a)
{
	size_t from = 0, n;

	for (size_t i = 0; i < s.n;) {
		n = capture_at(str_skip(s, i));
		if (n == 0) {
			i++;
			continue;
		}
		add(p, str_mk(s.p + from, i - from), false, a);
		add(p, str_mk(s.p + i + 1, n - 2), true, a);
		from = i += n;
	}
	add(p, str_skip(s, from), false, a);
}

static int
check(const struct lql_pattern *p, bool line, struct err *e)
{
	size_t named = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct lql_pattern_part *x = &p->part[i];

		named += x->named;
		if (i > 0 && x->capture && x[-1].capture)
			return err_set(e, ERR_QUERY, "found consecutive "
			    "capture '<%.*s><%.*s>': invalid expression",
			    PS(x[-1].text), PS(x->text));
		for (size_t k = 0; x->named && k < i; k++)
			if (p->part[k].named &&
			    str_eq(p->part[k].text, x->text))
				return err_set(e, ERR_QUERY, "duplicate "
				    "capture name (%.*s): invalid expression",
				    PS(x->text));
	}
	if (line && named > 0)
		return err_set(e, ERR_QUERY, "named captures are not allowed");
	if (!line && p->n == 0)
		return err_set(e, ERR_QUERY, "parse error at line 1, col 1: "
		    "syntax error: unexpected $end, expecting IDENTIFIER or "
		    "LITERAL");
	if (!line && named == 0)
		return err_set(e, ERR_QUERY,
		    "at least one capture is required");
	return 0;
}

int
lql_pattern_parse(struct lql_pattern *p, struct str s, bool line,
    struct arena *a, struct err *e)
{
	*p = (struct lql_pattern){ 0 };
	cut(p, s, a);
	return check(p, line, e);
}

bool
lql_pattern_test(const struct lql_pattern *p, struct str line)
{
	size_t off = 0;

	if (line.n == 0 || p->n == 0)
		return line.n == 0 && p->n == 0;
	for (size_t i = 0; i < p->n; i++) {
		struct str rest = str_skip(line, off);
		size_t at;

		if (p->part[i].capture)
			continue;
		at = str_find(rest, p->part[i].text);
		if (at > rest.n || (i == 0) != (at == 0))
			return false;
		off += at + p->part[i].text.n;
	}
	return p->part[p->n - 1].capture == (off < line.n);
}

bool
lql_pattern_match(const struct lql_pattern *p, struct str line,
    bool (*fn)(void *arg, struct str name, struct str value), void *arg)
{
	size_t i = 0;

	if (line.n == 0)
		return true;
	if (!p->part[0].capture) {
		if (!str_starts(line, p->part[0].text))
			return true;
		line = str_skip(line, p->part[0].text.n);
		i = 1;
	}
	for (; i < p->n; i += 2) {
		const struct lql_pattern_part *c = &p->part[i];
		size_t at = i + 1 < p->n ? str_find(line, c[1].text) :
		    SIZE_MAX;
		bool last = at > line.n;

		if (c->named && !fn(arg, c->text, last ? line :
		    str_mk(line.p, at)))
			return false;
		if (last)
			break;
		line = str_skip(line, at + c[1].text.n);
	}
	return true;
}

static bool
word_char(char c)
{
	return letter(c) || (c >= '0' && c <= '9');
}

bool
lql_pattern_fixed(const struct lql_pattern *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct str s = p->part[i].text;

		if (p->part[i].capture)
			continue;
		for (size_t k = 0; k < s.n; k++)
			if ((s.p[k] >= '0' && s.p[k] <= '9') ||
			    (uint8_t)s.p[k] < ' ')
				return false;
		/* the first one begins where the line does */
		if ((i > 0 && word_char(s.p[0])) || word_char(s.p[s.n - 1]))
			return false;
	}
	return true;
}

struct sought { struct str name, *value; bool found; };

static bool
is_it(void *arg, struct str name, struct str value)
{
	struct sought *s = arg;

	if (!s->found && str_eq(name, s->name)) {
		*s->value = value;
		s->found = true;
	}
	return true;
}

int
lql_pattern_seek(const struct lql_pattern *p, struct str line,
    struct str name, struct str *value)
{
	struct sought s = { name, value, false };

	lql_pattern_match(p, line, is_it, &s);
	return s.found;
}
