#include "otlp/json.h"

#include "otlp/base64.h"
#include "otlp/fromjson.h"
#include "otlp/tidy.h"
#include "otlp/tojson.h"

/* The one signal whose key the object has, or 0. */
static unsigned
told_by_key(json_t *o)
{
	unsigned found = 0;

	for (unsigned i = 1; schema_top(i); i++)
		if (json_object_get(o, schema_top(i))) {
			if (found)
				return 0;
			found = i;
		}
	return found;
}

static int
profiles_from_json(json_t *o, struct buf *out, struct err *e)
{
	json_t *v = json_object_get(o, OTLP_PROFILES_KEY);

	if (!json_is_string(v) || base64_read(out,
	    str_mk(json_string_value(v), json_string_length(v))) == -1)
		return err_set(e, ERR_CORRUPT,
		    "profiles are read from json only as "
		    OTLP_PROFILES_KEY " in base64");
	return 0;
}

static int
convert(unsigned *signal, json_t *o, struct buf *out, struct err *e)
{
	const ProtobufCMessageDescriptor *m;

	if (!json_is_object(o))
		return err_set(e, ERR_CORRUPT, "not an object");
	if (*signal == 0)
		*signal = told_by_key(o);
	if (*signal == 0)
		return err_set(e, ERR_CORRUPT, "not one of the keys "
		    "resourceSpans, resourceMetrics, resourceLogs");
	if (*signal == 4)
		return profiles_from_json(o, out, e);
	m = schema_root(*signal);
	if (!m)
		return err_set(e, ERR_CORRUPT, "signal %u: unknown", *signal);
	return fromjson(m, o, out, e);
}

int
otlp_from_json(unsigned *signal, struct str json, struct buf *out,
    struct err *e)
{
	struct tidy t;
	json_error_t je;
	json_t *o = NULL;
	int r = -1;

	tidy_json(&t, json);
	if (t.memory / OTLP_JSON_GROWTH > json.n + (1 << 20) / OTLP_JSON_GROWTH)
		err_set(e, ERR_LIMIT, "json: %zu bytes hold too many values",
		    json.n);
	else if (!(o = json_loadb(t.text.p ? t.text.p : "", t.text.n,
	    JSON_ALLOW_NUL, &je)))
		err_set(e, ERR_CORRUPT, "json: line %d, column %d: %s",
		    je.line, je.column, je.text);
	else
		r = convert(signal, o, out, e);
	json_decref(o);
	buf_free(&t.b);
	return r;
}
