/*
 * spool: a folder of segment files that loses nothing. See spool(5).
 *
 * The durable queue, the write-ahead log, replay and fan-out in one. Appends
 * by any number of threads and processes; each segment is a plain record
 * stream with CRCs. Readers hold cursors. All of DESIGN "The spool".
 */
#ifndef RECORD_SPOOL_H
#define RECORD_SPOOL_H

#include "base/arena.h"
#include "record/record.h"

#define SPOOL_SEGMENT	((uint64_t)64 << 20)	/* a segment is cut here */
#define SPOOL_KEEP_NS	(600 * UINT64_C(1000000000))

enum spool_sync { SPOOL_SYNC_EACH, SPOOL_SYNC_NONE };
enum spool_full { SPOOL_BLOCK, SPOOL_DROP_OLDEST };

struct spool_opts {
	enum spool_sync sync;
	enum spool_full full;
	uint64_t max_bytes;	/* 0: no bound */
	uint64_t segment_bytes;	/* 0: SPOOL_SEGMENT */
	/* told of what a person should know (damage, drops); may be NULL */
	void (*say)(void *arg, const char *msg);
	void *say_arg;
};

struct spool_cursor {
	uint8_t id[16];
	uint64_t segment, offset;
};

struct spool_stats {
	uint64_t segments, bytes, syncs, sync_ns, appended, dropped_bytes,
	    skipped_origins;
};

struct spool;		/* a writer, safe for threads */

struct spool *spool_open(const char *dir, const struct spool_opts *,
    struct err *);	/* makes the folder when absent */
/*
 * Appends one record (a CRC is added; `rec->has_origin` obeys the origin rule:
 * 0 is returned for one already there) and returns when it is durable, or,
 * with SPOOL_SYNC_NONE, written. Concurrent callers share syncs. *at, when
 * not NULL, is where it went. ERR_AGAIN: full by policy; ERR_SYS ENOSPC.
 * After a failed sync the spool refuses the waiters and goes on in a new
 * segment.
 */
int spool_append(struct spool *, const struct rec *, struct origin *at,
    struct err *);
/*
 * As n calls of spool_append at once, waiting but once: e[i] is ERR_NONE where
 * record i is durable.
 */
void spool_append_many(struct spool *, const struct rec *const recs[],
    size_t n, struct err e[]);
/* Appends without waiting; spool_flush makes all before it durable. */
int spool_write(struct spool *, const struct rec *, struct origin *at,
    struct err *);
int spool_flush(struct spool *, struct err *);
void spool_stats(struct spool *, struct spool_stats *);
const uint8_t *spool_id(const struct spool *);
const struct spool_opts *spool_options(const struct spool *);
int spool_close(struct spool *, struct err *);	/* flushes */

/* Readers: no lock, any number. */
struct spool_reader;

struct spool_reader *spool_read(const char *dir, struct err *);
int spool_reader_id(struct spool_reader *, uint8_t id[16], struct err *);
/* Start at a cursor (its id must be the spool's), else at the oldest. */
int spool_seek(struct spool_reader *, const struct spool_cursor *,
    struct err *);
/*
 * 1 with the next record; 0: nothing more now ("not yet"); -1. Damage in the
 * middle is skipped, counted, and said once through err of
 * spool_reader_damage. The slices hold till the next call.
 */
int spool_next(struct spool_reader *, struct rec *, struct err *);
void spool_done(struct spool_reader *);		/* as rec_done */
/* Waits until more may be there: 250 ms at most, or `stop` is readable. */
void spool_wait(struct spool_reader *, int stop);
void spool_wait_ms(struct spool_reader *, int ms, int stop);	/* or less */
/* Where the next record will be read. */
void spool_tell(const struct spool_reader *, struct spool_cursor *);
/* fdatasyncs all that was read up to here, so a cursor may be committed. */
int spool_reader_sync(struct spool_reader *, struct err *);
/* Damaged ranges skipped so far; the last one's words in msg (may be NULL). */
uint64_t spool_reader_damage(const struct spool_reader *, const char **msg);
void spool_reader_close(struct spool_reader *);

/* Named cursors, DIR/cursors/NAME: 1 read, 0 absent, -1. */
int spool_cursor_get(const char *dir, const char *name, struct spool_cursor *,
    struct err *);
int spool_cursor_set(const char *dir, const char *name,
    const struct spool_cursor *, struct err *);
/* A cursor at the oldest record, unless there is one of that name. */
int spool_register(const char *dir, const char *name, struct err *);
int spool_unregister(const char *dir, const char *name, struct err *);
/* Removes what all registered cursors passed and is older than that. */
int spool_trim(const char *dir, uint64_t min_age_ns, uint64_t *freed,
    struct err *);
/* The segments in order, and the names of the cursors, sorted. */
struct spool_segment { uint64_t no, bytes, mtime; };	/* ns */
int spool_segments(const char *dir, struct arena *, struct spool_segment **,
    size_t *n, struct err *);
int spool_cursors(const char *dir, struct arena *, struct str **names,
    size_t *n, struct err *);
/* For a person: lines of the id, the segments, the cursors. */
int spool_list(const char *dir, struct buf *out, struct err *);
/* Reads everything, says each damaged place; how many there are, or -1. */
int64_t spool_verify(const char *dir, void (*say)(void *, const char *),
    void *arg, uint64_t *records, struct err *);
/* Whether path is a folder that holds a spool. */
bool spool_is(const char *path);

#endif
