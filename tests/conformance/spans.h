/* spans: a data set of the shared cases as a stripe, by way of OTLP. */
#ifndef CONFORMANCE_SPANS_H
#define CONFORMANCE_SPANS_H

#include <jansson.h>

#include "model/span.h"
#include "trace/build.h"
#include "../unit/pb.h"

static inline struct str
json_text(json_t *o, const char *key)
{
	json_t *v = json_object_get(o, key);

	return str_mk(json_string_value(v), json_string_length(v));
}

static inline void
pb_hex(struct buf *b, uint32_t no, struct str hex)
{
	char raw[64];
	ptrdiff_t n = str_unhex(raw, sizeof raw, hex);

	if (n > 0)
		pb_bytes(b, no, str_mk(raw, (size_t)n));
}

static inline void pb_attrs(struct buf *, uint32_t no, json_t *map);

/* {"int": 1} and the like as an AnyValue. */
static inline void
pb_typed(struct buf *b, json_t *v)
{
	const char *type = json_object_iter_key(json_object_iter(v));
	json_t *x = json_object_get(v, type), *one;
	struct buf in = { 0 }, item = { 0 };
	double f = json_number_value(x);
	uint64_t bits;
	size_t i;

	memcpy(&bits, &f, sizeof bits);
	if (strcmp(type, "string") == 0)
		pb_bytes(b, 1, json_text(v, type));
	else if (strcmp(type, "bool") == 0)
		pb_varint(b, 2, json_is_true(x));
	else if (strcmp(type, "int") == 0)
		pb_varint(b, 3, (uint64_t)json_integer_value(x));
	else if (strcmp(type, "double") == 0)
		pb_fixed64(b, 4, bits);
	else if (strcmp(type, "bytes") == 0)
		pb_hex(b, 7, json_text(v, type));
	else if (strcmp(type, "kvlist") == 0)
		pb_attrs(&in, 1, x);
	else if (strcmp(type, "array") == 0)
		json_array_foreach(x, i, one) {
			item.n = 0;
			pb_typed(&item, one);
			pb_bytes(&in, 1, buf_str(&item));
		}
	if (strcmp(type, "kvlist") == 0 || strcmp(type, "array") == 0)
		pb_bytes(b, *type == 'k' ? 6 : 5, buf_str(&in));
	buf_free(&in);
	buf_free(&item);
}

static inline void
pb_attrs(struct buf *b, uint32_t no, json_t *map)
{
	const char *key;
	json_t *v;

	json_object_foreach(map, key, v) {
		struct buf kv = { 0 }, any = { 0 };

		pb_bytes(&kv, 1, str_of(key));
		pb_typed(&any, v);
		pb_bytes(&kv, 2, buf_str(&any));
		pb_bytes(b, no, buf_str(&kv));
		buf_free(&kv);
		buf_free(&any);
	}
}

static inline uint64_t
word_no(struct str word, const struct str *of, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(word, of[i]))
			return i;
	return 0;
}

static inline void
pb_events(struct buf *b, json_t *span)
{
	struct buf one = { 0 };
	json_t *x;
	size_t i;

	json_array_foreach(json_object_get(span, "events"), i, x) {
		one.n = 0;
		pb_fixed64(&one, 1, (uint64_t)json_integer_value(
		    json_object_get(x, "time")));
		pb_bytes(&one, 2, json_text(x, "name"));
		pb_attrs(&one, 3, json_object_get(x, "attrs"));
		pb_bytes(b, 11, buf_str(&one));
	}
	json_array_foreach(json_object_get(span, "links"), i, x) {
		one.n = 0;
		pb_hex(&one, 1, json_text(x, "traceId"));
		pb_hex(&one, 2, json_text(x, "spanId"));
		pb_attrs(&one, 4, json_object_get(x, "attrs"));
		pb_bytes(b, 13, buf_str(&one));
	}
	buf_free(&one);
}

/* The set has a span without an id, which no OTLP receiver takes: it gets
 * one here. */
static inline struct str
span_id(json_t *s)
{
	struct str id = json_text(s, "spanId");

	return str_eq(id, S("0000000000000000")) ? S("ffff000000000000") : id;
}

static inline void
pb_span(struct buf *b, json_t *s)
{
	static const struct str kinds[] = { S("unspecified"), S("internal"),
	    S("server"), S("client"), S("producer"), S("consumer") };
	static const struct str codes[] = { S("unset"), S("ok"), S("error") };
	uint64_t start = (uint64_t)json_integer_value(
	    json_object_get(s, "start"));
	struct buf status = { 0 };

	pb_hex(b, 1, json_text(s, "traceId"));
	pb_hex(b, 2, span_id(s));
	if (str_eq(json_text(s, "parentId"), S("0000000000000000")))
		pb_hex(b, 4, S("fffe000000000000"));	/* no root, says the set */
	else
		pb_hex(b, 4, json_text(s, "parentId"));
	pb_bytes(b, 5, json_text(s, "name"));
	pb_varint(b, 6, word_no(json_text(s, "kind"), kinds, 6));
	pb_fixed64(b, 7, start);
	pb_fixed64(b, 8, start + (uint64_t)json_integer_value(
	    json_object_get(s, "duration")));
	pb_attrs(b, 9, json_object_get(s, "attrs"));
	pb_events(b, s);
	pb_bytes(&status, 2, json_text(s, "statusMessage"));
	pb_varint(&status, 3, word_no(json_text(s, "status"), codes, 3));
	pb_bytes(b, 15, buf_str(&status));
	buf_free(&status);
}

/* One span as a TracesData. */
static inline void
pb_traces(struct buf *b, json_t *s)
{
	struct buf res = { 0 }, sc = { 0 }, span = { 0 };
	json_t *scope = json_object_get(s, "scope");

	pb_attrs(&res, 1, json_object_get(s, "resource"));
	pb_bytes(&sc, 1, json_text(scope, "name"));
	pb_bytes(&sc, 2, json_text(scope, "version"));
	pb_attrs(&sc, 3, json_object_get(scope, "attrs"));
	pb_span(&span, s);
	pb_item(b, buf_str(&res), buf_str(&sc), buf_str(&span));
	buf_free(&res);
	buf_free(&sc);
	buf_free(&span);
}

#endif
