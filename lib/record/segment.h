/*
 * segment: one file of a spool, read forward.
 *
 * Reads by pread in large pieces and gives each record in turn. A reader of
 * the newest segment may meet bytes that are still being written: what is bad
 * or cut short is read a second time before it is said to be so, and the next
 * call looks at the file afresh.
 */
#ifndef RECORD_SEGMENT_H
#define RECORD_SEGMENT_H

#include "record/record.h"

#define SEGMENT_CHUNK	((size_t)512 << 10)
/* A search gives up after checking the CRCs of so many bytes. */
#define SEARCH_WORK_MAX	((uint64_t)1 << 30)

struct segment {
	int fd;			/* the caller's */
	uint64_t off;		/* of the next record */
	char *buf;
	size_t cap, n;
	uint64_t at;		/* buf holds the file's bytes at .. at + n */
};

/* Read from off on. Keeps the buffer's memory. */
void segment_start(struct segment *, int fd, uint64_t off);
/*
 * 1 with the record; 0 at the clean end; -1: ERR_CORRUPT when what is here is
 * bad or cut short (off stays), else as the system says.
 */
int segment_next(struct segment *, struct rec *, struct err *);
/* As rec_done. */
void segment_done(struct segment *);
/*
 * Where, past a bad record at off, a good one begins: 1 with *to, 0 none in
 * this file as it is now, -1.
 */
int segment_search(struct segment *, uint64_t *to, struct err *);
void segment_free(struct segment *);

/*
 * The first place at or after `from` where a whole, plausible record with a
 * CRC that fits begins, or bytes.n: DESIGN "Damage is not a tear".
 */
size_t rec_search(struct str bytes, size_t from);

#endif
