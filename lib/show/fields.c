#include "show/fields.h"

struct painter {
	const struct show *sh;
	struct buf *b;
	enum show_style style;
	bool dim;		/* is on */
};

static void
put(struct painter *p, struct str s, bool dim)
{
	if (dim != p->dim) {
		show_off(p->sh, p->b);
		show_on(p->sh, p->b, dim ? SHOW_DIM : p->style);
		p->dim = dim;
	}
	show_text(p->b, s);
}

/* The bytes of a JSON string from its quote on, which may not end. */
static size_t
string_length(struct str s)
{
	size_t i = 1;

	while (i < s.n && s.p[i] != '"')
		i += s.p[i] == '\\' && i + 1 < s.n ? 2 : 1;
	return i < s.n ? i + 1 : s.n;
}

static bool
is_key(struct str behind)
{
	struct str rest = str_trim(behind);

	return rest.n > 0 && rest.p[0] == ':';
}

/* What is no string, up to the next one: brackets and commas are dim. */
static size_t
between(struct painter *p, struct str s)
{
	size_t n = 0;
	bool dim = strchr("{}[],: \t", s.p[0]) != NULL;

	while (n < s.n && s.p[n] != '"' && s.p[n] != '\0' &&
	    (strchr("{}[],: \t", s.p[n]) != NULL) == dim)
		n++;
	n += n == 0;		/* a NUL */
	put(p, str_mk(s.p, n), dim);
	return n;
}

static void
json(struct painter *p, struct str s)
{
	while (s.n > 0) {
		size_t n;

		if (s.p[0] == '"') {
			n = string_length(s);
			put(p, str_mk(s.p, n), is_key(str_skip(s, n)));
		} else {
			n = between(p, s);
		}
		s = str_skip(s, n);
	}
}

/* The bytes of "key=" at the beginning, 0: there is none. */
static size_t
key_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && ((s.p[n] >= 'a' && s.p[n] <= 'z') ||
	    (s.p[n] >= 'A' && s.p[n] <= 'Z') || s.p[n] == '_' ||
	    (n > 0 && ((s.p[n] >= '0' && s.p[n] <= '9') || s.p[n] == '.' ||
	    s.p[n] == '-'))))
		n++;
	return n > 0 && n < s.n && s.p[n] == '=' ? n + 1 : 0;
}

/* The bytes up to and with the blank behind a value or word. */
static size_t
word_length(struct str s)
{
	size_t n = s.n > 0 && s.p[0] == '"' ? string_length(s) : 0;

	while (n < s.n && s.p[n] != ' ')
		n++;
	return n < s.n ? n + 1 : n;
}

static void
logfmt(struct painter *p, struct str s)
{
	while (s.n > 0) {
		size_t key = key_length(s), word;

		if (key > 0)
			put(p, str_mk(s.p, key), true);
		s = str_skip(s, key);
		word = word_length(s);
		if (word > 0)
			put(p, str_mk(s.p, word), false);
		s = str_skip(s, word);
	}
}

void
show_fields(const struct show *sh, struct buf *b, struct str line,
    enum show_style style)
{
	struct painter p = { .sh = sh, .b = b, .style = style };

	show_on(sh, b, style);
	if (!sh->colour)
		show_text(b, line);
	else if (line.n > 0 && line.p[0] == '{')
		json(&p, line);
	else
		logfmt(&p, line);
	show_off(sh, b);
}
