/*
 * json: the json stage and unpack. logql.md 6.2, 6.3, 6.7.
 *
 * Read here, not by the JSON library: broken lines must give the labels that
 * stand before the fault, and its words.
 */
#include "lql/pipe.h"

#define DEPTH_MAX 128u

static const char no_object[] =
    "Value looks like object, but can't find closing '}' symbol";
static const char no_array[] =
    "Value is array, but can't find closing ']' symbol";
static const char no_string[] =
    "Value is string, but can't find closing '\"' symbol";
static const char malformed[] = "Malformed JSON error";
static const char unknown[] = "Unknown value type";

enum type { STRING, NUMBER, TRUTH, NIL, OBJECT, ARRAY };

struct value {
	enum type type;
	struct str s;		/* a string's without the quotes */
};

struct reader {
	struct str s;
	size_t at;
	const char *bad;
};

/* ---- escapes -------------------------------------------------------------- */

static bool
hex4(const char *p, size_t n, uint32_t *v)
{
	uint8_t b[2];

	if (n < 4 || str_unhex(b, 2, str_mk(p, 4)) != 2)
		return false;
	*v = (uint32_t)b[0] << 8 | b[1];
	return true;
}

/* \uXXXX at s[*i], which is the u; two of them may be one character. */
static bool
unicode(struct str s, size_t *i, char **o)
{
	uint32_t r, low;

	if (!hex4(s.p + *i + 1, s.n - *i - 1, &r))
		return false;
	*i += 5;
	if (r >= 0xd800 && r < 0xe000) {
		if (r < 0xdc00 && s.n - *i >= 6 && s.p[*i] == '\\' &&
		    s.p[*i + 1] == 'u' && hex4(s.p + *i + 2, 4, &low) &&
		    low >= 0xdc00 && low < 0xe000) {
			r = 0x10000 + ((r - 0xd800) << 10) + (low - 0xdc00);
			*i += 6;
		} else {
			r = 0xfffd;
		}
	}
	*o += str_put_rune(*o, r);
	return true;
}

bool
pipe_unescape(struct str *v, struct arena *mem)
{
	static const char from[] = "\"\\/bfnrt'", to[] = "\"\\/\b\f\n\r\t'";
	struct str s = *v;
	char *out = arena_new(mem, char, s.n), *o = out;

	for (size_t i = 0; i < s.n;) {
		const char *k;

		if (s.p[i] != '\\') {
			*o++ = s.p[i++];
			continue;
		}
		if (++i == s.n)
			return false;
		if (s.p[i] == 'u') {
			if (!unicode(s, &i, &o))
				return false;
			continue;
		}
		k = s.p[i] ? strchr(from, s.p[i]) : NULL;
		if (!k)
			return false;
		*o++ = to[k - from];
		i++;
	}
	*v = str_mk(out, (size_t)(o - out));
	return true;
}

/* ---- reading -------------------------------------------------------------- */

static bool
fails(struct reader *r, const char *why)
{
	r->bad = why;
	return false;
}

/* The next byte that is no blank, not taken; 0 at the end. */
static char
peek(struct reader *r)
{
	while (r->at < r->s.n && (r->s.p[r->at] == ' ' ||
	    r->s.p[r->at] == '\t' || r->s.p[r->at] == '\n' ||
	    r->s.p[r->at] == '\r'))
		r->at++;
	return r->at < r->s.n ? r->s.p[r->at] : '\0';
}

/* Behind the quote that ends the string begun at `at`, or SIZE_MAX. */
static size_t
string_end(struct str s, size_t at)
{
	for (size_t i = at + 1; i < s.n; i++)
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			return i + 1;
	return SIZE_MAX;
}

static size_t
block_end(struct str s, size_t at, char open, char close)
{
	size_t level = 0;

	for (size_t i = at; i < s.n; i++) {
		if (s.p[i] == '"') {
			i = string_end(s, i);
			if (i == SIZE_MAX)
				return SIZE_MAX;
			i--;
		} else if (s.p[i] == open) {
			level++;
		} else if (s.p[i] == close && --level == 0) {
			return i + 1;
		}
	}
	return SIZE_MAX;
}

static bool
read_plain(struct reader *r, struct value *v)
{
	size_t from = r->at;

	while (r->at < r->s.n && !strchr(" \n\r\t,}]", r->s.p[r->at]))
		r->at++;
	v->s = str_mk(r->s.p + from, r->at - from);
	if (str_eq(v->s, S("true")) || str_eq(v->s, S("false")))
		v->type = TRUTH;
	else if (str_eq(v->s, S("null")))
		v->type = NIL;
	else if (v->s.n > 0 && (v->s.p[0] == '-' || (v->s.p[0] >= '0' &&
	    v->s.p[0] <= '9')))
		v->type = NUMBER;
	else
		return fails(r, unknown);
	return true;
}

