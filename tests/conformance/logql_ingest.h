/* logql_ingest: ingest.json: what is derived from a line and its labels. */
#ifndef CONFORMANCE_LOGQL_INGEST_H
#define CONFORMANCE_LOGQL_INGEST_H

#include "conformance/logql.h"
#include "loki/labels.h"
#include "lql/level.h"

static void
level_case(json_t *c, json_t *root)
{
	struct arena a = { 0 };
	struct level_line l = { .line = bytes_of(c, "line", &a) };
	struct str level;

	(void)root;
	l.stream = pairs_of(json_object_get(c, "stream"), &a, &l.nstream);
	l.meta = pairs_of(json_object_get(c, "metadata"), &a, &l.nmeta);
	level = level_detect(&l, &a);
	verdict(str_eq(level, text_of(c, "level")), c,
	    arena_printf(&a, "%.*s", PS(level)).p);
	arena_free(&a);
}

static void
name_case(json_t *c, json_t *root)
{
	struct buf b = { 0 };
	bool usable = label_name(&b, text_of(c, "name"));

	(void)root;
	verdict(usable == !json_object_get(c, "error") && (!usable ||
	    str_eq(buf_str(&b), text_of(c, "stored_as"))), c, "another name");
	buf_free(&b);
}

static void
service_case(json_t *c, json_t *root)
{
	json_t *o = json_object_get(c, "labels"), *v;
	struct buf labels = { 0 }, meta = { 0 };
	const char *key;

	(void)root;
	json_object_foreach(o, key, v)
		pairs_put(&labels, str_of(key), text_of(o, key));
	label_service(&labels, &meta);
	verdict(str_eq(pairs_get(buf_str(&labels), S("service_name")),
	    text_of(c, "service_name")), c, "another service");
	buf_free(&labels);
}

#endif
