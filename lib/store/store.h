/*
 * store: a folder of blocks and the manifest that says which are live.
 *
 * What traces and logs (and metrics) share: the manifest, seals, merges,
 * expiry, requests to the running writer, snapshots, and the reader's view.
 * A signal hands in a store_kind: how records become blocks and how blocks are
 * merged. See DESIGN "Stores", manifest(5).
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "block/block.h"
#include "record/record.h"
#include "record/spool.h"

#define STORE_SEAL_BYTES	((size_t)4 << 20)	/* of own records */
#define STORE_SEAL_NS		(30 * UINT64_C(1000000000))
#define STORE_BATCH_MEMORY	((size_t)64 << 20)	/* when behind */
#define STORE_MERGE_BYTES	((uint64_t)32 << 20)	/* L0 to L1 */
#define STORE_MERGE_NS		(300 * UINT64_C(1000000000))
#define STORE_UNLINK_NS		(60 * UINT64_C(1000000000))

/* Options a store was made with, kept in its manifest: readers need them. */
struct store_option { struct str name, value; };
struct store_options { const struct store_option *v; uint32_t n; };
/* The option's value, or {NULL, 0}. */
struct str store_option(const struct store_options *, struct str name);

/* What was deleted, see store/deletes.h: items with times in [from, to). */
#define STORE_DELETE_MAX	65536u	/* bytes of what, and of text */
struct store_delete {
	uint64_t no;		/* the store's; whoever asks has none */
	uint64_t from, to;
	struct str tenant;
	struct str what;	/* which items: the kind's own bytes */
	struct str text;	/* the same, as a person put it */
};

/* A live block, open. */
struct store_block {
	struct block *block;
	const struct block_info *info;
	const struct store_delete *del;	/* that concern it: a reader passes */
	uint32_t ndel;			/* over, a merge leaves out */
};

/* Where new blocks of a seal or a merge go. */
struct store_sink;
struct block_writer *store_sink_begin(struct store_sink *, struct err *);
/*
 * Finishes the block: the caller fills in tenant, rows, times and raw_bytes;
 * id, sequence, level, kind and sources are the sink's.
 */
int store_sink_end(struct store_sink *, struct block_writer *,
    struct block_info *, struct err *);
/*
 * As store_sink_end, for the rest of a merge (what may still grow), after the
 * other outputs: the block stays at level 0, so that the next merge takes it
 * in again.
 */
int store_sink_rest(struct store_sink *, struct block_writer *,
    struct block_info *, struct err *);
/*
 * As store_sink_end, for a block of a seal that a merge would not make better:
 * it is at level 1 from the start.
 */
int store_sink_whole(struct store_sink *, struct block_writer *,
    struct block_info *, struct err *);
void store_sink_abort(struct store_sink *, struct block_writer *);
/*
 * The live blocks of the tenant that are older than what is being written and
 * no input of it, oldest first (for split lists).
 */
const struct store_block *store_sink_older(struct store_sink *,
    struct str tenant, size_t *n, struct err *);

struct store_merge {
	const struct store_block *in;	/* one tenant, oldest first */
	size_t n;
	uint32_t level;			/* of the output */
	bool final;			/* nothing more comes: no rest */
	uint64_t newest_received;	/* over all live blocks */
};

/* A signal's half. `batch` is its own type behind a void pointer. */
struct store_kind {
	const char *name;		/* "traces" */
	enum signal signal;
	void *(*batch_new)(const struct store_options *);
	/*
	 * Takes what it needs out of the record, copies. `received` is never
	 * 0 here. A payload that cannot be read: -1 with ERR_CORRUPT, and the
	 * batch is as before; it is said, counted as bad, and passed over.
	 */
	int (*batch_add)(void *batch, const struct rec *, struct err *);
	size_t (*batch_bytes)(const void *batch);	/* memory, about */
	/*
	 * May be NULL. A record that will come after those taken: what it
	 * goes on with may be left in the batch by the next batch_write, for
	 * the one after. Only when no cursor says what blocks hold.
	 */
	void (*batch_ahead)(void *batch, const struct rec *);
	/*
	 * May be NULL. What a person should hear about the batch, appended to
	 * `out`: asked before and after it is written, and said once in a
	 * while.
	 */
	void (*batch_word)(void *batch, struct buf *out);
	/* Writes a block per tenant; the batch is empty after, or held back. */
	int (*batch_write)(void *batch, struct store_sink *, struct err *);
	/* May be NULL. Gives back what is kept for the next batch alone. */
	void (*batch_thin)(void *batch);
	void (*batch_free)(void *batch);
	/*
	 * Replaces the inputs by new blocks, deduplicated, without what was
	 * deleted from them: by none, when nothing is left.
	 */
	int (*merge)(const struct store_merge *, const struct store_options *,
	    struct store_sink *, struct err *);
	/* Beyond block_check: the signal's own promises. Faults to say. */
	unsigned (*check)(struct block *, void (*say)(void *, const char *),
	    void *arg);
	/*
	 * Both NULL: a kind without deletes. Whether its bytes can be read: 0,
	 * -1. Whether an item of the block goes: 1, 0, -1.
	 */
	int (*delete_check)(struct str what, struct err *);
	int (*delete_any)(const struct store_block *, struct err *);
	/* Lines for --info under the common ones; may be NULL. */
	int (*info)(const struct store_block *, size_t n, struct arena *,
	    struct buf *out, struct err *);
};