static bool
read_value(struct reader *r, struct value *v)
{
	char c = peek(r);
	size_t from = r->at, end;

	if (c == '\0')
		return fails(r, malformed);
	if (c != '"' && c != '{' && c != '[')
		return read_plain(r, v);
	v->type = c == '"' ? STRING : c == '{' ? OBJECT : ARRAY;
	end = c == '"' ? string_end(r->s, from) :
	    block_end(r->s, from, c, c == '{' ? '}' : ']');
	if (end == SIZE_MAX)
		return fails(r, c == '"' ? no_string : c == '{' ? no_object :
		    no_array);
	r->at = end;
	v->s = c == '"' ? str_mk(r->s.p + from + 1, end - from - 2) :
	    str_mk(r->s.p + from, end - from);
	return true;
}

/* 1: a key with its value; 0: the end; -1: r->bad. `first` at the {. */
static int
next_pair(struct reader *r, bool first, struct str *key, struct value *v)
{
	char c = peek(r);
	size_t end;

	if (first && c != '{')
		return fails(r, no_object) - 1;
	if (!first && c == '}')
		return 0;
	if (!first && c != ',')
		return fails(r, c == '\0' ? no_array : no_object) - 1;
	r->at++;
	c = peek(r);
	if (c == '}')
		return 0;
	if (c != '"')
		return fails(r, c != '\0' ? no_object : first ? malformed :
		    no_array) - 1;
	end = string_end(r->s, r->at);
	if (end == SIZE_MAX)
		return fails(r, malformed) - 1;
	*key = str_mk(r->s.p + r->at + 1, end - r->at - 2);
	r->at = end;
	if (peek(r) != ':')
		return fails(r, malformed) - 1;
	r->at++;
	return read_value(r, v) ? 1 : -1;
}

/* What a value is as a label. */
static struct str
text_of(const struct value *v, struct lql_entry *en)
{
	struct str s = v->s;

	if (v->type == NIL)
		return S("");
	if (v->type != STRING)
		return s;
	if (memchr(s.p, '\\', s.n) && !pipe_unescape(&s, en->mem))
		return S("");
	return entry_clean(en, s);
}

/* ---- json ----------------------------------------------------------------- */

/* 0: done; 1: the line is dropped; -1: *bad says why it stopped. */
static int
walk(struct lql_entry *en, struct str object, struct buf *name,
    unsigned depth, const char **bad)
{
	struct reader r = { .s = object };
	struct str key;
	struct value v;
	size_t before = name->n;
	int got = 0;

	for (bool first = true; (got = next_pair(&r, first, &key, &v)) == 1;
	    first = false) {
		name->n = before;
		if (memchr(key.p, '\\', key.n))
			pipe_unescape(&key, en->mem);
		bool empty = str_trim(key).n == 0;

		if ((empty && depth == 0 && v.type != OBJECT) ||
		    v.type == NIL || v.type == ARRAY)
			continue;
		if (before > 0 && !empty)
			buf_u8(name, '_');
		entry_name(name, key, before == 0);
		if (v.type == OBJECT && depth < DEPTH_MAX) {
			int d = walk(en, v.s, name, depth + 1, bad);

			if (d != 0)
				return d;
		} else if (v.type != OBJECT && !entry_extract(en,
		    arena_str(en->mem, buf_str(name)), text_of(&v, en)))
			return 1;
		if (entry_enough(en))
			return 0;
	}
	if (got == -1)
		*bad = r.bad;
	return got;
}

/* ---- where a template has it ---------------------------------------------- */

struct seek {
	struct str line;
	const uint8_t *kind;
	struct str name, *value;
	bool found;
};

/*
 * As walk, for one name, and to the end, for a fault there counts. 0, or -1:
 * it cannot be told.
 */
static int
seek(struct seek *sk, struct str object, struct buf *name, unsigned depth)
{
	struct reader r = { .s = object };
	struct str key;
	struct value v;
	size_t before = name->n;
	int got = 0;

	for (bool first = true; (got = next_pair(&r, first, &key, &v)) == 1;
	    first = false) {
		int is = 0;

		/* what begins an unquoted value tells what it is */
		if (v.type != STRING && v.s.n > 0 &&
		    sk->kind[v.s.p - sk->line.p] == LOG_AT_WORD)
			return -1;
		name->n = before;
		if (depth >= DEPTH_MAX || str_trim(key).n == 0)
			return -1;
		if (v.type == NIL || v.type == ARRAY)
			continue;
		if (before > 0)
			buf_u8(name, '_');
		is = pipe_seek_name(name, key, sk->line, sk->kind, sk->name);
		if (is == -1 || (v.type == OBJECT && seek(sk, v.s, name,
		    depth + 1) == -1))
			return -1;
		if (v.type == OBJECT || is == 0 || sk->found)
			continue;
		*sk->value = v.s;
		sk->found = true;
	}
	return got;
}

