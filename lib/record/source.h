/*
 * source: what a tool that reads records was given: "-", a file, or a spool.
 *
 * One way to read all three. A spool is followed when asked; files and stdin
 * end. A reader of several operands opens one source each, in turn.
 */
#ifndef RECORD_SOURCE_H
#define RECORD_SOURCE_H

#include "record/ack.h"
#include "record/record.h"
#include "record/spool.h"

struct source;

/*
 * `cursor`: a named cursor to start from (spools only, NULL: the oldest).
 * `follow`: a spool waits for more instead of ending.
 */
struct source *source_open(const char *path, const char *cursor, bool follow,
    struct err *);
/*
 * 1, 0 at the end, -1. ERR_AGAIN after timeout_ms (-1: never) with nothing,
 * ERR_CANCEL when `stop` became readable.
 */
int source_next(struct source *, struct rec *, int timeout_ms, int stop,
    struct err *);
/*
 * All records read so far were dealt with: the named cursor, if there is one,
 * moves past them, once they are durable in the spool.
 */
int source_commit(struct source *, struct err *);
/* Whether damage was met since the last call; the words for it in *msg. */
bool source_damage(struct source *, const char **msg);
/* The record just read, when it is a spool's, is marked as coming from there. */
void source_stamp(struct source *, struct rec *);
/*
 * All that comes from the source into the spool, stamped, durable when there
 * is nothing more at hand; then the cursor of `ack`, unless NULL, moves. A full
 * spool is waited for. 0 at the end, -1.
 */
int spool_pump(struct spool *, struct source *, struct ack *ack, int stop,
    struct err *);
/* A stream's descriptor, for polls beside it; -1: a spool. */
int source_fd(const struct source *);
/* The spool's reader, or NULL for streams. */
struct spool_reader *source_spool(struct source *);
void source_close(struct source *);

#endif
