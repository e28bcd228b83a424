/*
 * logql: the LogQL cases of a folder against lib/lql.
 *
 * parse.json: what is valid parses or is refused as "not supported"; what is
 * not is refused. pipeline.json: the pipelines of line and label filters.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lql/filter.h"

static unsigned passed, failed, beyond, quirks;

static struct str
text_of(json_t *o, const char *key)
{
	json_t *v = json_object_get(o, key);

	return v ? str_mk(json_string_value(v), json_string_length(v)) :
	    (struct str){ "", 0 };
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
	else
		verdict((r == 0) == (valid && !stage_error), c,
		    r == 0 ? "parsed" : e.msg);
	if (r == 0)
		lql_query_free(&q);
	arena_free(&a);
}

static struct str
value(json_t *c, struct str name)
{
	json_t *meta = json_object_get(c, "metadata"), *pair;
	json_t *stream = json_object_get(c, "stream");
	char key[256];
	size_t i;

	snprintf(key, sizeof key, "%.*s", PS(name));
	if (json_object_get(stream, key))
		return text_of(stream, key);
	/* metadata named as a label of the stream is asked for so */
	if (str_ends(name, S("_extracted"))) {
		key[name.n - 10] = '\0';
		if (!json_object_get(stream, key))
			key[name.n - 10] = '_';
	}
	json_array_foreach(meta, i, pair)
		if (strcmp(json_string_value(json_array_get(pair, 0)),
		    key) == 0)
			return str_of(json_string_value(json_array_get(pair,
			    1)));
	return (struct str){ 0 };
}

static bool
line_keeps(const struct log_line_filter *f, struct str line)
{
	bool any = false, positive = f->op == LOG_EQ || f->op == LOG_RE;

	for (size_t i = 0; i < f->n; i++)
		any |= f->alt[i].re ? re_match(f->alt[i].re, line, NULL) == 1 :
		    str_find(line, f->alt[i].text) <= line.n;
	return any == positive;
}

static bool
keeps(const struct lql_query *q, json_t *c, bool *error)
{
	struct str line = text_of(c, "line");

	for (size_t i = 0; i < q->nline; i++)
		if (!line_keeps(&q->line[i], line))
			return false;
	for (struct lql_stage *st = q->stages; st; st = st->next) {
		struct str v[64];

		for (uint32_t i = 0; i < st->n; i++)
			v[i] = value(c, st->names[i]);
		if (!lql_keeps(st, v, error))
			return false;
	}
	return true;
}

static void
pipeline_case(json_t *c)
{
	struct str stages = text_of(c, "pipeline");
	bool refused = json_object_get(c, "reject") != NULL;
	struct arena a = { 0 };
	struct lql_query q;
	struct err e = { 0 };

	/* what parsers leave behind is not here yet */
	if (json_object_get(c, "line_b64") ||
	    str_find(stages, S("__error")) <= stages.n) {
		beyond++;
		return;
	}
	int r = lql_parse(&q, arena_printf(&a, "{x=\"y\"} %.*s", PS(stages)),
	    &a, &e);

	if (r == -1 && unsupported(&e))
		beyond++;
	else if (r == -1)
		verdict(refused, c, e.msg);
	else if (json_object_get(c, "quirk"))
		quirks++;
	else {
		bool error = false, keep = keeps(&q, c, &error);
		json_t *parsed = json_object_get(json_object_get(c, "labels"),
		    "parsed");

		verdict(!refused && keep ==
		    json_is_true(json_object_get(c, "keep")) &&
		    (!keep || error == (json_object_get(parsed, "__error__")
		    != NULL)), c, keep ? "kept" : "dropped");
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