int
pipe_json_seek(struct str line, const uint8_t *kind, struct str name,
    struct str *value)
{
	struct seek sk = { line, kind, name, value, false };
	struct buf b = { 0 };
	int r = seek(&sk, line, &b, 0);

	buf_free(&b);
	return r == -1 ? -1 : sk.found;
}

/* ---- one value -------------------------------------------------------------- */

struct str
pipe_json_find(struct str object, bool (*takes)(struct str), unsigned depth,
    struct arena *mem)
{
	struct reader r = { .s = object };
	struct str key, out = { NULL, 0 };
	struct value v;

	for (bool first = true; !out.p && next_pair(&r, first, &key, &v) == 1;
	    first = false) {
		if (v.type == OBJECT && depth > 1)
			out = pipe_json_find(v.s, takes, depth - 1, mem);
		else if (v.type == STRING && takes(key) &&
		    pipe_unescape(&v.s, mem))
			out = v.s;
	}
	return out;
}

/* ---- json with paths ------------------------------------------------------ */

static bool
index_of(struct reader *r, int64_t want, struct value *v)
{
	r->at++;		/* the [ */
	for (int64_t i = 0; peek(r) != ']'; i++) {
		if (!read_value(r, v))
			return false;
		if (i == want)
			return true;
		if (peek(r) == ',')
			r->at++;
		else if (peek(r) != ']')
			return fails(r, malformed);
	}
	return false;
}

/* Whether there is such a value; else r->bad may say why not. */
static bool
find(struct reader *r, const struct lql_path_part *p, size_t n,
    struct value *v)
{
	for (size_t i = 0; i < n; i++) {
		struct reader in = { .s = i == 0 ? r->s : v->s };
		struct str key;
		int got = 1;

		if (!p[i].key.p) {
			if (peek(&in) != '[' || !index_of(&in, p[i].index, v)) {
				r->bad = in.bad;
				return false;
			}
			continue;
		}
		if (peek(&in) != '{')
			return false;
		for (bool first = true; (got = next_pair(&in, first, &key,
		    v)) == 1 && !str_eq(key, p[i].key); first = false)
			;
		if (got != 1) {
			if (got == -1)
				r->bad = malformed;
			return false;
		}
		if (i + 1 < n && v->type != OBJECT && v->type != ARRAY)
			return false;
	}
	return true;
}

static bool
paths(const struct lql_step *st, struct lql_entry *en)
{
	char c = en->line.n > 0 ? en->line.p[0] : '{';
	uint32_t seen = en->nseen;

	if (en->line.n == 0)
		return true;
	if (c != '{' && c != '[' && c != '"') {
		entry_unparsed(en, "JSONParserErr", (struct str){ NULL, 0 });
		return true;
	}
	for (size_t i = 0; i < st->names; i++) {
		const struct lql_name *f = &st->name[i];
		struct reader r = { .s = en->line };
		struct value v = { .type = NIL };
		bool got = find(&r, f->path, f->parts, &v);

		if (!entry_extract_last(en, seen, f->name,
		    got ? text_of(&v, en) : S("")))
			return false;
		if (r.bad)
			entry_unparsed(en, "JSONParserErr", str_of(r.bad));
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

/* ---- unpack --------------------------------------------------------------- */

static bool
take_pair(struct lql_entry *en, struct str key, const struct value *v)
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
	struct reader r = { .s = en->line };
	struct str key, line = { NULL, 0 };
	struct value v;
	int got = 0;

	if (en->line.n == 0)
		return true;
	for (bool first = true; (got = next_pair(&r, first, &key, &v)) == 1;
	    first = false)
		if (v.type == STRING && str_eq(key, S("_entry")))
			line = text_of(&v, en);
	if (got == -1) {
		entry_unparsed(en, "JSONParserErr", en->line.p[0] == '{' ?
		    str_of(r.bad) : S("expecting json object(6), but it is not"));
		return true;
	}
	if (!line.p)
		return true;
	r = (struct reader){ .s = en->line };
	for (bool first = true; next_pair(&r, first, &key, &v) == 1;
	    first = false)
		if (v.type == STRING && !str_eq(key, S("_entry")) &&
		    !take_pair(en, key, &v))
			return false;
	en->line = line;
	return true;
}
