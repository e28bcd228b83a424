/* funcs_text: the functions on texts. */
#include "base/letters.h"
#include "lql/funcs.h"

#define A(i)	(c->arg[i].s)

static int
give(struct tmpl_call *c, struct str s)
{
	*c->out = tmpl_str(s);
	return 0;
}

static int
give_bool(struct tmpl_call *c, bool b)
{
	*c->out = tmpl_bool(b);
	return 0;
}

static int
fails(struct tmpl_call *c, const char *what)
{
	return err_set(c->e, ERR_QUERY, "%s", what);
}

/* ---- case ---------------------------------------------------------------------- */

static int
cased(struct tmpl_call *c, void (*fn)(struct buf *, struct str))
{
	struct buf b = { 0 };

	fn(&b, A(0));
	return tmpl_return(c, &b);
}

static int
fn_lower(struct tmpl_call *c)
{
	return cased(c, letters_lower);
}

static int
fn_upper(struct tmpl_call *c)
{
	return cased(c, letters_upper);
}

static int
fn_title(struct tmpl_call *c)
{
	return cased(c, letters_title);
}

/* ---- trimming -------------------------------------------------------------------- */

/* White space, by Unicode. */
#define BLANKS	S("\t\n\v\f\r \xc2\x85\u00a0\u1680\u2000\u2001\u2002\u2003" \
    "\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000")

static bool
in_set(struct str set, struct str rune)
{
	for (struct str s = set; s.n > 0;) {
		unsigned n = str_utf8(s);

		n = n > 0 ? n : 1;
		if (n == rune.n && memcmp(s.p, rune.p, n) == 0)
			return true;
		s = str_skip(s, n);
	}
	return false;
}

/* The last character; one byte when it is none. */
static struct str
last_rune(struct str s)
{
	for (size_t n = 2; n <= 4 && n <= s.n; n++) {
		struct str r = str_mk(s.p + s.n - n, n);

		if (str_utf8(r) == n)
			return r;
	}
	return str_mk(s.p + s.n - 1, 1);
}

static struct str
trim_left(struct str s, struct str set)
{
	while (s.n > 0) {
		unsigned n = str_utf8(s);

		n = n > 0 ? n : 1;
		if (!in_set(set, str_mk(s.p, n)))
			break;
		s = str_skip(s, n);
	}
	return s;
}

static struct str
trim_right(struct str s, struct str set)
{
	while (s.n > 0 && in_set(set, last_rune(s)))
		s.n -= last_rune(s).n;
	return s;
}

static struct str
trim(struct str s, struct str set)
{
	return trim_right(trim_left(s, set), set);
}

static struct str
without_prefix(struct str s, struct str prefix)
{
	return str_starts(s, prefix) ? str_skip(s, prefix.n) : s;
}

static struct str
without_suffix(struct str s, struct str suffix)
{
	return str_ends(s, suffix) ? str_mk(s.p, s.n - suffix.n) : s;
}

static int
fn_trim(struct tmpl_call *c)
{
	return give(c, trim(A(0), BLANKS));
}

static int
fn_trimAll(struct tmpl_call *c)
{
	return give(c, trim(A(1), A(0)));
}

static int
fn_Trim(struct tmpl_call *c)
{
	return give(c, trim(A(0), A(1)));
}

static int
fn_TrimLeft(struct tmpl_call *c)
{
	return give(c, trim_left(A(0), A(1)));
}

static int
fn_TrimRight(struct tmpl_call *c)
{
	return give(c, trim_right(A(0), A(1)));
}

static int
fn_trimPrefix(struct tmpl_call *c)
{
	return give(c, without_prefix(A(1), A(0)));
}

static int
fn_TrimPrefix(struct tmpl_call *c)
{
	return give(c, without_prefix(A(0), A(1)));
}

static int
fn_trimSuffix(struct tmpl_call *c)
{
	return give(c, without_suffix(A(1), A(0)));
}

static int
fn_TrimSuffix(struct tmpl_call *c)
{
	return give(c, without_suffix(A(0), A(1)));
}

/* ---- searching -------------------------------------------------------------------- */

static int
fn_contains(struct tmpl_call *c)
{
	return give_bool(c, str_find(A(1), A(0)) <= A(1).n);
}

static int
fn_hasPrefix(struct tmpl_call *c)
{
	return give_bool(c, str_starts(A(1), A(0)));
}

