/*
 * rows: the items of a payload, whatever its signal, as one line each shows
 * them: spans, metric points, log records. For people; stores read more.
 */
#ifndef OTLP_ROWS_H
#define OTLP_ROWS_H

#include "base/buf.h"
#include "otlp/walk.h"

struct otlp_row {
	uint64_t time;		/* ns, 0 unknown */
	struct str service;	/* service.name of the resource */
	struct str name;	/* span name, log body, metric name */
	struct str detail;	/* duration, severity, value */
	bool error;		/* a failed span */
	uint32_t severity;	/* of a log record */
	struct str trace_id, span_id;
};

struct otlp_rows {
	unsigned signal;
	struct otlp_items items;
	uint32_t resource_no;	/* whose service is known */
	struct str service;
	struct str metric;	/* its name */
	uint32_t data_no;	/* which kind it is */
	struct cur in_metric, points;
	struct buf text;	/* what name and detail may point into */
};

void otlp_rows_init(struct otlp_rows *, unsigned signal, struct str payload);
/* 1, 0, -1 for bad bytes. A row holds till the next call. */
int otlp_rows_next(struct otlp_rows *, struct otlp_row *);
void otlp_rows_free(struct otlp_rows *);

#endif
