/* Queries, their canonical form, and what is said of bad ones. */
#include "unit.h"
#include "tql/ast.h"

static void
prints(struct str text, struct str want)
{
	struct arena a = { 0 };
	struct buf b = { 0 };
	struct err e = { 0 };
	struct tql_query q;
	int r = tql_parse(&q, text, &a, &e);

	CHECK(r == 0);
	if (r == 0) {
		tql_print(&b, &q);
		CHECK(str_eq(buf_str(&b), want));
		if (!str_eq(buf_str(&b), want))
			fprintf(stderr, "  got: %.*s\n", PS(buf_str(&b)));
		tql_free(&q);
	} else {
		fprintf(stderr, "  %s\n", e.msg);
	}
	buf_free(&b);
	arena_free(&a);
}

static void
refused(struct str text, const char *says)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct tql_query q;

	CHECK(tql_parse(&q, text, &a, &e) == -1);
	CHECK(e.kind == ERR_QUERY);
	CHECK(strstr(e.msg, says));
	if (!strstr(e.msg, says))
		fprintf(stderr, "  got: %s\n", e.msg);
	arena_free(&a);
}

static void
test_good(void)
{
	prints(S("{}"), S("{ true }"));
	prints(S("{.a=1&&.b=2||.c=3}"),
	    S("{ ((.a = 1) && (.b = 2)) || (.c = 3) }"));
	prints(S("{ .a+1=2 }"), S("{ .a+1 = 2 }"));
	prints(S("{ .a + 1 = 2 }"), S("{ (.a + 1) = 2 }"));
	prints(S("{ span.\"foo bar\".baz = `x` }"),
	    S("{ span.\"foo bar.baz\" = `x` }"));
	prints(S("{ -.a * .b = 2 ^ 3 ^ .c }"),
	    S("{ (-(.a * .b)) = (2 ^ (3 ^ .c)) }"));
	prints(S("{ !.a = .b }"), S("{ (!.a) = .b }"));
	prints(S("{ nil != span:name } /* c */ >> {} // d"),
	    S("({ name != nil }) >> ({ true })"));
	prints(S("{ nil = .a + 1 && 1 != nil }"), S("{ ((.a + 1) = nil) && "
	    "true }"));
	prints(S("{ .a = `x\r\ny` }"), S("{ .a = `x\ny` }"));
	prints(S("{ .t > 1d2h || .t < 1h30m0.5s }"),
	    S("{ (.t > 26h0m0s) || (.t < 1h30m0.5s) }"));
	prints(S("{ trace:id = \"00ab\" }"), S("{ trace:id = `ab` }"));
	prints(S("{}|by(.a+1) | count()>1|coalesce()| select(.b,name)"),
	    S("{ true }|by(.a+1)|(count()) > 1|coalesce()|select(.b, name)"));
	prints(S("({}|{.a}) >> ({.b}) with (most_recent = true)"),
	    S("({ true }|{ .a }) >> ({ .b }) with(most_recent=true)"));
	prints(S("{} | quantile_over_time(duration, .5) by (name, .a) > 2.5s"),
	    S("{ true } | quantile_over_time(duration,0.50000)by(name,.a) "
	    "> 2.5"));
	prints(S("2 * ({} | rate()) - ({} | count_over_time() by (name))"
	    "| topk(3) > 1 + 1"), S("(2 * ({ true } | rate())) - "
	    "({ true } | count_over_time()by(name)) | topk(3) > 2"));
	prints(S("{} | count() > -(1 + 2) - -1 with (a = 0x1.8p1)"),
	    S("{ true }|(count()) > -2 with(a=3.0)"));
	prints(S("{} | compare({ status = error }, 5)"),
	    S("{ true } | compare({ status = error }, 5)"));
}

