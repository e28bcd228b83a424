/*
 * block: the immutable column file. See block(5).
 *
 * Stripes of columns, sections (named bytes that belong to the whole block,
 * such as a trace-id index), and a footer that names everything. Every byte is
 * under a CRC-32C. Written once, front to back; a reader believes nothing it
 * has not checked, and says block, stripe, column and page of what is wrong.
 */
#ifndef BLOCK_BLOCK_H
#define BLOCK_BLOCK_H

#include "base/buf.h"
#include "block/frame.h"
#include "block/stripe.h"

#define BLOCK_VERSION	3u	/* written; those before are read, too */
#define BLOCK_SOURCES_MAX 64u
#define COLUMNS_MAX	65536u	/* different ones, in a block */

/* Which records of a spool the block's items came from: [from, to). */
struct block_source {
	uint8_t spool[16];
	uint64_t from_segment, from_offset, to_segment, to_offset;
};

/* The footer's own words; repeats what the manifest says, for --repair. */
struct block_info {
	uint8_t id[16];
	uint64_t sequence;	/* of the oldest seal inside */
	uint64_t sequence_to;	/* of the newest */
	uint32_t level;
	char kind[8];		/* "traces", "logs" */
	struct str tenant;
	uint64_t rows;		/* of table 0, all stripes */
	uint64_t min_time, max_time;		/* of the items, ns */
	uint64_t min_received, max_received;
	uint64_t raw_bytes;	/* of the records it was made from */
	const struct block_source *source;
	uint32_t sources;	/* BLOCK_SOURCES_MAX at most */
};

/* Writing. The file appears under `path` at block_finish, synced, whole. */
struct block_writer;

struct block_writer *block_create(const char *path, struct err *);
struct range32 { uint32_t from, to; };
/*
 * Writes one stripe: rows range[t] of each table t (NULL: all, if they fit).
 * A column without a value there is left out of the stripe. After a failure
 * only block_abort is left to do.
 */
int block_put(struct block_writer *, struct frame *, const struct range32 *,
    struct err *);
/*
 * Copies a stripe of another block as it is, without decoding. (Merges of
 * full stripes.)
 */
int block_copy(struct block_writer *, struct stripe *, struct err *);
/*
 * A section. RAW: stored as given, readable by ranges in units of `unit`
 * bytes, each with its own CRC (0: one unit); else compressed as one.
 */
int block_section(struct block_writer *, struct str name, struct str bytes,
    bool raw, uint32_t unit, struct err *);
/* What was written so far, in bytes, and in columns (COLUMNS_MAX at most). */
uint64_t block_written(const struct block_writer *);
uint32_t block_cols(const struct block_writer *);
/* Ends the writer, also when it fails (and then removes what was written). */
int block_finish(struct block_writer *, const struct block_info *,
    uint64_t *footer_at, struct err *);
void block_abort(struct block_writer *);	/* removes what was written */

/* Reading. Reads the footer only. Safe for several threads. */
struct block;

struct block *block_open(const char *path, struct err *);
/* The same for who knows where the footer is, and the file's size: quicker. */
struct block *block_open_at(const char *path, uint64_t footer_at,
    uint64_t size, struct err *);
const struct block_info *block_info(const struct block *);
const char *block_path(const struct block *);
uint64_t block_footer_at(const struct block *);	/* in the file */
uint32_t block_stripes(const struct block *);
/* A stripe to scan; its directory is in the arena, it holds as long as both. */
struct stripe *block_stripe(struct block *, uint32_t no, struct arena *,
    struct err *);
/* Whole section: 1 found, 0 absent, -1. */
int block_read_section(struct block *, struct str name, struct arena *,
    struct str *bytes, struct err *);
/* The size of a RAW section, and a range of it: 1, 0 absent, -1. */
int block_section_size(struct block *, struct str name, uint64_t *size);
int block_read_range(struct block *, struct str name, uint64_t from,
    size_t n, void *out, struct err *);
/* Reads and decodes everything: each fault goes to `say`; the count. */
unsigned block_check(struct block *, void (*say)(void *arg, const char *msg),
    void *arg);
/* Column statistics over all stripes for --info: calls fn per column. */
int block_columns(struct block *, void (*fn)(void *arg,
    const struct stripe_col *), void *arg, struct err *);
void block_close(struct block *);

#endif
