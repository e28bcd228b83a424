/*
 * export: log lines back as records of OTLP logs.
 *
 * Neighbouring lines of one stream share a Resource; a record holds up to 512
 * lines. Labels become resource attributes under OTLP's own names where those
 * are known (service_name is service.name), metadata attributes of the record.
 */
#ifndef LQL_EXPORT_H
#define LQL_EXPORT_H

#include "base/buf.h"
#include "log/scan.h"

struct export;

struct export *export_new(struct str tenant);
/* Appends to out whenever a record is full. */
void export_add(struct export *, const struct log_line *, struct buf *out);
void export_end(struct export *, struct buf *out);	/* what is left */
void export_free(struct export *);

#endif
