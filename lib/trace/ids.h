/*
 * ids: which traces a block holds, and where not to look for them: the
 * sections "ids", "idfilter", "split", "replaced".
 *
 * The filter has 16 bits a trace and is cut into pages of 4 KiB: an id's bits
 * are all in one page, so that asking for one id costs one read. A hit is
 * always verified in "ids". See traces(5).
 */
#ifndef TRACE_IDS_H
#define TRACE_IDS_H

#include "block/block.h"
#include "trace/id.h"

#define IDS_ENTRY	20u	/* id, trace number (u32) */
#define IDS_UNIT	4000u	/* entries under one CRC: 200 */
#define IDS_FILTER_PAGE	4096u

struct id_entry { struct id id; uint32_t trace; };

/* Writes "ids" and "idfilter" (entries get sorted) and "split" (sorted). */
int ids_write(struct block_writer *, struct id_entry *, size_t n,
    const struct id *split, size_t nsplit, struct err *);

/* A row of TR_TRACE that is not to be read: another stripe has all of it. */
struct id_place { uint32_t stripe, row; };
/* Writes "replaced", if there are any; in order. */
int ids_write_replaced(struct block_writer *, const struct id_place *,
    size_t n, struct err *);
/* What is in it. Stripes are of the block, rows below STRIPE_ROWS. */
int ids_replaced(struct block *, struct arena *, struct id_place **, size_t *n,
    struct err *);

/* An id asked for (its number) and the trace in the block that has it. */
struct id_hit { uint32_t asked, trace; };
/* Hits in the arena, sorted by id. A trace in pieces gives several. */
int ids_find(struct block *, const struct id_index *, struct arena *,
    struct id_hit **, size_t *nhits, struct err *);
/* As ids_find, only whether: appends those ids that are there to out. */
int ids_held(struct block *, const struct id_index *, struct arena *,
    struct id *out, size_t *nout, struct err *);
/*
 * The different ids in [from, to], at most max of them (by "ids" alone; for
 * shortened ids). 0 or -1.
 */
int ids_range(struct block *, const struct id *from, const struct id *to,
    struct id *out, size_t max, size_t *n, struct err *);
/* The split list. */
int ids_split(struct block *, struct arena *, const struct id **, size_t *n,
    struct err *);

#endif
