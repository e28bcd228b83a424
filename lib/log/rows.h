/*
 * rows: log lines in memory, of one tenant, on their way into a block.
 *
 * Seals, the tail and merges all build one of these: lines go in by record or
 * by code, come out ordered and deduplicated as frames of columns.h. Each
 * distinct stream, context, template, metadata value and trace id is held
 * once.
 */
#ifndef LOG_ROWS_H
#define LOG_ROWS_H

#include "base/hash.h"
#include "log/columns.h"
#include "log/split.h"
#include "log/vars.h"
#include "loki/pairs.h"
#include "store/store.h"

#define LOG_NONE	UINT32_MAX
#define LOG_STRIPE_BYTES ((size_t)32 << 20)	/* of values in a stripe */

struct log_row {
	uint64_t time, observed;
	uint64_t at;		/* in data: meta (u32 key, u32 value), values */
	uint32_t size;		/* there */
	uint32_t stream, context, template;
	uint32_t trace;		/* LOG_NONE: none */
	uint32_t severity_text;	/* LOG_NONE: none */
	uint8_t span[8];
	uint16_t nmeta;
	uint8_t severity;
	bool has_span;
};

struct log_rows {
	struct log_row *row;
	uint32_t n, cap;
	struct buf data;
	struct map streams, contexts, templates, severities, ids;
	struct map keys;	/* 0 is x */
	struct map *values;	/* by key */
	uint32_t values_cap;
	uint64_t folded;	/* lines past the bound of streams */
	uint64_t min_time, max_time, min_received, max_received, raw_bytes;
	/* after rows_sort */
	uint32_t *order;	/* of rows, equal ones left out */
	uint32_t kept;
	uint32_t *id_number;	/* by code of ids */
	struct map raw_keys;	/* attribute names as they came */
	uint32_t *raw_key;	/* and their keys */
	uint32_t raw_key_cap;
	struct buf scratch, line;
	char text[LOG_SPLIT_MAX];
};

struct log_rows *rows_new(void);
void rows_free(struct log_rows *);
/* Of memory, about, with what it takes to write them. */
size_t rows_bytes(const struct log_rows *);

/*
 * Takes all lines of a record, or (not NULL) those that are wanted. Of streams
 * past LOG_STREAMS_MAX, of those that are active, or (NULL) of these rows, they
 * are folded. -1: its bytes are bad, nothing was taken.
 */
struct wanted;
struct active;
int rows_take(struct log_rows *, const struct rec *, struct str promoted,
    struct active *, struct wanted *, struct arena *, struct err *);

/* The key's number, or 0 (x) when there are too many. */
uint32_t rows_key(struct log_rows *, struct str name);
/* The row after the last, cleared; it counts once rows_added says so. */
struct log_row *rows_next(struct log_rows *);
/* What was appended to data since rows_next is the row's. */
void rows_added(struct log_rows *);

/*
 * Splits the line: sets the row's template and appends its values. The ids in
 * hex are looked at if the row has them. After its metadata, before the end.
 */
void rows_line(struct log_rows *, struct log_row *, struct str line,
    const char *trace, const char *span);

/* Orders, deduplicates, numbers the trace ids. */
void rows_sort(struct log_rows *);
/* Where the stripe ends that begins at order[from]. */
uint32_t rows_stripe(const struct log_rows *, uint32_t from);
/* Fills the (reset) frame with rows order[from .. to), at most STRIPE_ROWS. */
struct rows_emit;
struct rows_emit *rows_emit_new(void);
void rows_emit_free(struct rows_emit *);
void rows_emit(struct rows_emit *, struct log_rows *, uint32_t from,
    uint32_t to, struct frame *);
/* The section "ids". */
void rows_ids(const struct log_rows *, struct buf *);

/* The whole as a block; *info is filled but for what the sink knows. */
int rows_write(struct log_rows *, struct block_writer *, struct block_info *,
    struct err *);

#endif
