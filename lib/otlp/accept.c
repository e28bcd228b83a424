#include "otlp/accept.h"

#include "otlp/json.h"

static const struct str paths[5][2] = {
	[1] = { S("/v1/traces"), S("/opentelemetry.proto.collector."
	    "trace.v1.TraceService/Export") },
	[2] = { S("/v1/metrics"), S("/opentelemetry.proto.collector."
	    "metrics.v1.MetricsService/Export") },
	[3] = { S("/v1/logs"), S("/opentelemetry.proto.collector."
	    "logs.v1.LogsService/Export") },
	[4] = { S("/v1development/profiles"), S("/opentelemetry.proto."
	    "collector.profiles.v1development.ProfilesService/Export") },
};

struct str
otlp_path(bool grpc, unsigned signal)
{
	return paths[signal][grpc];
}

unsigned
otlp_route(bool grpc, struct str path)
{
	if (!grpc && path.n > 1 && str_ends(path, S("/")))
		path.n--;
	for (unsigned signal = 1; signal < 5; signal++)
		if (str_eq(path, paths[signal][grpc]))
			return signal;
	return 0;
}

bool
otlp_service(struct str name)
{
	static const struct str names[] = {
		S("opentelemetry.proto.collector.trace.v1.TraceService"),
		S("opentelemetry.proto.collector.metrics.v1.MetricsService"),
		S("opentelemetry.proto.collector.logs.v1.LogsService"),
		S("opentelemetry.proto.collector.profiles.v1development."
		    "ProfilesService"),
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (str_eq(name, names[i]))
			return true;
	return false;
}

/* The payload as protobuf, checked. */
static int
decode(unsigned signal, bool json, struct str body, struct otlp_accepted *a,
    struct err *e)
{
	a->payload = body;
	if (json && body.n > 0) {
		if (otlp_from_json(&signal, body, &a->own, e) == -1)
			return -1;
		a->payload = buf_str(&a->own);
	}
	return otlp_check(signal, a->payload, &a->sum, e);
}

/* Cuts the invalid items out. */
static int
strip(unsigned signal, struct otlp_accepted *a, struct err *e)
{
	struct buf valid = { 0 };
	int r = 0;

	if (a->sum.invalid < a->sum.items)
		r = otlp_strip(signal, a->payload, &valid, e);
	buf_free(&a->own);
	a->own = valid;
	a->payload = buf_str(&valid);
	return r;
}

int
otlp_accept(unsigned signal, bool json, struct str body, size_t max,
    struct otlp_accepted *a, struct buf *reply, struct err *e)
{
	*a = (struct otlp_accepted){ 0 };
	if (decode(signal, json, body, a, e) == -1)
		return -1;
	if (a->payload.n > max)
		return err_set(e, ERR_LIMIT, "request is over the limit");
	a->items = a->sum.items - a->sum.invalid;
	if (a->sum.invalid > 0) {
		if (strip(signal, a, e) == -1)
			return -1;
		otlp_put_partial(reply, signal, json, a->sum.invalid,
		    str_of(a->sum.why));
	} else if (json)
		buf_adds(reply, S("{}"));
	return 0;
}
