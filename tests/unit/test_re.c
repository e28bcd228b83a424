#include "unit.h"

#include "base/re.h"

/* Pattern, subject, does it match: answers are Go's. */
static void
matches(void)
{
	static const struct { const char *re; unsigned f; const char *s; int m; }
	t[] = {
		{ "a.c", 0, "xabcx", 1 }, { "a.c", 0, "a\nc", 0 },
		{ "a.c", RE_DOTALL, "a\nc", 1 }, { "a|b", RE_ANCHORED, "ab", 0 },
		{ "a|b", RE_ANCHORED, "b", 1 }, { "foo$", 0, "foo\n", 0 },
		{ "(?m)foo$", 0, "foo\nbar", 1 }, { "(?m)^$", 0, "a\n", 1 },
		{ "(?m)^b", 0, "a\nb", 1 }, { "^b", 0, "a\nb", 0 },
		{ "\\s", 0, "\v", 0 }, { "\\s", 0, "\f", 1 },
		{ "[^\\S]", 0, "\v", 0 }, { "[^\\D]", 0, "7", 1 },
		{ "[\\W]", 0, "_", 0 }, { "[\\W]", 0, "-", 1 },
		{ "(?i)straSSe", 0, "STRASSE", 1 }, { "(?i)k", 0, "\xe2\x84\xaa", 1 },
		{ "(?i:A)b", 0, "ab", 1 }, { "(?i:A)b", 0, "aB", 0 },
		{ "a(?i)b|c", RE_ANCHORED, "C", 1 }, { "(a(?i)b)c", 0, "aBC", 0 },
		{ "\\d{3}-\\d{4}", 0, "x555-1234", 1 }, { "x{2,}", 0, "x", 0 },
		{ "x{,2}", 0, "x{,2}", 1 }, { "a{2", 0, "a{2", 1 },
		{ "^..$", 0, "\xc3\xa9", 0 }, { "^.$", 0, "\xc3\xa9", 1 },
		{ "^.$", 0, "\xff", 1 }, { "^..$", 0, "\xc3(", 1 },
		{ "\\x{fffd}", 0, "a\xff", 1 }, { "\\x41\\101", 0, "AA", 1 },
		{ "\\Qa.b\\E+", 0, "a.bbb", 1 }, { "\\Qa.b", 0, "axb", 0 },
		{ "\\p{Greek}+", RE_ANCHORED, "\xce\xb1\xce\xb2", 1 },
		{ "\\pN", 0, "5", 1 }, { "[[:alpha:]]+", RE_ANCHORED, "aZ", 1 },
		{ "[[:^alpha:]]", 0, "a", 0 }, { "[]a]+", RE_ANCHORED, "]a", 1 },
		{ "[a-]", 0, "-", 1 }, { "[^a]", 0, "\n", 1 },
		{ "\\bfoo\\b", 0, "a foo b", 1 }, { "\\Bfoo", 0, "foo", 0 },
		{ "", 0, "", 1 }, { "a||b", RE_ANCHORED, "", 1 },
		{ "(?U)a+", 0, "aaa", 1 }, { "(?P<n>a)(?<m>b)", 0, "ab", 1 },
		{ "\\[\\]\\{\\}\\#\\ \\/", 0, "[]{}# /", 1 },
		{ "a\\_[\\_]", 0, "a__", 1 }, { "#[ a]", 0, "# ", 1 }, { "\\C", 0, "", -1 },
	};
	struct err e = { 0 };

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct re *re = re_compile(str_of(t[i].re), t[i].f, &e);

		if (t[i].m == -1) {
			CHECK(re == NULL);
			continue;
		}
		CHECK(re != NULL);
		if (!re) {
			fprintf(stderr, "%s: %s\n", t[i].re, e.msg);
			continue;
		}
		int m = re_match(re, str_of(t[i].s), &e);

		CHECK(m == t[i].m);
		if (m != t[i].m)
			fprintf(stderr, "  %s on %s\n", t[i].re, t[i].s);
		re_free(re);
	}
}

static void
refusals(void)
{
	static const struct { const char *re, *why; } t[] = {
		{ "(a", "missing closing ): `(a`" },
		{ "a)", "unexpected ): `a)`" },
		{ "[a", "missing closing ]: `[a`" },
		{ "*", "missing argument to repetition operator: `*`" },
		{ "a**", "invalid nested repetition operator: `**`" },
		{ "a{1001}", "invalid repeat count: `{1001}`" },
		{ "a{2,1}", "invalid repeat count: `{2,1}`" },
		{ "\\1", "invalid escape sequence: `\\1`" },
		{ "\\8", "invalid escape sequence: `\\8`" },
		{ "\\y", "invalid escape sequence: `\\y`" },
		{ "a\\", "trailing backslash at end of expression: ``" },
		{ "(?=a)", "invalid or unsupported Perl syntax: `(?=`" },
		{ "(?<!a)", "invalid or unsupported Perl syntax: `(?<`" },
		{ "[z-a]", "invalid character class range: `z-a`" },
		{ "[[:foo:]]", "invalid character class range: `[:foo:]`" },
		{ "(?P<n-m>a)", "invalid named capture: `(?P<n-m>`" },
		{ "\xff", "invalid UTF-8" },
	};

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct err e = { 0 };
		struct re *re = re_compile(str_of(t[i].re), 0, &e);

		CHECK(re == NULL && e.kind == ERR_QUERY);
		CHECK(strstr(e.msg, t[i].why) != NULL);
		if (!strstr(e.msg, t[i].why))
			fprintf(stderr, "  %s: %s\n", t[i].re, e.msg);
		re_free(re);
	}
}