static void
test_bad(void)
{
	refused(S(""), "1:1: the query is empty");
	refused(S("{ durations > 5s }"), "spans have \"duration\"");
	refused(S("{ status = eror }"), "a value is \"error\"");
	refused(S("{ foo = 1 }"), "attributes are written .foo");
	refused(S("{ traceID = `a` }"), "it is written trace:id");
	refused(S("{ trace.id = `a` }"), "it is written trace:id, trace:");
	refused(S("{ resource:k = `a` }"), "it is written resource.KEY");
	refused(S("{ id.x = `a` }"), "an attribute has a scope: span.id.x");
	refused(S("{ .a = 1.5d }"), "1:11: unexpected d");
	refused(S("{ .a = 9223372036854775808 }"), "does not fit 64 bits");
	refused(S("{ .a = 0x1 }"), "decimal");
	refused(S("{ name > 1 }"), "same type: name > 1");
	refused(S("{ .a =~ \"(\" }"), "invalid regex");
	refused(S("{ name = nil }"), "cannot be nil");
	refused(S("{ span :name = 1 }"), "unknown identifier");
	refused(S("{ .a } | count() + 1 > 2"), "1:18: more than an aggregate "
	    "compared with a number not yet supported");
	refused(S("{ .a } | count()"), "not compared");
	refused(S("{ .a } | coalesce(.b)"), "1:19: unexpected .b, expected )");
	refused(S("coalesce()"), "cannot be first");
	refused(S("{ .a } | max(name) > 2"), "a number type: name");
	refused(S("{ .a } | by(1)"), "must reference the span");
	refused(S("({ .a } | { .b }) && { .c }"), "both sides of && must be");
	refused(S("{} | rate() | topk(0)"), "greater than 0");
	refused(S("{} | topk(5)"), "unexpected topk");
	refused(S("{} | compare({}) > 5"), "1:18: compare() cannot be");
	refused(S("({} | rate()) + 2s"), "1:17: a duration cannot be");
	refused(S("{} | quantile_over_time(duration, 2)"), "between 0 and 1");
	refused(S("1 / 0 + ({} | rate())"), "1:5: division by zero");
	refused(S("{} | count() > -{}"), "1:17: - is for numbers only");
	refused(S("{} with (a)"), "1:11: unexpected ), expected =");
	refused(S("{} with (name = 1)"), "unexpected name, expected the name");
	refused(S("{ .a = 1e400 }"), "1:8: not a number of 64 bits");
	refused(S("{ .a = 0x1.8 }"), "has an exponent");
	refused(S("{ .a = `\xff` }"), "1:9: a byte that is no text");
	refused(S("{ .a = `\0` }"), "1:9: a byte that is no text");
	refused(S("{ parent.a }"), "parent not yet supported");
	refused(S("{ . a }"), "a name must follow");
	refused(S("{ .\"a }"), "the quote does not end");
	refused(S("{ .a = \"\\q\" }"), "no such escape");
	refused(S("{\n .a = }"), "2:7: ");
}

/* However deep or long: an answer or a refusal, no stack overrun. */
static void
test_limits(void)
{
	struct buf b = { 0 };

	for (int i = 0; i < 60000; i++)
		buf_u8(&b, '(');
	refused(buf_str(&b), "nested over the limit");
	buf_reset(&b);
	buf_adds(&b, S("{ "));
	for (int i = 0; i < 60000; i++)
		buf_u8(&b, '!');
	refused(buf_str(&b), "nested over the limit");
	buf_reset(&b);
	buf_adds(&b, S("{ .a"));
	for (int i = 0; i < 20000; i++)
		buf_adds(&b, S("||.a"));
	buf_adds(&b, S("}"));
	refused(buf_str(&b), "over the limit of 2000 operators");
	buf_reset(&b);
	for (size_t i = 0; i <= TQL_TEXT_MAX; i++)
		buf_u8(&b, ' ');
	refused(buf_str(&b), "over the limit of 131072");
	buf_free(&b);
}

int
main(void)
{
	test_good();
	test_bad();
	test_limits();
	return unit_done();
}
