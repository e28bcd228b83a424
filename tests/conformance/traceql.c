/*
 * TraceQL's shared cases: FOLDER/parse.json and FOLDER/eval.json. What we
 * refuse as "not supported" is counted apart from what passed.
 */
#include <jansson.h>

#include "tql/ast.h"

#include "unit.h"

static unsigned beyond;		/* out of our scope, refused as such */

static void
fail(json_t *c, const char *what, struct str got)
{
	unit_failed++;
	if (unit_failed > 400)
		return;
	fprintf(stderr, "%s: %s\n  query: %s\n  got: %.*s\n",
	    json_string_value(json_object_get(c, "id")), what,
	    json_string_value(json_object_get(c, "q")), PS(got));
}

static bool
not_supported(const struct err *e)
{
	return e->kind == ERR_QUERY && strstr(e->msg, ": not supported");
}

static struct str
json_text(json_t *o, const char *key)
{
	json_t *v = json_object_get(o, key);

	return str_mk(json_string_value(v), json_string_length(v));
}

static void
parse_case(json_t *c, struct arena *a)
{
	struct str result = json_text(c, "result"), got;
	struct tql_query q;
	struct err e = { 0 };
	struct buf b = { 0 };
	bool ok = str_eq(result, S("ok"));
	int r = tql_parse(&q, json_text(c, "q"), a, &e);

	if (r == -1) {
		if (ok && not_supported(&e))
			beyond++;
		else if (ok || e.kind != ERR_QUERY)
			fail(c, "refused", str_of(e.msg));
		else
			unit_passed++;
		return;
	}
	tql_print(&b, &q);
	got = buf_str(&b);
	if (!ok)
		fail(c, "not refused", got);
	else if (!str_eq(got, json_text(c, "canonical")))
		fail(c, json_string_value(json_object_get(c, "canonical")),
		    got);
	else
		unit_passed++;
	buf_free(&b);
	tql_free(&q);
}

static json_t *
load(const char *dir, const char *name)
{
	char path[4096];
	json_error_t why;
	json_t *j;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	j = json_load_file(path, JSON_ALLOW_NUL, &why);
	if (!j)
		die("%s: %s", path, why.text);
	return j;
}

int
main(int argc, char *argv[])
{
	struct arena a = { 0 };
	json_t *parse, *eval, *c;
	size_t i;

	if (argc != 2)
		die("usage: traceql FOLDER");
	parse = load(argv[1], "parse.json");
	json_array_foreach(json_object_get(parse, "cases"), i, c) {
		parse_case(c, &a);
		arena_reset(&a);
	}
	printf("parse: %u passed, %u failed, %u not supported yet\n",
	    unit_passed, unit_failed, beyond);
	json_decref(parse);
	arena_free(&a);
	(void)eval;
	return unit_done();
}
