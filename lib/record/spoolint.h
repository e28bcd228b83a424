/*
 * spoolint: the inside of a spool's writer, shared by spool_*.c alone.
 *
 * Two mutexes. `writing` is held, together with the flock on DIR/lock, while
 * the folder is looked at or changed: one writer at a time over all threads
 * and processes. `mu` guards what the writers and the sync leader share, and
 * is never held over a system call. Order: writing, flock, mu.
 *
 * Durability is counted in tickets: each write takes the next one, a sync
 * makes good all tickets given before it began.
 */
#ifndef RECORD_SPOOLINT_H
#define RECORD_SPOOLINT_H

#include <pthread.h>

#include "base/hash.h"
#include "record/segment.h"
#include "record/spool.h"
#include "record/spooldir.h"

/* Cursors passed and this old: may go when a size bound is reached. */
#define SPOOL_KEEP_FULL_NS	(60 * UINT64_C(1000000000))
#define SPOOL_ORIGINS_MAX	65536	/* spools, signals, tenants */

/* How much of a record, of another spool, is here: all before it is, too. */
struct mark {
	uint64_t segment, offset;
	uint32_t upto;		/* items; UINT32_MAX: to its end */
};

/* The marks of each spool, signal and tenant, for all records before
 * seg:off. */
struct origins {
	bool loaded;
	struct map keys;	/* spool id, signal, tenant */
	struct mark *v;		/* by the key's number */
	uint64_t seg, off;
};

struct waiter {
	uint64_t ticket;
	bool done, refused;
	struct waiter *next;
};

struct spool {
	char *dir;
	struct spool_opts opts;
	uint8_t id[16], boot[16];
	int lockfd;

	pthread_mutex_t writing;
	struct origins origins;
	uint64_t others;	/* bytes in the segments before this one */

	pthread_mutex_t mu;
	pthread_cond_t turn;
	int fd;			/* the newest segment's */
	uint64_t seg;		/* its number, 0: not looked yet */
	uint64_t end;		/* its whole records, when we last looked */
	uint64_t durable;	/* bytes of it we know to be on the disk */
	uint64_t foreign;	/* end of what other processes wrote to it */
	bool failed;		/* a sync of it failed: nothing more goes here */
	bool syncing;		/* there is a leader */
	uint64_t written, synced;	/* tickets */
	struct waiter *waiters;
	uint64_t loose;		/* the last ticket that nobody waits for */
	bool lost;		/* such a one was refused */
	struct err why;		/* of the last failed sync */
	struct spool_stats stats;
};

/* spool_sync.c: mu held. */
/* The next ticket; w, unless NULL, is told of its fate from now on. */
void spool_ticket(struct spool *, struct waiter *w);
/* Waits till w is told: 0 durable, or -1 with why it was refused. */
int spool_await(struct spool *, struct waiter *w, struct err *);
/* All tickets so far: durable, or refused and `failed` set. No leader after. */
void spool_settle(struct spool *);

/* spool_enter.c */
/*
 * Takes both locks and leaves the newest segment open, whole, and with room
 * for `need` bytes by the size bound and the segment's.
 */
int spool_enter(struct spool *, uint64_t need, struct err *);
void spool_leave(struct spool *);

/* spool_origin.c: inside enter and leave. */
/*
 * What of the record is not here: 1 with *fresh, the record, or with those of
 * its parts that are new in *bytes; 0: nothing. -1.
 */
int spool_origin_new(struct spool *, const struct rec *, struct rec *fresh,
    struct buf *bytes, struct err *);
/* A record of frame bytes from..to was appended. */
void spool_origin_note(struct spool *, const struct rec *, uint64_t from,
    uint64_t to);
void spool_origin_forget(struct spool *);
void spool_origin_free(struct spool *);
/* DIR/origins is made to hold what the segments below `seg` would tell. */
int spool_origin_keep(const char *dir, uint64_t seg, struct err *);

/* spool_trim.c: the flock held. */
/* Removes segments below `newest` that all cursors passed, min_age_ns old. */
int spool_trim_passed(const char *dir, uint64_t newest, uint64_t min_age_ns,
    uint64_t *freed, struct err *);
/* Removes the oldest segments below `newest` until `bytes` are freed. */
int spool_trim_oldest(const char *dir, uint64_t newest, uint64_t bytes,
    uint64_t *freed, struct err *);

#endif
