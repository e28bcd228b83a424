/* Carets stand under what they mean, and the nearest word is near. */
#include "unit.h"
#include "query/caret.h"

static const char *
said(struct str query, size_t at, size_t n)
{
	static struct err e;

	CHECK(caret_err(&e, query, (struct caret){ at, n }, "why \"%s\"",
	    "x") == -1);
	CHECK(e.kind == ERR_QUERY);
	return e.msg;
}

static void
test_pictures(void)
{
	CHECK(strcmp(said(S("{ span.a = }"), 11, 1),
	    "1:12: why \"x\"\n    { span.a = }\n               ^") == 0);
	CHECK(strcmp(said(S("ab"), 2, 0),
	    "1:3: why \"x\"\n    ab\n      ^") == 0);
	CHECK(strcmp(said(S("ab"), 99, 7),
	    "1:3: why \"x\"\n    ab\n      ^") == 0);
	CHECK(strcmp(said(S("one\ntwo words\nx"), 8, 5),
	    "2:5: why \"x\"\n    two words\n        ^^^^^") == 0);
	/* a range ends with its line */
	CHECK(strcmp(said(S("one\ntwo"), 1, 99),
	    "1:2: why \"x\"\n    one\n     ^^") == 0);
	CHECK(strcmp(said(S("\ta b"), 3, 1),
	    "1:4: why \"x\"\n    \ta b\n    \t  ^") == 0);
	CHECK(strcmp(said(S("\xc3\xa4\xe6\xbc\xa2 b"), 6, 1),
	    "1:4: why \"x\"\n    \xc3\xa4\xe6\xbc\xa2 b\n        ^") == 0);
	CHECK(strcmp(said(S("a\x1b[2J b"), 6, 1),
	    "1:7: why \"x\"\n    a?[2J b\n          ^") == 0);
	CHECK(strcmp(said(S(""), 0, 0), "1:1: why \"x\"\n    \n    ^") == 0);
}

static void
test_long(void)
{
	char q[400];
	const char *m, *mark, *line;

	memset(q, 'a', sizeof q);
	memcpy(q + 200, "HERE", 4);
	m = said(str_mk(q, sizeof q), 200, 4);
	line = strstr(m, "\n    ...");
	mark = strstr(m, "^^^^");
	CHECK(line && mark && strlen(m) < 300);
	if (line && mark) {
		const char *second = strchr(line + 1, '\n');

		CHECK(strncmp(line + (mark - second), "HERE", 4) == 0);
	}
}

static void
test_nearest(void)
{
	static const struct str of[] = { S("duration"), S("name"), S("kind"),
	    S("status"), S("statusMessage") };
	size_t n = sizeof of / sizeof *of;

	CHECK(str_eq(caret_nearest(S("durations"), of, n), S("duration")));
	CHECK(str_eq(caret_nearest(S("nmae"), of, n), S("name")));
	CHECK(str_eq(caret_nearest(S("statusmesage"), of, n),
	    S("statusMessage")));
	CHECK(str_eq(caret_nearest(S("dur"), of, n), S("duration")));
	CHECK(!caret_nearest(S("du"), of, n).p);
	CHECK(!caret_nearest(S("zzzzzz"), of, n).p);
	CHECK(!caret_nearest(S("x"), of, n).p);
	CHECK(!caret_nearest(S(""), of, n).p);
	CHECK(!caret_nearest(S("name"), of, 0).p);
}

int
main(void)
{
	test_pictures();
	test_long();
	test_nearest();
	return unit_done();
}
