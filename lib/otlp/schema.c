#include "otlp/schema.h"

#include "collector.pb-c.h"
#include "logs.pb-c.h"
#include "metrics.pb-c.h"
#include "otlp/json.h"
#include "otlp/wire.h"
#include "status.pb-c.h"
#include "trace.pb-c.h"

const ProtobufCMessageDescriptor *
schema_root(unsigned signal)
{
	switch (signal) {
	case 1: return &opentelemetry__proto__trace__v1__traces_data__descriptor;
	case 2:
		return &opentelemetry__proto__metrics__v1__metrics_data__descriptor;
	case 3: return &opentelemetry__proto__logs__v1__logs_data__descriptor;
	default: return NULL;
	}
}

const char *
schema_top(unsigned signal)
{
	static const char *const key[] = { NULL, "resourceSpans",
	    "resourceMetrics", "resourceLogs", OTLP_PROFILES_KEY };

	return signal < sizeof key / sizeof *key ? key[signal] : NULL;
}

const ProtobufCMessageDescriptor *
schema_answer(unsigned signal)
{
#define ANSWER(signal)							\
	&opentelemetry__proto__collector__v1__export_##signal##_service_response__descriptor
	switch (signal) {
	case 1: return ANSWER(trace);
	case 2: return ANSWER(metrics);
	case 3: return ANSWER(logs);
	default: return ANSWER(profiles);
	}
#undef ANSWER
}

const ProtobufCMessageDescriptor *
schema_status(void)
{
	return &google__rpc__status__descriptor;
}

struct str
schema_key(char out[SCHEMA_KEY_MAX], const ProtobufCFieldDescriptor *f)
{
	size_t n = 0;

	for (const char *p = f->name; *p && n < SCHEMA_KEY_MAX; p++)
		if (*p == '_' && p[1] >= 'a' && p[1] <= 'z')
			out[n++] = (char)(*++p - 'a' + 'A');
		else
			out[n++] = *p;
	return str_mk(out, n);
}

bool
schema_is_hex(const ProtobufCFieldDescriptor *f)
{
	return strcmp(f->name, "trace_id") == 0 ||
	    strcmp(f->name, "span_id") == 0 ||
	    strcmp(f->name, "parent_span_id") == 0;
}

uint8_t
schema_wire(const ProtobufCFieldDescriptor *f)
{
	switch (f->type) {
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_DOUBLE: return WIRE_FIXED64;
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_FLOAT: return WIRE_FIXED32;
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_BYTES:
	case PROTOBUF_C_TYPE_MESSAGE: return WIRE_BYTES;
	default: return WIRE_VARINT;
	}
}

bool
schema_packs(const ProtobufCFieldDescriptor *f)
{
	return schema_repeats(f) && schema_wire(f) != WIRE_BYTES;
}

const ProtobufCFieldDescriptor *
schema_find(const ProtobufCMessageDescriptor *m, struct str key)
{
	char out[SCHEMA_KEY_MAX];

	for (unsigned i = 0; i < m->n_fields; i++)
		if (str_eq(schema_key(out, &m->fields[i]), key))
			return &m->fields[i];
	return NULL;
}

bool
schema_holds_items(const ProtobufCMessageDescriptor *m)
{
	static const char *const names[] = { "ResourceSpans", "ScopeSpans",
	    "ResourceLogs", "ScopeLogs", "ResourceMetrics", "ScopeMetrics",
	    "Metric", "Gauge", "Sum", "Histogram", "ExponentialHistogram",
	    "Summary" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(m->short_name, names[i]) == 0)
			return true;
	return false;
}
