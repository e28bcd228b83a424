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

/*
 * The other way round: calls fn for each row whose values are told by its
 * template (those of the filter; its `test` is not asked), and clears its bit
 * when fn returns 1; 0 leaves it; -1 is a failure. Values last till fn returns;
 * one that is not there is {NULL, 0}.
 */
typedef int parsed_fn(void *arg, uint32_t row, const struct str *values,
    struct err *);
int parsed_take(const struct log_parse_filter *, struct log_lines *,
    uint64_t *rows, parsed_fn *, void *arg, struct err *);

#endif
