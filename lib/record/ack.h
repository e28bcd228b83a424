/*
 * ack: the cursor of a sink, moved by the origins of records that the far
 * side has acknowledged, however they came here. See spool(5), Origins.
 */
#ifndef RECORD_ACK_H
#define RECORD_ACK_H

#include "record/record.h"

struct ack;

/* Registers the cursor when the spool does not have it. */
struct ack *ack_open(const char *dir, const char *name, struct err *);
/* The same for "SPOOL:NAME", as options have it. */
struct ack *ack_open_word(const char *word, struct err *);
/*
 * All records up to that one, with it, are dealt with: the cursor moves
 * behind it, once they are durable in the spool. It never moves back; an
 * origin of another spool, or of a record that is gone, moves nothing.
 */
int ack_move(struct ack *, const struct origin *, struct err *);
void ack_close(struct ack *);

#endif
