/*
 * part: the items of a stripe in a file, fetched, checked and unpacked.
 */
#ifndef BLOCK_PART_H
#define BLOCK_PART_H

#include "block/stripefile.h"

/* Parts of a column: these, and PART_PAGE + k for page k. */
enum part { PART_INDEX, PART_DICT, PART_PAGE };

/*
 * The payload of a part. `a`: where to keep it (it will be pointed into);
 * NULL: it holds until the thread fetches the next one.
 */
int part_get(struct stripe *, uint32_t col, unsigned part, struct arena *a,
    struct str *out, struct err *);
/* Kept in the stripe's own arena: asked for again it costs nothing. */
int part_valid(struct stripe *, uint32_t col, const uint64_t **bits,
    struct err *);
int part_blob(struct stripe *, const struct blob_entry *, struct arena *,
    struct str *out, struct err *);

#endif
