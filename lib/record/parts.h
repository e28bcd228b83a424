/*
 * parts: which records of a spool were joined into one. See record(5).
 *
 * rec.parts is the Parts message as it is on the wire: the spool's id, and
 * then each part in the order of the payload, so that a spool behind can leave
 * out what it has. The bytes of all parts are the payload; or those of each
 * are 0, where the payload is no longer what was joined.
 */
#ifndef RECORD_PARTS_H
#define RECORD_PARTS_H

#include "base/cur.h"
#include "record/record.h"

#define PARTS_MAX	((size_t)32 << 10)	/* whoever joins stops there */
#define PART_MAX	((size_t)36)		/* the size of one, at most */

struct part {
	uint64_t segment, offset;	/* of the record */
	uint32_t bytes;			/* of the payload */
	uint32_t upto;			/* items of the record that are in this
					   part or before; 0: to its end */
};

/* Appends to what becomes rec.parts: once parts_begin, then the parts. */
void parts_begin(struct buf *, const uint8_t spool[16]);
void parts_add(struct buf *, const struct part *);

/* The same parts, of a payload that is not what was joined any more. */
void parts_add_loose(struct buf *, struct str parts);

/* Well formed, and the bytes are the payload's or 0: 0 or -1. rec_parse does
 * it. */
int parts_check(const struct rec *, struct err *);
/* Whether the payload is the bytes of its parts. Of parts that were checked,
 * as all below. */
bool parts_tight(const struct rec *);
const uint8_t *parts_spool(struct str parts);
/* The encoded parts alone, without the spool; of none, none. */
struct str parts_list(struct str parts);
/* 1 with the next part, 0 at the end. Starts at cur_of(parts_list()). */
int parts_next(struct cur *, struct part *);

#endif
