/* What could stand at the cursor of a LogQL query. */
#include "words.h"
#include "lql/complete.h"

#define LABEL(NAME, V)	{ .name = S(NAME), .value = V,			\
	.n = sizeof V / sizeof *V }

static struct str services[] = { S("cart"), S("gateway") };
static struct str pods[] = { S("p\"1"), S("p2") };
static struct str threads[] = { S("7") };
static struct str levels[] = { S("info"), S("warn") };
static struct lql_label label[] = { LABEL("pod", pods),
	LABEL("service_name", services) };
static struct lql_label meta[] = { LABEL("thread_id", threads) };
static struct lql_label parsed[] = { LABEL("level", levels),
	LABEL("took", threads) };
static const struct lql_labels labels = { label, 2 };
static const struct lql_known known = { &labels, { meta, 1 }, { parsed, 2 } };

static void
is(const char *before, size_t from, const char *want)
{
	struct arena mem = { 0 };
	struct str *word;
	size_t at, n = lql_complete(&known, str_of(before), &at, &mem, &word);

	words_are(before, word, n, at, want, from);
	arena_free(&mem);
}

#define NAMES	"detected_level pod service_name span_id thread_id trace_id"

static void
selectors(void)
{
	is("", 0, "{");
	is("{", 1, "pod service_name");
	is("{ser", 1, "service_name");
	is("{service_name", 1, "service_name");
	is("{service_name ", 14, "!= !~ = =~");
	is("{service_name=", 14, "\"cart\" \"gateway\"");
	is("{service_name=\"c", 15, "cart");
	is("{service_name=~`g", 16, "gateway");
	is("{pod=", 5, "\"p2\"");		/* one with a quote in it */
	is("{pod=\"", 6, "p\"1 p2");
	is("{pod=\"a}\", s", 11, "service_name");
	is("{pod=\"\\\"", 6, "");
}

static void
pipelines(void)
{
	is("{pod=\"a\"} ", 10, "!= !~ | |= |~");
	is("{pod=\"a\"} |= \"x\" ", 17, "!= !~ | |= |~");
	is("{pod=\"a\"} | js", 12, "json");
	is("{pod=\"a\"} | t", 12, "thread_id trace_id");
	is("{pod=\"a\"} | logfmt | t", 21, "thread_id took trace_id");
	is("{pod=\"a\"} | logfmt ", 19, "level took");
	is("{pod=\"a\"} | u", 12, "unpack");
	is("rate({pod=\"a\"} | u", 17, "unpack unwrap");
	is("{pod=\"a\"} | logfmt | level ", 27,
	    "!= !~ < <= = == =~ > >=");
	is("{pod=\"a\"} | logfmt | level=", 27, "\"info\" \"warn\"");
	is("{pod=\"a\"} | logfmt | level!=\"w", 29, "warn");
	is("{pod=\"a\"} | json != \"w", 21, "");
	is("{pod=\"a\"} | level=", 18, "");	/* not parsed yet */
	is("{pod=\"a\"} | thread_id=\"7\" ", 26, "and or |");
	is("{pod=\"a\"} | thread_id > 7 o", 26, "or");
	is("{pod=\"a\"} | thread_id=\"7\" or s", 29, "service_name span_id");
	is("{pod=\"a\"} | drop ", 17, NAMES);
	is("{pod=\"a\"} | line_format ", 24, "");
	is("sum_over_time({pod=\"a\"} | logfmt | unwrap t", 42,
	    "thread_id took trace_id");
	is("sum_over_time({pod=\"a\"} | unwrap d", 33,
	    "detected_level duration( duration_seconds(");
}

static void
metrics(void)
{
	is("cou", 0, "count by ( count( count_over_time(");
	is("rate(", 5, "{");
	is("sum(ra", 4, "rate( rate_counter(");
	is("sum(rate({pod=\"a\"}[", 19, "15m] 1d] 1h] 1m] 5m]");
	is("sum(rate({pod=\"a\"}[5m] o", 23, "offset ");
	is("sum(rate({pod=\"a\"}[5m])) ", 25, "by ( without (");
	is("sum by (p", 8, "pod");
	is("sum by (pod, t", 13, "trace_id");
	is("sum(rate({pod=\"a\"}[5m])) by (t", 29, "thread_id trace_id");
	is("sum(rate({pod=\"a\"}[5m])) / ma", 27, "max by ( max( "
	    "max_over_time(");
	is("sum(rate({pod=\"a\"}[5m])) > 5 / ve", 31, "vector(");
}

static void
commands(void)
{
	is("\\values se", 8, "service_name");
	is("\\values pod {service_name=\"c", 27, "cart");
	is("\\patterns {po", 11, "pod");
}

int
main(void)
{
	selectors();
	pipelines();
	metrics();
	commands();
	CHECK(str_eq(lql_complete_selector(S("rate({a=\"}\"} | json | x")),
	    S("{a=\"}\"}")));
	CHECK(!lql_complete_selector(S("rate({a=\"")).p);
	return unit_done();
}