static int
fn_hasSuffix(struct tmpl_call *c)
{
	return give_bool(c, str_ends(A(1), A(0)));
}

/* The first n of them (all: -1); "" is found before each character. */
static int
replaced(struct tmpl_call *c, struct str s, struct str old, struct str by,
    int64_t n)
{
	struct buf b = { 0 };
	bool first = true;

	while (n != 0 && b.n <= TMPL_OUT_MAX) {
		/* the first "" is at the front, others behind a character */
		unsigned u = first || s.n == 0 ? 0 : str_utf8(s);
		size_t at = old.n > 0 ? str_find(s, old) :
		    first ? 0 : s.n == 0 ? 1 : u > 0 ? u : 1;

		if (at > s.n)
			break;
		buf_add(&b, s.p, at);
		buf_adds(&b, by);
		s = str_skip(s, at + old.n);
		first = false;
		n -= n > 0;
	}
	buf_adds(&b, s);
	return tmpl_return(c, &b);
}

static int
fn_replace(struct tmpl_call *c)
{
	return replaced(c, A(2), A(0), A(1), -1);
}

static int
fn_Replace(struct tmpl_call *c)
{
	return replaced(c, A(0), A(1), A(2), c->arg[3].i);
}

/* ---- expressions ------------------------------------------------------------------- */

/* The expression of the first argument: compiled before, or now. */
static struct re *
regex(struct tmpl_call *c)
{
	return c->re ? c->re : re_compile(A(0), RE_GROUPS, c->e);
}

static int
replace_all(struct tmpl_call *c, bool literal)
{
	struct re *re = regex(c);
	struct buf b = { 0 };
	int r = re ? re_replace(re, A(1), A(2), literal, &b, c->e) : -1;

	if (re != c->re)
		re_free(re);
	if (r == 0)
		return tmpl_return(c, &b);
	buf_free(&b);
	return -1;
}

static int
fn_regexReplaceAll(struct tmpl_call *c)
{
	return replace_all(c, false);
}

static int
fn_regexReplaceAllLiteral(struct tmpl_call *c)
{
	return replace_all(c, true);
}

static int
fn_count(struct tmpl_call *c)
{
	struct re *re = regex(c);
	uint64_t n = 0;
	int r = re ? re_count(re, A(1), &n, c->e) : -1;

	if (re != c->re)
		re_free(re);
	*c->out = tmpl_int((int64_t)n);
	return r;
}

/* ---- cutting and filling ------------------------------------------------------------ */

static int
fn_trunc(struct tmpl_call *c)
{
	int64_t n = c->arg[0].i;
	struct str s = A(1);

	if (n < 0 && (uint64_t)-(n + 1) + 1 < s.n)
		return give(c, str_skip(s, s.n - (size_t)-n));
	if (n >= 0 && (uint64_t)n < s.n)
		s.n = (size_t)n;
	return give(c, s);
}

static int
fn_substr(struct tmpl_call *c)
{
	int64_t from = c->arg[0].i, to = c->arg[1].i;
	struct str s = A(2);
	int64_t n = (int64_t)s.n;

	if (from < 0) {
		if (to < 0)
			return err_set(c->e, ERR_QUERY, "runtime error: slice "
			    "bounds out of range [:%lld]", (long long)to);
		if (to > n)
			return err_set(c->e, ERR_QUERY, "runtime error: slice "
			    "bounds out of range [:%lld] with length %lld",
			    (long long)to, (long long)n);
		from = 0;
	} else if (to < 0 || to > n)
		to = n;
	if (from > to)
		return err_set(c->e, ERR_QUERY, "runtime error: slice bounds "
		    "out of range [%lld:%lld]", (long long)from,
		    (long long)to);
	return give(c, str_mk(s.p + from, (size_t)(to - from)));
}

static bool
too_much(int64_t n, size_t each)
{
	return each > 0 && (uint64_t)n > TMPL_OUT_MAX / each;
}

static int
fn_repeat(struct tmpl_call *c)
{
	int64_t n = c->arg[0].i;
	struct buf b = { 0 };

	if (n < 0)
		return fails(c, "strings: negative Repeat count");
	if (too_much(n, A(1).n))
		return fails(c, "puts out too much");
	for (; n > 0 && A(1).n > 0; n--)
		buf_adds(&b, A(1));
	return tmpl_return(c, &b);
}

static void
fill(struct buf *b, size_t n)
{
	if (n > 0)
		memset(buf_extend(b, n), ' ', n);
}

