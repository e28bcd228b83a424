/*
 * logql: the LogQL cases of a folder against lib/lql.
 *
 * parse.json: what is valid parses or is refused as "not supported"; what is
 * not is refused. pipeline.json: a line through a pipeline: whether it is kept,
 * what becomes of it and of its labels. (Details of errors are not compared.)
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/num.h"
#include "lql/pipe.h"

static unsigned passed, failed, beyond, quirks;

static struct str
text_of(json_t *o, const char *key)
{
	json_t *v = json_object_get(o, key);

	return v ? str_mk(json_string_value(v), json_string_length(v)) :
	    (struct str){ "", 0 };
}

/* The text under the key, or what stands in base64 under KEY_b64. */
static struct str
bytes_of(json_t *o, const char *key, struct arena *a)
{
	struct buf b = { 0 };
	char name[64];
	struct str s;

	snprintf(name, sizeof name, "%s_b64", key);
	if (!json_object_get(o, name))
		return text_of(o, key);
	base64_read(&b, text_of(o, name));
	s = arena_str(a, buf_str(&b));
	buf_free(&b);
	return s;
}

static void
verdict(bool ok, json_t *c, const char *why)
{
	if (ok) {
		passed++;
		return;
	}
	failed++;
	printf("%s: %s: %s\n", json_string_value(json_object_get(c, "id")),
	    why, json_dumps(c, JSON_COMPACT));
}

static bool
unsupported(const struct err *e)
{
	return strstr(e->msg, "not supported") != NULL;
}

static void
parse_case(json_t *c)
{
	bool valid = json_is_true(json_object_get(c, "valid"));
	bool stage_error = json_object_get(c, "stage_error") != NULL;
	struct arena a = { 0 };
	struct lql_query q;
	struct err e = { 0 };
	int r = lql_parse(&q, text_of(c, "query"), &a, &e);

	if (r == -1 && unsupported(&e))
		beyond++;
	else if (r == -1 && str_eq(text_of(c, "type"), S("metric")) &&
	    strstr(e.msg, "error parsing regexp"))
		passed++;	/* there the pipeline is built later, and no
				   case says what that gives */
	else
		verdict((r == 0) == (valid && !stage_error), c,
		    r == 0 ? "parsed" : e.msg);
	if (r == 0)
		lql_query_free(&q);
	arena_free(&a);
}

static struct log_pair *
stream_of(json_t *c, struct arena *a, uint32_t *n)
{
	json_t *stream = json_object_get(c, "stream"), *v;
	struct log_pair *out = arena_new(a, struct log_pair,
	    json_object_size(stream) + 1);
	const char *key;

	*n = 0;
	json_object_foreach(stream, key, v)
		out[(*n)++] = (struct log_pair){ str_of(key),
			text_of(stream, key) };
	return out;
}

static struct log_pair *
meta_of(json_t *c, struct arena *a, uint32_t *n)
{
	json_t *meta = json_object_get(c, "metadata"), *pair;
	struct log_pair *out = arena_new(a, struct log_pair,
	    json_array_size(meta) + 1);
	size_t i;

	*n = 0;
	json_array_foreach(meta, i, pair)
		out[(*n)++] = (struct log_pair){
			str_of(json_string_value(json_array_get(pair, 0))),
			str_of(json_string_value(json_array_get(pair, 1))) };
	return out;
}

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
	struct log_pair *stream = stream_of(c, a, &nstream);
	struct log_pair *meta = meta_of(c, a, &nmeta);
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
pipeline_case(json_t *c)
{
	bool refused = json_object_get(c, "reject") != NULL;
	struct arena a = { 0 };
	struct lql_query q;
	struct err e = { 0 };
	const char *why;

	int r = lql_parse(&q, arena_printf(&a, "{x=\"y\"} %.*s",
	    PS(text_of(c, "pipeline"))), &a, &e);

	if (r == -1 && unsupported(&e))
		beyond++;
	else if (r == -1)
		verdict(refused, c, e.msg);
	else if (json_object_get(c, "quirk"))
		quirks++;
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
each(const char *dir, const char *file, const char *array,
    void (*fn)(json_t *))
{
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
		fn(c);
	json_decref(root);
}

int
main(int argc, char *argv[])
{
	if (argc != 2)
		return 2;
	each(argv[1], "parse.json", "queries", parse_case);
	each(argv[1], "pipeline.json", "pipeline", pipeline_case);
	printf("%u beyond what is built, %u quirks not followed\n", beyond,
	    quirks);
	printf("%u passed, %u failed\n", passed, failed);
	return failed > 0 || passed == 0;
}
