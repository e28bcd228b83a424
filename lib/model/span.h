/* span: one span as it stands in a record. otlp.md section 6.2. */
#ifndef MODEL_SPAN_H
#define MODEL_SPAN_H

#include <stdint.h>

#include "base/str.h"

enum span_kind { SPAN_UNSPECIFIED, SPAN_INTERNAL, SPAN_SERVER, SPAN_CLIENT,
	SPAN_PRODUCER, SPAN_CONSUMER };
enum span_status { STATUS_UNSET, STATUS_OK, STATUS_ERROR };

struct span {
	struct str trace_id;		/* 16 bytes, else invalid */
	struct str span_id;		/* 8 bytes, else invalid */
	struct str parent_id;		/* 0 bytes or all zero: a root */
	struct str trace_state, name;
	uint32_t kind, flags;
	uint64_t start, end;		/* ns */
	uint32_t status;
	struct str status_message;
	uint32_t dropped_attributes, dropped_events, dropped_links;
	struct str raw;			/* the Span message: attributes field 9,
					   events 11, links 13 are read there */
};

#endif
