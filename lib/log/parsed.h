/*
 * parsed: filters on what a parser will find in lines (struct log_parse_filter),
 * decided by template, so that most lines that are dropped are never rebuilt.
 */
#ifndef LOG_PARSED_H
#define LOG_PARSED_H

#include "log/lines.h"

/* Clears the bits of rows that a filter drops. */
int parsed_run(const struct log_parse_filter *, size_t n, struct log_lines *,
    uint64_t *rows, struct err *);

#endif
