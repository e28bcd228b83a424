/* json: the json stage and unpack. logql.md 6.2, 6.3, 6.7. */
#include "lql/jsonread.h"
#include "lql/pipe.h"

#define DEPTH_MAX 128u

/* What a value is as a label. */
static struct str
text_of(const struct jsonread_value *v, struct lql_entry *en)
{
	struct str s = v->s;

	if (v->type == JSONREAD_NULL)
		return S("");
	if (v->type != JSONREAD_STRING)
		return s;
	if (memchr(s.p, '\\', s.n) && !jsonread_unescape(&s, en->mem))
		return S("");
	return entry_clean(en, s);
}

/* ---- json ----------------------------------------------------------------- */

/* 0: done; 1: the line is dropped; -1: *bad says why it stopped. */
static int
walk(struct lql_entry *en, struct str object, struct buf *name,
    unsigned depth, const char **bad)
{
	struct jsonread r = { .s = object };
	struct str key;
	struct jsonread_value v;
	size_t before = name->n;
	int got;

	while ((got = jsonread_pair(&r, &key, &v)) == 1) {
		name->n = before;
		if (memchr(key.p, '\\', key.n))
			jsonread_unescape(&key, en->mem);
		bool empty = str_trim(key).n == 0;

		if ((empty && depth == 0 && v.type != JSONREAD_OBJECT) ||
		    v.type == JSONREAD_NULL || v.type == JSONREAD_ARRAY)
			continue;
		if (before > 0 && !empty)
			buf_u8(name, '_');
		entry_name(name, key, before == 0);
		if (v.type == JSONREAD_OBJECT && depth < DEPTH_MAX) {
			int d = walk(en, v.s, name, depth + 1, bad);

			if (d != 0)
				return d;
		} else if (v.type != JSONREAD_OBJECT && !entry_extract(en,
		    arena_str(en->mem, buf_str(name)), text_of(&v, en)))
			return 1;
		if (entry_enough(en))
			return 0;
	}
	if (got == -1)
		*bad = r.bad;
	return got;
}

/* ---- one value -------------------------------------------------------------- */

struct str
pipe_json_find(struct str object, bool (*takes)(struct str), unsigned depth,
    struct arena *mem)
{
	struct jsonread r = { .s = object };
	struct str key, out = { NULL, 0 };
	struct jsonread_value v;

	while (!out.p && jsonread_pair(&r, &key, &v) == 1) {
		if (v.type == JSONREAD_OBJECT && depth > 1)
			out = pipe_json_find(v.s, takes, depth - 1, mem);
		else if (v.type == JSONREAD_STRING && takes(key) &&
		    jsonread_unescape(&v.s, mem))
			out = v.s;
	}
	return out;
}

/* ---- json with paths ------------------------------------------------------ */

/* The element at hand of an array; false: there is none, or it is bad. */
static bool
element(struct jsonread *r, int64_t want, struct jsonread_value *v)
{
	if (jsonread_peek(r) != '[')
		return false;
	r->at++;
	for (int64_t i = 0; jsonread_peek(r) != ']'; i++) {
		if (!jsonread_value(r, v))
			return false;
		if (i == want)
			return true;
		if (jsonread_peek(r) == ',')
			r->at++;
		else if (jsonread_peek(r) != ']')
			r->bad = jsonread_malformed;
		if (r->bad)
			return false;
	}
	return false;
}

/* The member of an object, likewise. */
static bool
member(struct jsonread *r, struct str want, struct jsonread_value *v)
{
	struct str key;
	int got, is = 0;

	if (jsonread_peek(r) != '{')
		return false;
	while (is == 0 && (got = jsonread_pair(r, &key, v)) == 1)
		is = r->of ? seek_key(key, r->of, want) : str_eq(key, want);
	if (is == -1 || got == -1)
		r->bad = jsonread_malformed;
	return is == 1;
}

/*
 * The value at the end of a name's path. false: there is none; *bad, if it is
 * set, says what is wrong; in the lines of a template (of, or NULL), that it
 * cannot be told.
 */
static bool
follow(const struct lql_name *f, struct str line, const struct seek_line *of,
    struct jsonread_value *v, const char **bad)
{
	*v = (struct jsonread_value){ JSONREAD_NULL, line };
	for (size_t i = 0; i < f->parts; i++) {
		const struct lql_path_part *p = &f->path[i];
		struct jsonread in = { .s = v->s, .of = of };

		if (p->key.p ? !member(&in, p->key, v) :
		    !element(&in, p->index, v)) {
			*bad = in.bad;
			return false;
		}
		if (p->key.p && i + 1 < f->parts &&
		    v->type != JSONREAD_OBJECT && v->type != JSONREAD_ARRAY)
			return false;
	}
	return true;
}

static bool
may_begin(struct str line)
{
	return str_has(S("{[\""), line.p[0]);
}

