/*
 * engine: what lib/send shares: the records on their way.
 *
 * Each record read has an entry in the ring, in order; while it is not dealt
 * with, a parcel holds it, or several hold parts of it. Entries leave at the
 * tail, and with the last one that has an origin the cursor can move.
 */
#ifndef SEND_ENGINE_H
#define SEND_ENGINE_H

#include <stdatomic.h>

#include "record/ack.h"
#include "record/source.h"
#include "net/status.h"
#include "send/counts.h"
#include "send/dead.h"
#include "send/send.h"

struct entry {
	uint32_t parcels;	/* that hold of it; one more while it is read */
	bool has_origin, sent, buried, lost;
	struct origin origin;
	struct buf frame;	/* the record, for the dead letters */
};

struct parcel {
	struct post post;
	enum signal signal;
	uint32_t items;
	struct entry **of;	/* whose it is */
	uint32_t n, cap;
	unsigned tries;
	uint64_t started;	/* time_mono, of this try */
	uint64_t first, due;	/* time_mono: of the first try, of the next;
				   of one that is open, it was opened then */
	void *batch;		/* of run->kind.join; kept when spare */
	struct buf key;
	struct parcel *next;	/* on one list or none */
};

/* Words that may come too often. */
struct gripe {
	uint64_t said, more;	/* time_mono; not said since */
};

struct sender {
	struct send_run *run;
	struct client *client;
	struct source *source;
	struct ack *ack;	/* NULL: no cursor to move */
	struct dead *dead;	/* NULL: none */
	struct parcel *parcels;	/* run->flight of them */
	struct parcel *spare;
	struct parcel *waiting;	/* by when they are due */
	struct parcel *open;	/* records still join them; oldest first */
	unsigned busy;		/* not spare */
	size_t held;		/* bytes in those, and in entries */
	bool joining, joined;	/* rec is not all in parcels; some of it is */
	struct rec rec;
	struct entry ring[SEND_AHEAD_MAX];
	uint64_t head, tail;	/* entries [tail, head) */
	bool eof;
	int stop;		/* readable when told to end */
	uint64_t stopped;	/* time_mono of the order to end; 0: none */
	struct origin dealt;	/* up to there all is dealt with */
	bool dealt_fresh;	/* and the cursor is not there yet */
	uint64_t moved;		/* time_mono, the cursor */
	uint64_t dice;
	struct gripe again, refused, partial, gone;
	struct metrics *metrics;	/* NULL: nobody asks */
	struct send_counts counts;
	struct status *status;
	atomic_bool ready;		/* the far side takes what comes */
	uint64_t kept, dead_n;	/* records */
	uint64_t lost, away;	/* records */
	uint64_t rejected;	/* items of those kept */
	struct err input;	/* why reading ended early */
	struct err bad;		/* something else failed here: the end */
};

/* A parcel out of the spare ones, first tried now. */
struct parcel *sender_spare(struct sender *);
/* It holds of this record. */
void sender_hold(struct parcel *, struct entry *);
/* The entry of the record read last. */
struct entry *sender_last(struct sender *);
/* Nobody holds it for that any more. */
void sender_leave(struct sender *, struct entry *);
/* It is sent when it is due. */
void sender_wait(struct sender *, struct parcel *);
/*
 * For kinds that join records: what is left of s->rec goes into open parcels;
 * joining says whether all of it is.
 */
void sender_join(struct sender *);
/* Closes the open parcels that are old enough, or all. */
void sender_close(struct sender *, bool all);
/* The record's post has ended: deals with it, or has it wait. */
void sender_settle(struct sender *, struct parcel *);
/* It cannot be sent, ever. */
void sender_refuse(struct sender *, struct parcel *, const char *why);
/* The same for a record, or what is left of it. */
void sender_refuse_entry(struct sender *, struct entry *, const char *why);
/* It could not be sent in time. */
void sender_give_up(struct sender *, struct parcel *, const char *why);
/* Frees the parcel; `dealt`: the record needs nothing more. */
void sender_release(struct sender *, struct parcel *, bool dealt);

#endif
