/* What could stand at the cursor, and when a query is whole. */
#include "words.h"
#include "tql/complete.h"

static struct str values[] = { S("cart"), S("gateway") };
static struct str codes[] = { S("200"), S("500") };
static struct tql_key all[] = {
	{ .name = S("resource.service.name"), .value = values, .n = 2 },
	{ .name = S("span.http.code"), .bare = codes, .nbare = 2 },
	{ .name = S("span.http.route") },
};
static const struct tql_keys keys = { .key = all, .n = 3 };

static void
is(const char *before, size_t from, const char *want)
{
	struct arena mem = { 0 };
	struct str *word;
	size_t at, n = tql_complete(&keys, str_of(before), &at, &mem, &word);

	words_are(before, word, n, at, want, from);
	arena_free(&mem);
}

static void
test_complete(void)
{
	is("{ span.http.r", 2, "span.http.route");
	is("{ .ser", 2, ".service.name");
	is("{ resource.service.name = \"g", 27, "gateway");
	is("{ status = ", 11, "error ok unset");
	is("{ name = \"}\" && trace", 16, "trace:id traceDuration");
	is("{} | co", 5, "coalesce() compare({ count() count_over_time()");
	is("{} | by(span.", 8, "span.http.code span.http.route");
	is("{} | avg(dur", 9, "duration");
	is("{} | rate() ", 12, "by ( with (");
	is("({ .a } || { sta", 13, "status statusMessage");
	is("{} ", 3, "&& < << > >> with ( | || ~");
	is("{} || ", 6, "{ ");
	is("", 0, "{ ");
	is("{ resource.service.name =~ `c", 28, "cart");
	is("{ resource.service.name = ", 26, "\"cart\" \"gateway\"");
	is("{ span.http.code != ", 20, "200 500");
	is("{ .http.code >= 5", 16, "500");
	is("{ name ", 7, "!= !~ < <= = =~ > >=");
	is("{ name = \"x\" ", 13, "&& ||");
	is("{ .http.code = 5 ", 17, "&& ||");
	is("{ name = \"x\" && na", 16, "name");
	is("{} | rate() with (ex", 18, "exemplars= extrapolate=true");
	is("{} | rate() | topk(", 19, "");
	is("{} | select(span.http.r", 12, "span.http.route");
	is("{} | quantile_over_time(dur", 24, "duration");
	is("{} | rate() by (span.http.c", 16, "span.http.code");
	is("\\values resource.", 8, "resource.service.name");
}

int
main(void)
{
	test_complete();
	return unit_done();
}
