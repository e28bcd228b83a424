#include "log/match.h"

/* A run of word bytes, a mark, or one other byte, of the literal. */
struct token {
	struct str s;
	bool word, digit, mark;
};

static size_t
next_token(struct str lit, size_t at, struct token *t)
{
	size_t to = at;

	*t = (struct token){ 0 };
	if (split_is_word(lit.p[at])) {
		t->word = true;
		for (; to < lit.n && split_is_word(lit.p[to]); to++)
			t->digit |= split_class[(uint8_t)lit.p[to]] & 2;
	} else {
		t->mark = split_is_mark(lit.p[at]);
		to++;
	}
	t->s = str_mk(lit.p + at, to - at);
	return to;
}

/*
 * One alternative: the run at the left end, and that at the right, in a hole
 * (or as text). false: there is no such, as the run leaves no choice.
 */
static bool
alternative(struct match_alt *out, const struct match *m, bool left_hole,
    bool right_hole, struct arena *mem)
{
	struct str lit = m->lit;
	struct match_need *need = arena_new(mem, struct match_need, lit.n);
	char *text = arena_new(mem, char, lit.n);
	size_t n = 0;
	uint32_t holes = 0;
	struct token t;

	for (size_t at = 0, to; at < lit.n; at = to) {
		to = next_token(lit, at, &t);
		bool left = t.word && at == 0, right = t.word && to == lit.n;
		bool hole = t.mark || t.digit || (left && left_hole) ||
		    (right && right_hole);

		/* a choice that is none: another alternative has it */
		if (left && left_hole && t.digit)
			return false;
		if (right && right_hole && (t.digit || left))
			return false;
		if (!hole) {
			memcpy(text + n, t.s.p, t.s.n);
			n += t.s.n;
			continue;
		}
		need[holes] = (struct match_need){ holes,
		    left && right ? HOLE_HAS : left ? HOLE_ENDS :
		    right ? HOLE_STARTS : HOLE_IS, m->icase, t.s };
		holes++;
		text[n++] = MARK_VALUE;
	}
	if (left_hole && !split_is_word(lit.p[0]))
		return false;
	if (right_hole && !split_is_word(lit.p[lit.n - 1]))
		return false;
	*out = (struct match_alt){ str_mk(text, n), need, holes };
	return true;
}

void
match_lower(char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] + 'a' - 'A');
}

void
match_init(struct match *m, struct str lit, bool icase, struct arena *mem)
{
	struct match_need *all = arena_new(mem, struct match_need, 1);

	*m = (struct match){ .lit = lit, .icase = icase };
	*all = (struct match_need){ 0, HOLE_HAS, icase, lit };
	m->plain = (struct match_alt){ SPLIT_PLAIN, all, 1 };
	if (lit.n == 0)
		return;
	for (unsigned k = 0; k < 4; k++)
		m->alts += alternative(&m->alt[m->alts], m, k & 1, k & 2, mem);
}

static uint32_t
places_of(const struct match_alt *alt, struct str t, struct arena *mem,
    struct match_place **list, uint32_t n, bool *sure)
{
	const char *p = t.p, *end = t.p + t.n, *counted = t.p;
	uint32_t hole = 0;

	while ((p = memmem(p, (size_t)(end - p), alt->text.p,
	    alt->text.n)) != NULL) {
		if (alt->n == 0) {
			*sure = true;
			return n;
		}
		for (; counted < p; counted++)
			hole += *counted == MARK_VALUE;
		if (n % 16 == 0)
			*list = arena_grow(mem, *list, n, n + 16,
			    sizeof **list);
		(*list)[n++] = (struct match_place){ alt, hole };
		p++;
	}
	return n;
}

uint32_t
match_places(const struct match *m, struct str t, struct arena *mem,
    struct match_place **list, bool *sure)
{
	uint32_t n = 0;

