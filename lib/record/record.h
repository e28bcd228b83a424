/*
 * record: telemetry as a stream of frames. See record(5).
 *
 * A frame is a varint length and that many bytes of one Record message
 * (proto/record.proto): the OTLP message of one signal, bytes untouched, and
 * a little header. A reader checks the CRC when there is one; a torn or bad
 * record is an error naming the byte offset, never a clean end.
 */
#ifndef RECORD_RECORD_H
#define RECORD_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum signal {
	SIGNAL_NONE,		/* only an origin, or of a kind we do not know */
	SIGNAL_TRACES,
	SIGNAL_METRICS,
	SIGNAL_LOGS,
	SIGNAL_PROFILES,
	SIGNALS,
};

#define REC_PAYLOAD_MAX	((size_t)64 << 20)
#define REC_MAX		(REC_PAYLOAD_MAX + ((size_t)64 << 10))
/* What a reader keeps, from record to record, of the memory it reads into. */
#define REC_KEEP	((size_t)4 << 20)

/* Where in a spool a record came from: its own first byte. */
struct origin {
	uint8_t spool[16];
	uint64_t segment;
	uint64_t offset;
};

struct rec {
	enum signal signal;
	struct str payload;	/* TracesData, MetricsData, LogsData, ... */
	struct str tenant;	/* empty: the default tenant */
	uint64_t received;	/* ns, 0 unknown */
	uint32_t items;		/* 0 unknown */
	uint64_t min_time;	/* ns, of the items, 0 unknown */
	uint64_t max_time;
	bool has_origin;
	struct origin origin;
	struct str parts;	/* what was joined: see record/parts.h */
	bool has_crc;
	struct str unknown;	/* fields of later versions, in order, to copy */
	struct str raw;		/* the Record message as read, no length */
	uint64_t off;		/* of its frame in the stream or file */
};

const char *signal_name(enum signal);	/* "traces" ... ; "none" */
enum signal signal_of_name(struct str);	/* SIGNAL_NONE if none of them */

/* Reads one Record message. The slices point into `message`. 0 or -1. */
int rec_parse(struct rec *, struct str message, struct err *);
/*
 * Only the header: as rec_parse, without checking the CRC. For scans that
 * skip by signal and time range.
 */
int rec_peek(struct rec *, struct str message, struct err *);
/* Appends the frame of *rec (length, message, CRC when `crc`) to b. */
void rec_put(struct buf *b, const struct rec *rec, bool crc);
/* As rec_put without the payload bytes copied: the frame's head (all before
 * the payload) and tail (all after it), for writev. The CRC is right. */
void rec_put_around(const struct rec *rec, bool crc, struct buf *head,
    struct buf *tail);

/*
 * The frame at the start of bytes: 1 with its message, and the frame's size
 * in *frame; 0 when it goes past the end, *frame then being the least number
 * of bytes it can have; -1 for a length that no record has.
 */
int rec_frame(struct str bytes, struct str *message, size_t *frame,
    struct err *);

/*
 * A reader over a descriptor: files, pipes. One record at a time; its slices
 * hold till the next call. Memory: the largest record seen, read in steps, so
 * that a length alone allocates nothing much.
 */
struct rec_reader;

struct rec_reader *rec_open(const char *path, struct err *);	/* "-": stdin */
struct rec_reader *rec_fdopen(int fd, const char *name);
int rec_next(struct rec_reader *, struct rec *, struct err *);	/* 1, 0, -1 */
/* As rec_next, but -1 with ERR_AGAIN after timeout_ms without a whole record,
 * and with ERR_CANCEL when `stop` (a descriptor, or -1) becomes readable. */
int rec_wait(struct rec_reader *, struct rec *, int timeout_ms, int stop,
    struct err *);
/*
 * The last record's bytes are no longer needed: when they were many, their
 * memory goes now and not with the next record.
 */
void rec_done(struct rec_reader *);
int rec_fd(const struct rec_reader *);
uint64_t rec_offset(const struct rec_reader *);	/* of the next record */
/* Goes to where a record begins. -1 when it is no file that can. */
int rec_seek(struct rec_reader *, uint64_t off, struct err *);
void rec_close(struct rec_reader *);

#endif
