/* parts: a scan over any parts; what log_scan does with those of a view. */
#ifndef LOG_PARTS_H
#define LOG_PARTS_H

#include "log/faults.h"
#include "log/scan.h"

/* Whether a part may have lines of the times asked for. */
bool parts_in_range(const struct log_part *, const struct log_scan_opts *);

/* As log_scan. Parts oldest first. */
int parts_scan(struct log_part *, size_t n, const struct log_scan_opts *,
    part_fault_fn *, void *fault_arg, log_line_fn *, void *arg, struct err *);

#endif