static bool
paths(const struct lql_step *st, struct lql_entry *en)
{
	uint32_t seen = en->nseen;

	if (en->line.n == 0)
		return true;
	if (!may_begin(en->line)) {
		entry_unparsed(en, "JSONParserErr", (struct str){ NULL, 0 });
		return true;
	}
	for (size_t i = 0; i < st->names; i++) {
		const struct lql_name *f = &st->name[i];
		const char *bad = NULL;
		struct jsonread_value v;
		bool got = follow(f, en->line, NULL, &v, &bad);

		if (!entry_extract_last(en, seen, f->name,
		    got ? text_of(&v, en) : S("")))
			return false;
		if (bad)
			entry_unparsed(en, "JSONParserErr", str_of(bad));
	}
	return true;
}

bool
pipe_json(const struct lql_step *st, struct lql_entry *en)
{
	const char *bad = NULL;
	struct buf name = { 0 };
	int r;

	if (st->names > 0)
		return paths(st, en);
	r = walk(en, en->line, &name, 0, &bad);
	buf_free(&name);
	if (r == -1)
		entry_unparsed(en, "JSONParserErr", str_of(bad));
	return r != 1;
}

/* ---- where a template has it ---------------------------------------------- */

struct sought {
	const struct seek_line *of;
	struct str name, *value;
	bool found;
};

/*
 * As walk, for one name, and to the end, for a fault there counts. 0, or -1:
 * it cannot be told.
 */
static int
seek(struct sought *sk, struct str object, struct buf *name, unsigned depth)
{
	struct jsonread r = { .s = object, .of = sk->of };
	struct str key;
	struct jsonread_value v;
	size_t before = name->n;
	int got;

	while ((got = jsonread_pair(&r, &key, &v)) == 1) {
		int is;

		name->n = before;
		if (depth >= DEPTH_MAX || str_trim(key).n == 0)
			return -1;
		if (v.type == JSONREAD_NULL || v.type == JSONREAD_ARRAY)
			continue;
		if (before > 0)
			buf_u8(name, '_');
		is = seek_name(name, key, sk->of, sk->name);
		if (is == -1 || (v.type == JSONREAD_OBJECT && seek(sk, v.s,
		    name, depth + 1) == -1))
			return -1;
		if (v.type == JSONREAD_OBJECT || is == 0 || sk->found)
			continue;
		*sk->value = v.s;
		sk->found = true;
	}
	return got;
}

/* As paths, for one name: all are followed, for a fault of any counts. */
static int
seek_path(const struct lql_step *st, const struct seek_line *l,
    struct str name, struct str *value)
{
	int is = 0;

	if (l->text.n == 0)
		return 0;
	if (l->kind[0] != LOG_AT_TEXT || !may_begin(l->text))
		return -1;
	for (size_t i = 0; i < st->names; i++) {
		struct jsonread_value v;
		const char *bad = NULL;
		bool got = follow(&st->name[i], l->text, l, &v, &bad);

		if (bad)
			return -1;
		if (!str_eq(st->name[i].name, name))
			continue;
		*value = got && v.type != JSONREAD_NULL ? v.s :
		    str_skip(l->text, l->text.n);
		is = 1;
	}
	return is;
}

int
seek_json(const struct lql_step *st, const struct seek_line *l,
    struct str name, struct str *value)
{
	struct sought sk = { l, name, value, false };
	struct buf b = { 0 };
	int r;

	if (st->names > 0)
		return seek_path(st, l, name, value);
	r = seek(&sk, l->text, &b, 0);
	buf_free(&b);
	return r == -1 ? -1 : sk.found;
}

/* ---- unpack --------------------------------------------------------------- */

static bool
take_pair(struct lql_entry *en, struct str key, const struct jsonread_value *v)
{
	struct buf b = { 0 };
	struct str name;

	entry_name(&b, key, true);
	name = arena_str(en->mem, buf_str(&b));
	buf_free(&b);
	return name.n == 0 || entry_extract(en, name, text_of(v, en));
}

bool
pipe_unpack(struct lql_entry *en)
{
	struct jsonread r = { .s = en->line };
	struct str key, line = { NULL, 0 };
	struct jsonread_value v;
	int got;

	if (en->line.n == 0)
		return true;
	while ((got = jsonread_pair(&r, &key, &v)) == 1)
		if (v.type == JSONREAD_STRING && str_eq(key, S("_entry")))
			line = text_of(&v, en);
	if (got == -1) {
		entry_unparsed(en, "JSONParserErr", en->line.p[0] == '{' ?
		    str_of(r.bad) : S("expecting json object(6), but it is not"));
		return true;
	}
	if (!line.p)
		return true;
	r = (struct jsonread){ .s = en->line };
	while (jsonread_pair(&r, &key, &v) == 1)
		if (v.type == JSONREAD_STRING && !str_eq(key, S("_entry")) &&
		    !take_pair(en, key, &v))
			return false;
	en->line = line;
	return true;
}