static void
slow(void)
{
	char s[4000];
	struct err e = { 0 };
	struct re *re = re_compile(S("(x+x+)+y"), 0, &e);

	memset(s, 'x', sizeof s);
	CHECK(re && re_match(re, str_mk(s, sizeof s), &e) <= 0);
	re_free(re);
	re = re_compile(S("(a|aa|b?a)+$"), 0, &e);
	memset(s, 'a', sizeof s);
	s[sizeof s - 1] = 'c';
	CHECK(re && re_match(re, str_mk(s, 200), &e) == 1);
	CHECK(re_match(re, str_mk(s, sizeof s), &e) == -1 &&
	    e.kind == ERR_LIMIT);
	re_free(re);
}

static void
lits(void)
{
	static const struct { const char *re; bool whole, icase; size_t n;
	    const char *first; } t[] = {
		{ "foo", true, false, 1, "foo" },
		{ "foo|barx", true, false, 2, "foo" },
		{ "(foo)", true, false, 1, "foo" },
		{ "a.*needle.b", false, false, 1, "needle" },
		{ "(timeout|refused|reset) by", true, false, 3, "timeout by" },
		{ "(a|b)(c|d)e?", false, false, 4, "ac" },
		{ "a(b|c)d.*xyzw(1|22)", false, false, 2, "xyzw1" },
		{ "^(ab|cd)x", false, false, 2, "abx" },
		{ "a\\x00(b|c)", true, false, 2, "a" },
		{ "(?i)Deadline", true, true, 1, "deadline" },
		{ "(?i)timeouts", false, true, 1, "timeout" },
		{ "[0-9]+", false, false, 0, "" },
		{ "x*", false, false, 0, "" }, { "(abc)+", false, false, 1, "abc" },
		{ "foo|", false, false, 0, "" }, { "a|b.*", false, false, 2, "a" },
	};
	struct arena a = { 0 };

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct re *re = re_compile(str_of(t[i].re), 0, NULL);
		struct re_lits l;

		CHECK(re != NULL);
		re_literals(re, &a, &l);
		CHECK(l.n == t[i].n && l.whole == t[i].whole &&
		    l.icase == t[i].icase);
		CHECK(l.n == 0 || str_starts(l.lit[0], str_of(t[i].first)));
		if (l.n != t[i].n || l.whole != t[i].whole)
			fprintf(stderr, "  %s: %zu %d\n", t[i].re, l.n,
			    l.whole);
		re_free(re);
	}
	arena_free(&a);
}

static void
groups(void)
{
	struct re *re = re_compile(S("(?P<a>x+)(y|(?<b>z))?(q)(?P<c_1>.)"), 0,
	    NULL);
	struct arena a = { 0 };
	struct str *name, v[3];

	CHECK(re && re_names(re, &a, &name) == 3 && str_eq(name[1], S("b")) &&
	    str_eq(name[2], S("c_1")));
	CHECK(re_groups(re, S("..xxyq\xff!"), v, 3, &a, NULL) == 1);
	CHECK(str_eq(v[0], S("xx")) && str_eq(v[1], S("")) &&
	    str_eq(v[2], S("\xef\xbf\xbd")));
	CHECK(re_groups(re, S("xzqa"), v, 3, &a, NULL) == 1 &&
	    str_eq(v[1], S("z")));
	CHECK(re_groups(re, S("nothing"), v, 3, &a, NULL) == 0);
	re_free(re);
	arena_free(&a);
}

static void
replaced(void)
{
	static const struct { const char *re, *s, *by, *out; uint64_t n; } t[] = {
		{ "(p)", "paper", "<$1>", "<p>a<p>er", 2 },
		{ "(h)(e)", "hello", "$2$1", "ehllo", 1 },
		{ "(?P<x>h)(.)?", "h", "${x}x$2$xx$9$", "hx$", 1 },
		{ "(a)|b", "ab", "[$0$1]", "[aa][b]", 2 },
		{ "a*", "baac", "-", "-b-c-", 3 }, { "", "é", ".", ".é.", 2 },
		{ "x", "none", "y", "none", 0 }, { "^a", "aaa", "$$1", "$1aa", 1 },
		{ "l+", "hello", "${0", "he${0o", 1 },
	};
	struct buf b = { 0 };
	uint64_t n;

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct re *re = re_compile(str_of(t[i].re), RE_GROUPS, NULL);

		buf_reset(&b);
		CHECK(re && re_replace(re, str_of(t[i].s), str_of(t[i].by),
		    false, &b, NULL) == 0);
		if (!str_eq(buf_str(&b), str_of(t[i].out)))
			fprintf(stderr, "%s: %.*s\n", t[i].re, PS(buf_str(&b)));
		CHECK(str_eq(buf_str(&b), str_of(t[i].out)));
		CHECK(re_count(re, str_of(t[i].s), &n, NULL) == 0 &&
		    n == t[i].n);
		re_free(re);
	}
	struct re *re = re_compile(S("\\w"), 0, NULL);

	buf_reset(&b);
	CHECK(re_replace(re, S("a\xff"), S("$0"), true, &b, NULL) == 0 &&
	    str_eq(buf_str(&b), S("$0\xef\xbf\xbd")));
	re_free(re);
	buf_free(&b);
}

int
main(void)
{
	groups();
	replaced();
	matches();
	refusals();
	slow();
	lits();
	return unit_done();
}