/* ---- writing ---------------------------------------------------------- */

struct store_writer_opts {
	uint64_t seal_bytes, seal_ns, batch_memory, merge_bytes, merge_ns;
	uint64_t keep_ns, keep_bytes;		/* retention; 0: for ever */
	bool once;			/* a spool ends where it ends now */
	struct store_options options;		/* for a store being made */
	void (*say)(void *arg, const char *msg);	/* for a person */
	void *say_arg;
};					/* zeros: the defaults above */

struct store;	/* the writer: holds DIR/lock */

/* ERR_AGAIN when another writer has it. Makes the folder when absent. */
struct store *store_open(const char *dir, const struct store_kind *,
    const struct store_writer_opts *, struct err *);
/*
 * Takes all records of one operand: "-" goes through DIR/wal, a spool is
 * followed (from the manifest's cursor) until `stop` is readable, a file is
 * read to its end. Seals, merges, expires and carries out requests as it
 * goes. Records of other signals are counted and skipped. At the return all
 * that was taken is sealed and committed.
 */
struct store_taken { uint64_t records, items, skipped, bad, bytes; };
int store_take(struct store *, const char *operand, int stop,
    struct store_taken *, struct err *);
/* Merges what the policy says is due; `all`: everything, to whole traces. */
int store_merge_due(struct store *, bool all, struct err *);
int store_close(struct store *, struct err *);

/* ---- maintenance: done here when no writer runs, else asked of it ------- */

enum store_task { STORE_COMPACT, STORE_EXPIRE, STORE_SNAPSHOT, STORE_DELETE };
/*
 * `arg`: expire: "AGE" or "SIZE"; snapshot: the folder; delete: see
 * store_delete_arg. Waits till done.
 */
int store_ask(const char *dir, const struct store_kind *, enum store_task,
    const char *arg, const struct store_writer_opts *, struct err *);
/*
 * The argument of STORE_DELETE, in the arena. What is deleted is all that was
 * acknowledged before, and readers pass over it at once. Without a writer it
 * is gone from the blocks, too; a running one sees to that as it merges.
 */
const char *store_delete_arg(const struct store_delete *, struct arena *);
/* Every fault to say; the count, or -1 when the store cannot be read. */
int store_check(const char *dir, const struct store_kind *,
    void (*say)(void *, const char *), void *arg, struct err *);
/* Rebuilds the manifest from the footers of blocks/. */
int store_repair(const char *dir, const struct store_kind *,
    void (*say)(void *, const char *), void *arg, struct err *);
int store_info(const char *dir, const struct store_kind *, struct buf *out,
    struct err *);

/* ---- reading ------------------------------------------------------------ */

struct store_view_opts {
	struct str tenant;
	const char *kind;	/* "traces", ... : refuse another */
	/* told of what is missing: tail not here, a bad block */
	void (*say)(void *arg, const char *msg);
	void *say_arg;
};

/*
 * A snapshot: the manifest's blocks (all open, oldest first) and the tail:
 * the records past the cursors, up to the last whole one at opening.
 */
struct store_view;
struct store_view *store_view(const char *dir, const struct store_view_opts *,
    struct err *);
/* The same of a record stream in memory, which stays the caller's. */
struct store_view *store_view_held(struct str records, enum signal,
    const struct store_view_opts *);
const struct store_block *store_view_blocks(const struct store_view *,
    size_t *n);
const struct store_options *store_view_options(const struct store_view *);
/* The tail's records of this signal and tenant: 1, 0, -1. Slices hold until
 * the next call, */
int store_view_tail(struct store_view *, enum signal, struct rec *,
    struct err *);
/* or until the view's end, if the record given last stays. */
bool store_view_stays(const struct store_view *);
void store_view_rewind(struct store_view *);	/* the tail from its start */
/* Time span of all that is held, tail included: false when empty. */
bool store_view_span(struct store_view *, uint64_t *min, uint64_t *max);
/* Parts of the data that could not be read so far (exit status 1). */
unsigned store_view_missing(const struct store_view *);
/* A block or page failed: said, counted; the query goes on without it. */
void store_view_fault(struct store_view *, const struct err *);
/* The generation changed, or the tail grew: time for a new view (-f). */
bool store_view_stale(struct store_view *);
void store_view_close(struct store_view *);

#endif
