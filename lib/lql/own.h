/*
 * own: what a store has in columns of their own, the ids and the number of the
 * severity, is metadata to a server and to who reads a line. logql.md 14, 15.
 */
#ifndef LQL_OWN_H
#define LQL_OWN_H

#include "log/scan.h"

/* Takes them out of a line's metadata, v, and the level, which a store has from
 * the rest, with them. */
void own_take(struct log_line *, struct log_pair *v, struct arena *);
/* The metadata with them, by name; of two of a name the line's. */
const struct log_pair *own_put(const struct log_line *, struct arena *,
    uint32_t *n);

#endif
