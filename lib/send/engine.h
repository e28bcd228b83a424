/*
 * engine: what lib/send shares: the records on their way.
 *
 * Each record read has an entry in the ring, in order; while it is not dealt
 * with, a parcel holds it. Entries leave at the tail, and with the last one
 * that has an origin the cursor can move.
 */
#ifndef SEND_ENGINE_H
#define SEND_ENGINE_H

#include "record/ack.h"
#include "record/source.h"
#include "send/dead.h"
#include "send/send.h"

struct parcel {
	struct post post;
	enum signal signal;
	uint32_t items;
	struct buf frame;	/* the record, for the dead letters */
	struct entry *entry;
	unsigned tries;
	uint64_t first, due;	/* time_mono: of the first try, of the next */
	struct parcel *next;	/* on one list or none */
};

struct entry {
	bool done;
	bool has_origin;
	struct origin origin;
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
	unsigned busy;		/* not spare */
	size_t held;		/* bytes in those */
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
	uint64_t kept, dead_n;	/* records */
	uint64_t lost, lost_items, away, rejected;
	struct err input;	/* why reading ended early */
	struct err bad;		/* something else failed here: the end */
};

/* It is sent when it is due. */
void sender_wait(struct sender *, struct parcel *);
/* The record's post has ended: deals with it, or has it wait. */
void sender_settle(struct sender *, struct parcel *);
/* It cannot be sent, ever. */
void sender_refuse(struct sender *, struct parcel *, const char *why);
/* It could not be sent in time. */
void sender_give_up(struct sender *, struct parcel *, const char *why);
/* Frees the parcel; `dealt`: the record needs nothing more. */
void sender_release(struct sender *, struct parcel *, bool dealt);
/* Said now and then: "...; and 12 more". */
void sender_gripe(struct sender *, struct gripe *, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
