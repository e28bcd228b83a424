/*
 * loki: read a request to Loki's push API, for tests, by other means than it
 * was written: protobuf-c and jansson.
 */
#ifndef TESTS_LOKI_H
#define TESTS_LOKI_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/num.h"
#include "loki.pb-c.h"

struct loki_pair { struct str name, value; };

struct loki_entry {
	struct loki_pair *label, *meta;		/* in their order */
	size_t labels, metas;
	uint64_t time;
	struct str line;
};

/* Slices hold during the call. */
typedef void loki_fn(void *arg, const struct loki_entry *);

static inline struct str
loki_bytes(ProtobufCBinaryData b)
{
	return str_mk(b.data, b.len);
}

/* A quoted value of a label set: *s begins after its first quote. */
static inline bool
loki_unquote(struct str *s, struct arena *mem, struct str *out)
{
	static const char from[] = "abfnrtv\\\"", to[] = "\a\b\f\n\r\t\v\\\"";
	char *p = arena_new(mem, char, s->n + 1);
	size_t n = 0;

	while (s->n > 0 && s->p[0] != '"') {
		const char *at;
		unsigned char low;

		if (s->p[0] != '\\') {
			p[n++] = s->p[0];
			*s = str_skip(*s, 1);
		} else if (s->n > 1 && (at = strchr(from, s->p[1])) && *at) {
			p[n++] = to[at - from];
			*s = str_skip(*s, 2);
		} else if (s->n > 5 && memcmp(s->p, "\\u00", 4) == 0 &&
		    str_unhex(&low, 1, str_mk(s->p + 4, 2)) == 1 &&
		    low < 0x80) {
			p[n++] = (char)low;
			*s = str_skip(*s, 6);
		} else {
			return false;
		}
	}
	if (s->n == 0)
		return false;
	*s = str_skip(*s, 1);
	*out = str_mk(p, n);
	return true;
}

/* {a="b", c="d"}: names in order, each once. */
static inline bool
loki_labels(struct str s, struct arena *mem, struct loki_entry *l)
{
	l->labels = 0;
	l->label = arena_new(mem, struct loki_pair, s.n / 3 + 1);
	if (s.n < 2 || s.p[0] != '{')
		return false;
	for (s = str_skip(s, 1); !str_eq(s, S("}"));) {
		struct loki_pair *p = &l->label[l->labels];

		if (l->labels > 0) {
			if (!str_starts(s, S(", ")))
				return false;
			s = str_skip(s, 2);
		}
		if (!str_cut(&s, '=', &p->name) || !str_starts(s, S("\"")))
			return false;
		s = str_skip(s, 1);
		if (!loki_unquote(&s, mem, &p->value) ||
		    (l->labels > 0 && str_cmp(p[-1].name, p->name) >= 0))
			return false;
		l->labels++;
	}
	return true;
}

static inline bool
loki_protobuf_entry(const Logproto__Entry *en, struct arena *mem,
    struct loki_entry *l)
{
	if (!en->timestamp || en->timestamp->nanos >= 1000000000)
		return false;
	l->meta = arena_new(mem, struct loki_pair, en->n_structured_metadata);
	l->time = (uint64_t)en->timestamp->seconds * 1000000000 +
	    (uint64_t)en->timestamp->nanos;
	l->line = loki_bytes(en->line);
	l->metas = 0;
	for (size_t i = 0; i < en->n_structured_metadata; i++) {
		const Logproto__LabelPair *m = en->structured_metadata[i];

		l->meta[l->metas++] = (struct loki_pair){
			loki_bytes(m->name), loki_bytes(m->value) };
	}
	return true;
}

static inline bool
loki_protobuf(struct str body, loki_fn *fn, void *arg)
{
	Logproto__PushRequest *req = logproto__push_request__unpack(NULL,
	    body.n, (const uint8_t *)body.p);
	struct loki_entry l;
	struct arena mem = { 0 };
	bool good = req != NULL;

	for (size_t i = 0; good && i < req->n_streams; i++) {
		const Logproto__Stream *s = req->streams[i];

		good = s->n_entries > 0 &&
		    loki_labels(loki_bytes(s->labels), &mem, &l);
		for (size_t k = 0; good && k < s->n_entries; k++)
			if ((good = loki_protobuf_entry(s->entries[k], &mem,
			    &l)))
				fn(arg, &l);
	}
	if (req)
		logproto__push_request__free_unpacked(req, NULL);
	arena_free(&mem);
	return good;
}

static inline struct str
loki_text(json_t *v)
{
	return str_mk(json_string_value(v), json_string_length(v));
}

static inline bool
loki_object(json_t *o, struct arena *mem, struct loki_pair **p, size_t *n)
{
	const char *key;
	json_t *v;

	*n = 0;
	*p = arena_new(mem, struct loki_pair, json_object_size(o));
	if (!json_is_object(o))
		return false;
	json_object_foreach(o, key, v) {
		if (!json_is_string(v))
			return false;
		(*p)[(*n)++] = (struct loki_pair){ str_of(key), loki_text(v) };
	}
	return true;
}

static inline bool
loki_json_entry(json_t *en, struct arena *mem, struct loki_entry *l)
{
	size_t n = json_array_size(en);

	l->metas = 0;
	if ((n != 2 && n != 3) || !json_is_string(json_array_get(en, 0)) ||
	    !json_is_string(json_array_get(en, 1)) ||
	    !num_u64(loki_text(json_array_get(en, 0)), &l->time))
		return false;
	l->line = loki_text(json_array_get(en, 1));
	return n == 2 || loki_object(json_array_get(en, 2), mem,
	    &l->meta, &l->metas);
}

static inline bool
loki_json(struct str body, loki_fn *fn, void *arg)
{
	json_t *top = json_loadb(body.p, body.n, JSON_ALLOW_NUL, NULL);
	json_t *streams = json_object_get(top, "streams"), *s, *en;
	bool good = json_is_array(streams);
	struct arena mem = { 0 };
	struct loki_entry l;
	size_t i, k;

	if (good)
		json_array_foreach(streams, i, s) {
			json_t *values = json_object_get(s, "values");

			good &= json_array_size(values) > 0 && loki_object(
			    json_object_get(s, "stream"), &mem, &l.label,
			    &l.labels);
			json_array_foreach(values, k, en)
				if ((good = good && loki_json_entry(en, &mem,
				    &l)))
					fn(arg, &l);
		}
	json_decref(top);
	arena_free(&mem);
	return good;
}

#endif
