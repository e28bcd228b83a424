/*
 * manifest: which blocks are live, and how far each source was taken in.
 *
 * The bytes of DIR/MANIFEST, see manifest(5). One manifest has one arena: it
 * is made whole (decoded, or copied and edited), and freed whole. Blocks are
 * kept oldest first.
 */
#ifndef STORE_MANIFEST_H
#define STORE_MANIFEST_H

#include "store/store.h"

#define MANIFEST_MAGIC		"otelMAN\n"
#define MANIFEST_VERSION	2u
#define MANIFEST_MAX		((size_t)256 << 20)
#define MANIFEST_SOURCES_MAX	BLOCK_SOURCES_MAX
#define MANIFEST_OPTIONS_MAX	256u
#define MANIFEST_DELETES_MAX	1024u
#define MANIFEST_BLOCK_MIN	101u	/* bytes of the smallest block entry */
#define MANIFEST_NAME_MAX	4096u	/* of a path, an option */
#define MANIFEST_TENANT_MAX	65535u	/* as a block has it */
#define MANIFEST_VALUE_MAX	(1u << 20)	/* of an option's value */

/*
 * A spool that was read. `path` is absolute, or "wal"; empty: known, so that a
 * writer goes on from here, but not to be read as the tail (a snapshot's).
 */
struct manifest_source {
	struct str path;
	struct spool_cursor at;		/* the next record to take */
};

struct manifest_block {
	uint8_t id[16];
	uint64_t sequence, sequence_to;
	uint32_t level;
	struct str tenant;
	uint64_t rows, min_time, max_time, min_received, max_received;
	uint64_t raw_bytes;
	uint64_t footer_at, bytes;	/* in the file; of the file */
	uint64_t cleaned;	/* of deletes with numbers below this */
};

struct manifest {
	uint8_t id[16];
	uint64_t generation;
	uint64_t sequence;		/* of the next seal */
	uint64_t next_delete;		/* its number */
	char kind[8];			/* NUL-padded */
	struct store_option *option;
	struct manifest_source *source;
	struct manifest_block *block;
	struct store_delete *delete;	/* by number */
	uint32_t options, sources, blocks, deletes;
	struct arena mem;
};

void manifest_free(struct manifest *);
/* *to becomes a copy with room for `more` blocks, any sources, one delete. */
void manifest_copy(struct manifest *to, const struct manifest *,
    uint32_t more);
struct store_options manifest_options(const struct manifest *);
bool manifest_is_kind(const struct manifest *, const char *kind);
/*
 * Copies *b and its tenant; room was asked for before. What is added is new, or
 * a merge's: it has nothing of what was deleted before.
 */
void manifest_add(struct manifest *, const struct manifest_block *b);
void manifest_drop(struct manifest *, const uint8_t id[16]);
const struct manifest_block *manifest_find(const struct manifest *,
    const uint8_t id[16]);
struct manifest_source *manifest_source(struct manifest *,
    const uint8_t spool[16]);
/* Sets the cursor of at->id, adding the source when it is new. */
int manifest_cursor(struct manifest *, struct str path,
    const struct spool_cursor *at, struct err *);
/* What a block's footer says, as an entry. */
void manifest_block_of(struct manifest_block *, const struct block_info *);

/* Sorts the blocks, then appends the bytes. */
void manifest_encode(struct manifest *, struct buf *);
/* Refuses anything manifest(5) does not allow; *m is freed on -1. */
int manifest_decode(struct manifest *, struct str bytes, struct err *);
/*
 * DIR/MANIFEST. ENOENT (e->sys) when there is none. ERR_LIMIT with "version"
 * in the words for one of a later version.
 */
int manifest_load(struct manifest *, const char *dir, struct err *);
int manifest_save(struct manifest *, const char *dir, struct err *);

#endif
