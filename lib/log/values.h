/*
 * values: what the rows of a stripe have under some names: the label of the
 * stream first, then metadata, and what has a column of its own (trace_id,
 * severity_text, detected_level, ...).
 */
#ifndef LOG_VALUES_H
#define LOG_VALUES_H

#include "log/select.h"

struct source;

struct log_values {
	struct log_cols *cols;
	size_t n;
	struct source *s;
	bool plain;
	char (*text)[40];
	struct str *v;		/* by name, empty: not there; till the next */
	bool same;		/* surely what the row before had */
};

/* Loads what is needed for all rows. In the columns' arena. */
int values_open(struct log_values *, struct log_cols *,
    const struct str *names, size_t n, struct err *);
int values_at(struct log_values *, uint32_t row, struct err *);

#endif
