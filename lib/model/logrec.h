/* logrec: one log record as it stands in a record. otlp.md section 6.3. */
#ifndef MODEL_LOGREC_H
#define MODEL_LOGREC_H

#include "base/str.h"
#include "model/value.h"

struct logrec {
	uint64_t time, observed;	/* ns, 0 unknown */
	uint32_t severity;		/* 0 unset, 1 .. 24 */
	struct str severity_text;
	struct value body;
	struct str body_any;		/* its encoded AnyValue */
	uint32_t dropped_attributes, flags;
	struct str trace_id, span_id;	/* 16 and 8 bytes, else not associated */
	struct str event_name;
	struct str raw;			/* attributes are field 6 of this */
};

#endif
