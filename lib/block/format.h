/*
 * format: what block(5) fixes in bytes, and the directory in memory.
 *
 *	head	"otelblk\n" version:u32 crc:u32
 *	stripes	items, each under its CRC; no gaps
 *	sections
 *	footer	see footer.c
 *	tail	footer_at:u64 footer_len:u32 footer_crc:u32 version:u32
 *		crc:u32 (of the 20 bytes before) "otelblk\n"
 *
 * An item is a page, a page index, a dictionary, null bits, a packed page, a
 * blob or a section: mode:u8, then the payload, whole or in pieces, crc:u32.
 * What lies in a packed page is payload alone.
 */
#ifndef BLOCK_FORMAT_H
#define BLOCK_FORMAT_H

#include "base/buf.h"
#include "base/cur.h"
#include "block/block.h"
#include "codec/cuts.h"

#define BLOCK_MAGIC	"otelblk\n"
#define BLOCK_HEAD	16u
#define BLOCK_TAIL	32u
#define FOOTER_MAX	((size_t)256 << 20)
#define STRIPES_MAX	65536u		/* in a block */
#define VALIDS_MAX	65536u		/* in a stripe */
#define BLOBS_MAX	1024u		/* in a stripe */
#define PACKS_MAX	65536u		/* packed pages in a stripe */
#define SECTIONS_MAX	256u
#define NAME_MAX_BYTES	65535u		/* of a column, section, tenant */
#define ITEM_MAX	((size_t)1 << 30)	/* bytes, either way */
#define DICT_ENTRIES	65536u
#define DICT_BYTES	((size_t)1 << 20)
#define DICT_WORTH	4u	/* times plain is larger: more DICT_BYTES then */
#define PACK_UNDER	((size_t)4 << 10)	/* smaller columns share a page */
#define PAGES_MAX	(STRIPE_ROWS / PAGE_ROWS)
#define UNIT_MAX	((uint32_t)1 << 30)

enum item_mode { ITEM_PLAIN, ITEM_PIECES };
enum index_flag { INDEX_RANGE = 1, INDEX_FILTER = 2 };

/* Which rows of a table have a value: an item columns share. */
struct valid_entry {
	unsigned table;
	bool packed;
	uint32_t pack;
	uint64_t at;		/* in the stripe, or in the packed page */
	uint32_t size;
};

/* Where a column's items lie: index, dictionary, pages, back to back. */
struct place {
	bool packed;
	uint32_t pack;		/* packed page it is in */
	uint64_t at;		/* in the stripe, or in the packed page */
	uint32_t index, dict;	/* bytes; 0: none */
	uint32_t page[PAGES_MAX];
	uint32_t pages;
};

struct col_entry {
	uint32_t no;		/* in the block's list of columns */
	uint32_t valid;		/* 0: no nulls; else which valid_entry, + 1 */
	struct stripe_col col;
	struct place place;
};

struct pack_entry {
	uint64_t at;		/* in the stripe */
	uint32_t size;		/* as an item */
	uint32_t raw;		/* its payload decompressed */
};

struct blob_entry {
	struct str name;
	uint64_t at;
	uint32_t size;
};

/* One stripe's directory. */
struct stripe_dir {
	uint32_t rows[TABLES_MAX];
	struct pack_entry *pack;
	struct blob_entry *blob;
	struct valid_entry *valid;
	struct col_entry *col;
	uint32_t packs, blobs, valids, cols;
};

struct stripe_entry {
	uint64_t at, size;
	struct str dir;		/* its directory, not yet read */
};

struct section_entry {
	struct str name;
	bool raw;
	uint64_t at, size;	/* size: of the bytes given */
	uint64_t stored;
	uint32_t unit;		/* raw: bytes under one CRC */
};

/* A column of the block, in any stripe. */
struct column_name {
	unsigned table;
	enum vec_type type;
	struct str name;
};

struct footer {
	struct block_info info;
	struct column_name *col;
	struct stripe_entry *stripe;
	struct section_entry *section;
	uint32_t cols, stripes, sections;
};

static inline uint32_t
page_rows(uint32_t rows, uint32_t page)
{
	return page + 1 < pages_of(rows) ? PAGE_ROWS :
	    rows - page * PAGE_ROWS;
}

/*
 * Appends payload as an item; gives its size. level 0: plain, else zstd, the
 * pieces between the cuts (NULL: none) apart.
 */
uint32_t item_put(struct buf *out, struct str payload, const struct cuts *,
    int level);
/*
 * The same in parts: what comes before *body goes to `out`, the CRC that comes
 * after it is given. The body is the payload's bytes, or the thread's own till
 * it makes another item.
 */
uint32_t item_begin(struct buf *out, struct str payload, const struct cuts *,
    int level, struct str *body);
/*
 * The payload of an item whose bytes are `in`: CRC checked, decompressed into
 * the arena (NULL: into room), or a slice of `in`.
 */
int item_get(struct str in, struct arena *, struct buf *room,
    struct str *payload, struct err *);

void footer_put(struct buf *out, const struct footer *);
/* Slices point into `in`; arrays are the arena's. */
int footer_get(struct str in, uint64_t footer_at, struct arena *,
    struct footer *, struct err *);
void dir_put(struct buf *out, const struct stripe_dir *);
int dir_get(struct str in, const struct footer *, uint64_t stripe_size,
    struct arena *, struct stripe_dir *, struct err *);

#endif
