#include "otlp/json.h"

#include "base/base64.h"
#include "otlp/stream.h"

static int
profiles_from_json(struct stream *s)
{
	json_t *o = stream_value(s), *v = json_object_get(o, OTLP_PROFILES_KEY);
	int r = 0;

	if (!o || stream_end(s) == -1)
		r = -1;
	else if (!json_is_string(v) || base64_read(s->out,
	    str_mk(json_string_value(v), json_string_length(v))) == -1)
		r = err_set(s->e, ERR_CORRUPT,
		    "profiles are read from json only as "
		    OTLP_PROFILES_KEY " in base64");
	json_decref(o);
	return r;
}

int
otlp_from_json(unsigned *signal, struct str json, struct buf *out,
    struct err *e)
{
	struct stream s = { .in = json, .out = out, .e = e };
	const ProtobufCMessageDescriptor *m;

	if (*signal == 0)
		*signal = stream_signal(json);
	if (*signal == 0)
		return err_set(e, ERR_CORRUPT, "json: no object with one of "
		    "the keys resourceSpans, resourceMetrics, resourceLogs");
	if (*signal == 4)
		return profiles_from_json(&s);
	m = schema_root(*signal);
	if (!m)
		return err_set(e, ERR_CORRUPT, "signal %u: unknown", *signal);
	return stream_message(&s, m);
}
