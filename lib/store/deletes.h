/*
 * deletes: what was deleted, and is not gone from all blocks yet.
 *
 * A delete concerns the blocks that were there when it was asked for, until a
 * merge carries it out: those that are cleaned of fewer deletes than its
 * number. Readers pass over its items and merges leave them out; when it
 * concerns no block any more, it leaves the manifest.
 */
#ifndef STORE_DELETES_H
#define STORE_DELETES_H

#include "base/cur.h"
#include "store/manifest.h"

void delete_put(struct buf *, const struct store_delete *);
/* Strings are copied into the arena. Refuses what manifest(5) does. */
int delete_get(struct cur *, struct arena *, struct store_delete *,
    struct err *);
/* Those of the manifest that concern the block; in the arena, slices not. */
const struct store_delete *deletes_of(const struct manifest *,
    const struct manifest_block *, struct arena *, uint32_t *n);
/* Drops those that concern no block. */
void deletes_prune(struct manifest *);

#endif