	*list = NULL;
	*sure = m->lit.n == 0;
	if (*sure)
		return 0;
	if (m->icase) {
		t = arena_str(mem, t);
		match_lower((char *)(uintptr_t)t.p, t.n);
	}
	if (str_eq(t, SPLIT_PLAIN))
		return places_of(&m->plain, t, mem, list, 0, sure);
	for (unsigned k = 0; k < m->alts && !*sure; k++)
		n = places_of(&m->alt[k], t, mem, list, n, sure);
	return *sure ? 0 : n;
}

static bool
in_affix(const struct vars_col *c, uint8_t b)
{
	return (c->before.n > 0 && memchr(c->before.p, b, c->before.n)) ||
	    (c->after.n > 0 && memchr(c->after.p, b, c->after.n));
}

/* Whether values of the column may have this byte. */
static bool
may_byte(const struct vars_col *c, uint8_t b)
{
	if (in_affix(c, b))
		return true;
	switch (c->kind) {
	case VARS_TEXT:
		return c->mask >> (b & 63) & 1;
	case VARS_INT:
	case VARS_DIGITS:
		return b >= '0' && b <= '9';
	default:
		return (b >= '0' && b <= '9') || (b >= 'a' && b <= 'f');
	}
}

/* Whether they may have all bytes of the text, in either case if icase. */
static bool
within(const struct match_need *need, const struct vars_col *col)
{
	for (size_t i = 0; i < need->text.n; i++) {
		uint8_t c = (uint8_t)need->text.p[i];

		if (!may_byte(col, c) && !(need->icase && c >= 'a' &&
		    c <= 'z' && may_byte(col, (uint8_t)(c - 'a' + 'A'))))
			return false;
	}
	return true;
}

static uint64_t
digits_of(uint64_t v)
{
	uint64_t n = 1;

	while ((v /= 10) > 0)
		n++;
	return n;
}

static uint64_t
longest(const struct vars_col *c)
{
	switch (c->kind) {
	case VARS_INT:
	case VARS_DIGITS:
		return c->unit > 0 || c->min < 0 ? 20 :
		    digits_of((uint64_t)c->min + c->range);
	case VARS_HEX:
		return 2 * (uint64_t)c->width;
	case VARS_TRACE:
		return 32;
	case VARS_SPAN:
		return 16;
	default:
		return c->max_n;
	}
}

/* A whole decimal value against the column's range. */
static bool
number_may(const struct vars_col *c, struct str t)
{
	bool digits = c->kind == VARS_DIGITS;
	uint64_t v = digits;

	if (t.n > 18 || c->unit > 0)
		return t.n <= 20;
	if (!digits && t.n > 1 && t.p[0] == '0')
		return false;
	for (size_t i = 0; i < t.n; i++)
		v = v * 10 + (uint64_t)(t.p[i] - '0');
	return v - (uint64_t)c->min <= c->range;
}

bool
match_may(const struct vars_col *c, const struct match_need *need)
{
	struct str t = need->text;
	uint64_t most = c->before.n + c->after.n + longest(c);

	if (t.n > most || !within(need, c))
		return false;
	if (need->how != HOLE_IS)
		return true;
	if (c->kind != VARS_TEXT && c->kind != VARS_INT &&
	    c->kind != VARS_DIGITS && t.n != most)
		return false;
	if (need->icase && c->before.n + c->after.n > 0)
		return true;
	if (t.n < c->before.n + c->after.n || !str_starts(t, c->before) ||
	    !str_ends(t, c->after))
		return false;
	t = str_mk(t.p + c->before.n, t.n - c->before.n - c->after.n);
	if (c->kind != VARS_INT && c->kind != VARS_DIGITS)
		return true;
	if (t.n == 0)
		return false;
	for (size_t i = 0; i < t.n; i++)
		if (!(split_class[(uint8_t)t.p[i]] & 2))
			return false;
	return number_may(c, t);
}

bool
match_value(struct str v, const struct match_need *need)
{
	switch (need->how) {
	case HOLE_IS:
		return str_eq(v, need->text);
	case HOLE_STARTS:
		return str_starts(v, need->text);
	case HOLE_ENDS:
		return str_ends(v, need->text);
	default:
		return memmem(v.p, v.n, need->text.p, need->text.n) != NULL;
	}
}
