/* traceql: what the runners of TraceQL's cases share. */
#ifndef CONFORMANCE_TRACEQL_H
#define CONFORMANCE_TRACEQL_H

#include "conformance/dataset.h"
#include "tql/run.h"

enum verdict { V_PASSED, V_FAILED, V_BEYOND, V_DONE };

static inline double
json_f64(json_t *v)
{
	if (!json_is_string(v))
		return json_number_value(v);
	return strtod(json_string_value(v), NULL);	/* "+Inf", "NaN" */
}

#endif