static int
indent(struct tmpl_call *c, struct str before)
{
	int64_t n = c->arg[0].i;
	struct str s = A(1);
	struct buf b = { 0 };

	if (n < 0)
		return fails(c, "strings: negative Repeat count");
	if (too_much(n, 1))
		return fails(c, "puts out too much");
	buf_adds(&b, before);
	fill(&b, (size_t)n);
	for (size_t i = 0; i < s.n; i++) {
		buf_u8(&b, (uint8_t)s.p[i]);
		if (s.p[i] == '\n' && b.n <= TMPL_OUT_MAX)
			fill(&b, (size_t)n);
	}
	return tmpl_return(c, &b);
}

static int
fn_indent(struct tmpl_call *c)
{
	return indent(c, S(""));
}

static int
fn_nindent(struct tmpl_call *c)
{
	return indent(c, S("\n"));
}

/* As many characters: filled with blanks, or cut, at one side. */
static int
align(struct tmpl_call *c, bool left)
{
	int64_t width = c->arg[0].i;
	struct str s = A(1);
	struct buf b = { 0 };
	size_t n = 0, at = 0, cut = 0;
	uint32_t r;

	for (; at < s.n; n++)
		at += str_rune(str_skip(s, at), &r);
	if (width < 0 || (uint64_t)width == n)
		return give(c, s);
	if (too_much(width, 1))
		return fails(c, "puts out too much");
	if ((uint64_t)width > n) {
		fill(&b, left ? 0 : (size_t)width - n);
		buf_adds(&b, s);
		fill(&b, left ? (size_t)width - n : 0);
		return tmpl_return(c, &b);
	}
	for (size_t k = left ? (size_t)width : n - (size_t)width; k > 0; k--)
		cut += str_rune(str_skip(s, cut), &r);
	return give(c, left ? str_mk(s.p, cut) : str_skip(s, cut));
}

static int
fn_alignLeft(struct tmpl_call *c)
{
	return align(c, true);
}

static int
fn_alignRight(struct tmpl_call *c)
{
	return align(c, false);
}

/* ---- the rest ------------------------------------------------------------------------ */

/* A time is never empty. */
static int
fn_default(struct tmpl_call *c)
{
	*c->out = c->n > 1 && tmpl_truth(&c->arg[1]) ? c->arg[1] : c->arg[0];
	return 0;
}

static int
fn_line(struct tmpl_call *c)
{
	return give(c, ((const struct lql_scene *)c->env)->en->line);
}

const struct tmpl_func lql_text_funcs[] = {
	{ "lower", "s", fn_lower, false }, { "upper", "s", fn_upper, false },
	{ "title", "s", fn_title, false }, { "trim", "s", fn_trim, false },
	{ "trimAll", "ss", fn_trimAll, false },
	{ "trimPrefix", "ss", fn_trimPrefix, false },
	{ "trimSuffix", "ss", fn_trimSuffix, false },
	{ "replace", "sss", fn_replace, false },
	{ "ToLower", "s", fn_lower, false }, { "ToUpper", "s", fn_upper, false },
	{ "TrimSpace", "s", fn_trim, false }, { "Trim", "ss", fn_Trim, false },
	{ "TrimLeft", "ss", fn_TrimLeft, false },
	{ "TrimRight", "ss", fn_TrimRight, false },
	{ "TrimPrefix", "ss", fn_TrimPrefix, false },
	{ "TrimSuffix", "ss", fn_TrimSuffix, false },
	{ "Replace", "sssi", fn_Replace, false },
	{ "contains", "ss", fn_contains, false },
	{ "hasPrefix", "ss", fn_hasPrefix, false },
	{ "hasSuffix", "ss", fn_hasSuffix, false },
	{ "trunc", "is", fn_trunc, false }, { "substr", "iis", fn_substr, false },
	{ "repeat", "is", fn_repeat, false },
	{ "indent", "is", fn_indent, false },
	{ "nindent", "is", fn_nindent, false },
	{ "alignLeft", "is", fn_alignLeft, false },
	{ "alignRight", "is", fn_alignRight, false },
	{ "regexReplaceAll", "sss", fn_regexReplaceAll, true },
	{ "regexReplaceAllLiteral", "sss", fn_regexReplaceAllLiteral, true },
	{ "count", "ss", fn_count, true },
	{ "default", "aa+", fn_default, false },
	{ "__line__", "", fn_line, false },
	{ .name = NULL },
};
