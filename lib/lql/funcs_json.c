/* funcs_json: fromJson: strict, whole texts, as Go's encoding/json. */
#include <math.h>
#include <stdlib.h>

#include "base/num.h"
#include "lql/funcs.h"
#include "lql/jsonread.h"

#define DEPTH_MAX 100u

struct reader {
	struct str s;		/* what is left */
	struct arena *a;
	unsigned depth;
};

struct member { struct str key; size_t no; struct tmpl_value v; };

static bool value(struct reader *, struct tmpl_value *);

static void
blanks(struct reader *r)
{
	while (r->s.n > 0 && strchr(" \t\r\n", r->s.p[0]) && r->s.p[0])
		r->s = str_skip(r->s, 1);
}

/* Behind blanks. */
static bool
take(struct reader *r, char c)
{
	blanks(r);
	if (r->s.n == 0 || r->s.p[0] != c)
		return false;
	r->s = str_skip(r->s, 1);
	return true;
}

static bool
string(struct reader *r, struct str *out)
{
	size_t n = 0;

	if (!take(r, '"'))
		return false;
	while (n < r->s.n && r->s.p[n] != '"') {
		if ((uint8_t)r->s.p[n] < ' ')
			return false;
		if (r->s.p[n] == '\\' && n + 1 < r->s.n &&
		    r->s.p[n + 1] == '\'')
			return false;
		n += r->s.p[n] == '\\' ? 2 : 1;
	}
	if (n >= r->s.n)
		return false;
	*out = str_mk(r->s.p, n);
	r->s = str_skip(r->s, n + 1);
	return jsonread_unescape(out, r->a);
}

/* JSON's numbers: no +1, 01, 1. or .5. */
static bool
number(struct reader *r, struct tmpl_value *out)
{
	size_t n = 0, start;
	struct str s = r->s;

	*out = tmpl_f64(0);
	n += s.n > 0 && s.p[0] == '-';
	start = n;
	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	if (n == start || (s.p[start] == '0' && n > start + 1))
		return false;
	if (n < s.n && s.p[n] == '.')
		for (start = ++n; n < s.n && s.p[n] >= '0' && s.p[n] <= '9';)
			n++;
	if (n == start)
		return false;
	if (n < s.n && (s.p[n] | 32) == 'e') {
		n++;
		n += n < s.n && (s.p[n] == '+' || s.p[n] == '-');
		for (start = n; n < s.n && s.p[n] >= '0' && s.p[n] <= '9';)
			n++;
		if (n == start)
			return false;
	}
	r->s = str_skip(s, n);
	return num_f64(str_mk(s.p, n), &out->f) && isfinite(out->f);
}

static bool
word(struct reader *r, struct tmpl_value *out)
{
	static const struct { const char *text; enum tmpl_type type; bool b; }
	    words[] = { { "true", TMPL_BOOL, true },
		{ "false", TMPL_BOOL, false }, { "null", TMPL_NIL, false } };

	for (size_t i = 0; i < 3; i++)
		if (str_starts(r->s, str_of(words[i].text))) {
			r->s = str_skip(r->s, strlen(words[i].text));
			*out = (struct tmpl_value){ .type = words[i].type,
				.b = words[i].b };
			return true;
		}
	return number(r, out);
}

static bool
list(struct reader *r, struct tmpl_value *out)
{
	struct tmpl_value *v = NULL;
	size_t n = 0, cap = 0;

	*out = (struct tmpl_value){ .type = TMPL_LIST };
	if (take(r, ']'))
		return true;
	do {
		if (n == cap) {
			cap = cap * 2 + 4;
			v = arena_grow(r->a, v, n, cap, sizeof *v);
		}
		if (!value(r, &v[n++]))
			return false;
	} while (take(r, ','));
	out->v = v;
	out->n = n;
	return take(r, ']');
}

static int
by_key(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int c = str_cmp(x->key, y->key);

	return c != 0 ? c : x->no < y->no ? -1 : 1;
}

/* Sorted by key; of equal ones the last. */
static void
finish(struct reader *r, struct member *m, size_t n, struct tmpl_value *out)
{
	struct str *key = arena_new(r->a, struct str, n + 1);
	struct tmpl_value *v = arena_new(r->a, struct tmpl_value, n + 1);

	if (n > 1)
		qsort(m, n, sizeof *m, by_key);
	for (size_t i = 0; i < n; i++) {
		if (i + 1 < n && str_eq(m[i].key, m[i + 1].key))
			continue;
		key[out->n] = m[i].key;
		v[out->n++] = m[i].v;
	}
	out->key = key;
	out->v = v;
}

static bool
map(struct reader *r, struct tmpl_value *out)
{
	struct member *m = NULL;
	size_t n = 0, cap = 0;

	*out = (struct tmpl_value){ .type = TMPL_MAP };
	if (!take(r, '}')) {
		do {
			if (n == cap) {
				cap = cap * 2 + 4;
				m = arena_grow(r->a, m, n, cap, sizeof *m);
			}
			m[n].no = n;
			if (!string(r, &m[n].key) || !take(r, ':') ||
			    !value(r, &m[n].v))
				return false;
			n++;
		} while (take(r, ','));
		if (!take(r, '}'))
			return false;
	}
	finish(r, m, n, out);
	return true;
}

static bool
value(struct reader *r, struct tmpl_value *out)
{
	bool ok;

	blanks(r);
	if (r->s.n == 0 || ++r->depth > DEPTH_MAX)
		return false;
	switch (r->s.p[0]) {
	case '"':
		*out = tmpl_str(S(""));
		ok = string(r, &out->s);
		break;
	case '[': ok = take(r, '[') && list(r, out); break;
	case '{': ok = take(r, '{') && map(r, out); break;
	default: ok = word(r, out);
	}
	r->depth--;
	return ok;
}

/* Maps, lists and doubles; nil when it is no JSON. */
static int
fn_fromJson(struct tmpl_call *c)
{
	struct reader r = { .s = c->arg[0].s, .a = c->mem };

	if (value(&r, c->out)) {
		blanks(&r);
		if (r.s.n == 0)
			return 0;
	}
	*c->out = (struct tmpl_value){ .type = TMPL_NIL };
	return 0;
}

const struct tmpl_func lql_json_funcs[] = {
	{ "fromJson", "s", fn_fromJson, false },
	{ .name = NULL },
};
