/*
 * logql: the LogQL cases of a folder against lib/lql.
 *
 * parse.json: what is valid parses, what is not is refused. pipeline.json: a
 * line through a pipeline: whether it is kept, what becomes of it and of its
 * labels; what it counts in a metric query; cases marked `quirk` are told
 * apart, and follow the rule that is documented. ingest.json: what is derived of a
 * line as it arrives. engine.json and the scripts: metric queries over lines
 * in memory, and log queries over a store.
 */
#include "conformance/logql.h"
#include "conformance/logql_engine.h"
#include "conformance/logql_ingest.h"
#include "conformance/logql_logs.h"
#include "conformance/logql_parse.h"
#include "conformance/logql_quirk.h"
#include "conformance/logql_script.h"

/* The labels of a kind are those of the case. */
static bool
same(const struct lql_entry *en, enum lql_kind kind, json_t *want)
{
	struct log_pair *v;
	uint32_t n = entry_labels(en, kind, &v);

	if (n != json_object_size(want))
		return false;
	for (uint32_t i = 0; i < n; i++) {
		char key[1024];

		snprintf(key, sizeof key, "%.*s", PS(v[i].name));
		if (!json_object_get(want, key) ||
		    !str_eq(bytes_of(want, key, en->mem), v[i].value))
			return false;
	}
	return true;
}

static const char *
run_case(const struct lql_query *q, json_t *c, struct arena *a)
{
	json_t *labels = json_object_get(c, "labels");
	bool want = json_is_true(json_object_get(c, "keep"));
	uint32_t nstream, nmeta;
	struct log_pair *stream = pairs_of(json_object_get(c, "stream"),
	    a, &nstream);
	struct log_pair *meta = pairs_of(json_object_get(c, "metadata"), a,
	    &nmeta);
	struct lql_entry en;

	entry_begin(&en, bytes_of(c, "line", a), stream, nstream, meta, nmeta,
	    a);
	num_u64(text_of(c, "ts"), &en.time);
	if (pipe_run(q->log.step, q->log.nsteps, true, &en) != want)
		return want ? "dropped" : "kept";
	if (!want)
		return NULL;
	if (!str_eq(en.line, bytes_of(c, json_object_get(c, "out") ||
	    json_object_get(c, "out_b64") ? "out" : "line", a)))
		return "another line";
	if (!same(&en, LQL_STREAM, json_object_get(labels, "stream")) ||
	    !same(&en, LQL_META, json_object_get(labels, "metadata")) ||
	    !same(&en, LQL_PARSED, json_object_get(labels, "parsed")))
		return "other labels";
	return NULL;
}

static void
pipeline_case(json_t *c, json_t *root)
{
	bool refused = json_object_get(c, "reject") != NULL;
	struct arena a = { 0 };
	struct lql_query q;
	struct err e = { 0 };
	const char *why;

	(void)root;
	int r = lql_parse(&q, arena_printf(&a, "{x=\"y\"} %.*s",
	    PS(text_of(c, "pipeline"))), &a, &e);

	if (r == -1)
		verdict(refused, c, e.msg);
	else if (json_object_get(c, "quirk"))
		quirk_case(&q, c, &a);
	else if (refused)
		verdict(false, c, "parsed");
	else {
		why = run_case(&q, c, &a);
		verdict(!why, c, why);
	}
	if (r == 0)
		lql_query_free(&q);
	arena_free(&a);
}

static void
extract_case(json_t *c, json_t *root)
{
	struct arena a = { 0 };
	struct lql_query q;
	struct err e = { 0 };
	const char *why;

	(void)root;
	if (lql_parse(&q, text_of(c, "query"), &a, &e) == -1) {
		verdict(false, c, e.msg);
	} else {
		why = extract(&q, c, &a);
		verdict(!why, c, why);
		lql_query_free(&q);
	}
	arena_free(&a);
}

static void
each(const char *dir, const char *file, const char *array,
    void (*fn)(json_t *, json_t *root))
{
	unsigned good = passed, bad = failed;
	char path[4096];
	json_error_t e;
	json_t *root, *c;
	size_t i;

	snprintf(path, sizeof path, "%s/%s", dir, file);
	root = json_load_file(path, JSON_ALLOW_NUL, &e);
	if (!root) {
		printf("%s: %s\n", path, e.text);
		failed++;
		return;
	}
	json_array_foreach(json_object_get(root, array), i, c)
		fn(c, root);
	json_decref(root);
	printf("%s, %s: %u passed, %u failed\n", file, array, passed - good,
	    failed - bad);
}

int
main(int argc, char *argv[])
{
	static const char *const scripts[] = { "range_aggregations",
		"vector_aggregations", "binary_operations", "functions",
		"conversions", "label_filters", "line_filters", "parsers",
		"formatters" };

	if (argc != 2)
		return 2;
	each(argv[1], "parse.json", "queries", parse_case);
	each(argv[1], "parse.json", "tokens", token_case);
	each(argv[1], "parse.json", "pretty", pretty_case);
	each(argv[1], "parse.json", "is_function", function_case);
	each(argv[1], "parse.json", "durations", duration_case);
	each(argv[1], "parse.json", "bytes_parse", size_case);
	each(argv[1], "parse.json", "bytes_print", size_printed_case);
	each(argv[1], "pipeline.json", "json_path", path_case);
	each(argv[1], "pipeline.json", "pipeline", pipeline_case);
	each(argv[1], "pipeline.json", "extract", extract_case);
	each(argv[1], "ingest.json", "level_from_line", level_case);
	each(argv[1], "ingest.json", "level_from_labels", level_case);
	each(argv[1], "ingest.json", "metadata_names", name_case);
	each(argv[1], "ingest.json", "service_name", service_case);
	each(argv[1], "engine.json", "queries", engine_case);
	each(argv[1], "engine.json", "queries", logs_case);
	each(argv[1], "engine.json", "interval_limit", range_limit_case);
	each(argv[1], "engine.json", "series_limit", series_limit_case);
	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
		script(argv[1], scripts[i]);
	printf("%u beyond what is built\n", beyond);
	printf("%u quirks: %u as documented, %u of them not as there\n",
	    quirks, quirks - quirks_failed, quirks_told);
	printf("%u passed, %u failed\n", passed, failed);
	return failed > 0 || passed == 0;
}
