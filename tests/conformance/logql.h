/* logql: what the parts of the LogQL runner share. */
#ifndef CONFORMANCE_LOGQL_H
#define CONFORMANCE_LOGQL_H

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "lql/pipe.h"

static unsigned passed, failed, beyond;
/* cases marked so; of those, what is not as documented, and not as there */
static unsigned quirks, quirks_failed, quirks_told;

static inline struct str
text_of(json_t *o, const char *key)
{
	json_t *v = json_object_get(o, key);

	return v ? str_mk(json_string_value(v), json_string_length(v)) :
	    (struct str){ "", 0 };
}

/* The text under the key, or what stands in base64 under KEY_b64. */
static inline struct str
bytes_of(json_t *o, const char *key, struct arena *a)
{
	struct buf b = { 0 };
	char name[1100];
	struct str s;

	snprintf(name, sizeof name, "%s_b64", key);
	if (!json_object_get(o, name))
		return text_of(o, key);
	base64_read(&b, text_of(o, name));
	s = arena_str(a, buf_str(&b));
	buf_free(&b);
	return s;
}

static inline void
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

/* The members of an object, or of a list of pairs. */
static inline struct log_pair *
pairs_of(json_t *o, struct arena *a, uint32_t *n)
{
	struct log_pair *out = arena_new(a, struct log_pair,
	    json_object_size(o) + json_array_size(o) + 1);
	json_t *v;
	const char *key;
	size_t i;

	*n = 0;
	json_object_foreach(o, key, v)
		out[(*n)++] = (struct log_pair){ str_of(key),
			text_of(o, key) };
	json_array_foreach(o, i, v)
		out[(*n)++] = (struct log_pair){
			str_of(json_string_value(json_array_get(v, 0))),
			str_of(json_string_value(json_array_get(v, 1))) };
	return out;
}

#endif
