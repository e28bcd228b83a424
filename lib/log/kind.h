/* kind: the parts of log_kind. */
#ifndef LOG_KIND_H
#define LOG_KIND_H

#include "store/store.h"

/*
 * Inputs are taken together up to this much of records, and of memory: that is
 * more than half of the records where most lines have labels of their own.
 */
#define LOG_MERGE_RAW	((uint64_t)96 << 20)
#define LOG_MERGE_BYTES	((size_t)48 << 20)

int log_merge(const struct store_merge *, const struct store_options *,
    struct store_sink *, struct err *);
/* erase.c */
int log_delete_check(struct str what, struct err *);
int log_delete_any(const struct store_block *, struct err *);
unsigned log_check(struct block *, void (*say)(void *, const char *),
    void *arg);
int log_info(const struct store_block *, size_t n, struct arena *,
    struct buf *out, struct err *);

struct log_rows;
/* The rows of a tenant as one block; none when there are none (left). */
int log_write(struct log_rows *, struct str tenant, struct store_sink *,
    struct err *);
/* Adds all rows of a part, by code; only plain lines are split again. */
struct log_part;
int rows_take_part(struct log_rows *, struct log_part *, struct err *);

#endif
