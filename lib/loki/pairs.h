/*
 * pairs: names with values as one run of bytes.
 *
 * varint n, name, varint n, value, and so on. What a stream is known by
 * (sorted by name, each once) and what a context holds.
 */
#ifndef LOKI_PAIRS_H
#define LOKI_PAIRS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/cur.h"
#include "base/err.h"

struct log_pair { struct str name, value; };

void pairs_put(struct buf *, struct str name, struct str value);
/* 1, 0 at the clean end, -1: not well formed. */
int pairs_next(struct cur *, struct log_pair *);
/* A stream's labels, in the arena (slices of bytes). -1: not well formed. */
int pairs_read(struct str bytes, struct arena *, struct log_pair **,
    uint32_t *n, struct err *);
/* The first value of that name, or {NULL, 0}. */
struct str pairs_get(struct str bytes, struct str name);
/* Appends them sorted by name, each name once (the first). */
void pairs_sorted(struct buf *, struct str bytes);

#endif
