#include "lql/jsonread.h"

static const char no_object[] =
    "Value looks like object, but can't find closing '}' symbol";
static const char no_array[] =
    "Value is array, but can't find closing ']' symbol";
static const char no_string[] =
    "Value is string, but can't find closing '\"' symbol";
static const char unknown[] = "Unknown value type";
const char jsonread_malformed[] = "Malformed JSON error";

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
jsonread_unescape(struct str *v, struct arena *mem)
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
fails(struct jsonread *r, const char *why)
{
	r->bad = why;
	return false;
}

char
jsonread_peek(struct jsonread *r)
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
read_plain(struct jsonread *r, struct jsonread_value *v)
{
	size_t from = r->at;

	while (r->at < r->s.n && !strchr(" \n\r\t,}]", r->s.p[r->at]))
		r->at++;
	v->s = str_mk(r->s.p + from, r->at - from);
	/* what begins it tells what it is */
	if (r->of && v->s.n > 0 && seek_kind(r->of, v->s.p) == LOG_AT_WORD)
		return fails(r, unknown);
	if (str_eq(v->s, S("true")) || str_eq(v->s, S("false")))
		v->type = JSONREAD_TRUTH;
	else if (str_eq(v->s, S("null")))
		v->type = JSONREAD_NULL;
	else if (v->s.n > 0 && (v->s.p[0] == '-' || (v->s.p[0] >= '0' &&
	    v->s.p[0] <= '9')))
		v->type = JSONREAD_NUMBER;
	else
		return fails(r, unknown);
	return true;
}

bool
jsonread_value(struct jsonread *r, struct jsonread_value *v)
{
	char c = jsonread_peek(r);
	size_t from = r->at, end;

	if (c == '\0')
		return fails(r, jsonread_malformed);
	if (c != '"' && c != '{' && c != '[')
		return read_plain(r, v);
	v->type = c == '"' ? JSONREAD_STRING : c == '{' ? JSONREAD_OBJECT :
	    JSONREAD_ARRAY;
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

int
jsonread_pair(struct jsonread *r, struct str *key, struct jsonread_value *v)
{
	char c = jsonread_peek(r);
	bool first = !r->begun;
	size_t end;

	r->begun = true;
	if (first && c != '{')
		return fails(r, no_object) - 1;
	if (!first && c == '}')
		return 0;
	if (!first && c != ',')
		return fails(r, c == '\0' ? no_array : no_object) - 1;
	r->at++;
	c = jsonread_peek(r);
	if (c == '}')
		return 0;
	if (c != '"')
		return fails(r, c != '\0' ? no_object : first ?
		    jsonread_malformed : no_array) - 1;
	end = string_end(r->s, r->at);
	if (end == SIZE_MAX)
		return fails(r, jsonread_malformed) - 1;
	*key = str_mk(r->s.p + r->at + 1, end - r->at - 2);
	r->at = end;
	if (jsonread_peek(r) != ':')
		return fails(r, jsonread_malformed) - 1;
	r->at++;
	return jsonread_value(r, v) ? 1 : -1;
}
