/*
 * part: what a scan reads: a block, or the tail.
 *
 * Hands out stripes and knows the trace ids by number. Stripes may be used by
 * several threads, one each.
 */
#ifndef LOG_PART_H
#define LOG_PART_H

#include <pthread.h>

#include "log/rows.h"

struct log_erase;

struct log_part {
	struct block *block;		/* NULL: the tail */
	struct log_rows *rows;		/* the tail's */
	struct frame **frame;
	uint32_t stripes;
	uint32_t no;			/* older parts have smaller ones */
	uint64_t min_time, max_time;
	struct log_erase *erase;	/* what was deleted from it: erase.h */
	uint32_t nerase;
	pthread_mutex_t lock;		/* of the ids, read when first asked */
	struct arena mem;
	struct str ids;			/* the section */
	uint32_t *at;			/* number to place in it */
	uint32_t nids;
	bool loaded;
};

/* The block stays the caller's. */
void part_block(struct log_part *, struct block *, uint32_t no);
/* Takes over what was deleted from the block. 0 or -1. */
int part_erase(struct log_part *, const struct store_block *, struct err *);
/* Sorts the rows and owns them from now on. */
void part_rows(struct log_part *, struct log_rows *, uint32_t no);
void part_free(struct log_part *);

uint64_t part_lines(const struct log_part *);	/* those erased included */
/* In the arena; NULL: it cannot be read. */
struct stripe *part_stripe(struct log_part *, uint32_t no, struct arena *,
    struct err *);
/* Says the block and stripe in front, unless the message does; -1. */
int part_where(const struct log_part *, uint32_t stripe, struct err *);
/* The 16 bytes of an id by its number, or NULL. */
const uint8_t *part_id(struct log_part *, int64_t number, struct err *);
/*
 * The numbers of those of the n sorted ids that occur here: how many, or -1.
 */
ptrdiff_t part_find_ids(struct log_part *, const uint8_t (*ids)[16],
    size_t n, uint32_t *numbers, struct err *);

#endif
