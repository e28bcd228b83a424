/*
 * spooldir: the names and small files of a spool's folder.
 *
 * What appending, reading and trimming have in common; for lib/record alone.
 */
#ifndef RECORD_SPOOLDIR_H
#define RECORD_SPOOLDIR_H

#include "base/arena.h"
#include "base/err.h"
#include "record/spool.h"

#define SPOOL_NAME_MAX	80	/* of a segment's file, with its NUL */
#define SPOOL_LOCK_SIZE	40

/* What the lock file says of the newest segment. */
struct spool_head {
	uint64_t segment;
	uint64_t valid;		/* its length in whole records */
	uint8_t boot[16];	/* the boot of the machine it was written in */
};

/* "DIR/0000000000000001.rec" in the arena. */
char *spool_path(struct arena *, const char *dir, uint64_t segment);
/* 1 with the head; 0 when there is none to be believed; -1. */
int spool_head_read(int fd, struct spool_head *, struct err *);
int spool_head_write(int fd, const struct spool_head *, struct err *);
/* Which boot this is; zeros where the system does not say. */
void spool_boot(uint8_t boot[16]);
/* DIR/ID: 1 read, 0 absent, -1. */
int spool_id_read(const char *dir, uint8_t id[16], struct err *);
/* The newest segment's number (0: none) and how many there are. */
int spool_newest(const char *dir, uint64_t *newest, struct err *);
/* The least number above `after`; 0 when there is none. */
int spool_following(const char *dir, uint64_t after, uint64_t *no,
    struct err *);

#endif
