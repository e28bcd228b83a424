/*
 * hold: records held back until they make larger ones, for batch(1).
 *
 * Records of the same signal and tenant are joined, in order. What cannot be
 * joined (profiles, records with fields we do not know, payloads that do not
 * parse) goes through alone.
 *
 * Origins: what is given out carries the origin up to which, once it is out,
 * nothing is held any more; none, when that is no further than before. Of a
 * record that is cut only the last piece carries one. So the reader behind
 * never acknowledges what is still held here. Which records it is of its parts
 * say (record/parts.h), so that a spool behind keeps each of them once.
 */
#ifndef PIPE_HOLD_H
#define PIPE_HOLD_H

#include "base/metrics.h"
#include "record/record.h"
#include "record/sink.h"

#define HOLD_GROUPS_MAX	1024			/* signals times tenants */
#define HOLD_BYTES_MAX	((size_t)64 << 20)	/* of all of them */

/* What it counts; all NULL: nobody asks. */
struct hold_counts {
	struct metric *in[SIGNALS], *out[SIGNALS];	/* records */
	struct metric *items[SIGNALS];			/* given out */
	struct metric *bytes;				/* held now */
};

void hold_counts_open(struct hold_counts *, struct metrics *);

struct hold_opts {
	uint64_t items;		/* given out when so many are held */
	uint64_t items_max;	/* never more; one metric may be */
	size_t bytes_max;	/* never more; one item may be */
	uint64_t time;		/* ns from the first record held */
	bool regroup;		/* equal resources and scopes are made one */
	struct hold_counts counts;
};

struct hold;

struct hold *hold_open(const struct hold_opts *, struct sink *);
/* Takes a record, which is copied, or given out. 0, or -1: output failed. */
int hold_add(struct hold *, const struct rec *, struct err *);
/* Gives out what is due at `now` (time_mono). */
int hold_tick(struct hold *, uint64_t now, struct err *);
int hold_flush(struct hold *, struct err *);	/* all of it */
/* From now on nothing waits. */
void hold_hurry(struct hold *);
uint64_t hold_due(const struct hold *);	/* time_mono; UINT64_MAX: nothing */
void hold_close(struct hold *);

#endif
