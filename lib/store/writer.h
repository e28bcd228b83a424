/*
 * writer: what the writing half shares: the open store, its commits, and the
 * blocks that left the manifest.
 *
 * A commit is one new manifest in place of the old one. After a commit that
 * failed nobody knows which of the two the disk holds, so the store is broken:
 * every later step fails, and the next opener goes by what it finds.
 */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include "store/manifest.h"

/* A block's file that is no longer live, and since when. */
struct grave {
	uint8_t id[16];
	const char *suffix;
	uint64_t since;			/* time_mono */
};

/* A live block that is open, kept so while it lives; NULL: would not open. */
struct live {
	uint8_t id[16];
	struct block *block;
};

/* What was taken in and not sealed yet. */
struct pending {
	void *batch;
	uint64_t records, raw;		/* of our signal; their bytes */
	uint64_t largest;		/* of those records */
	uint64_t passed;		/* bytes of other signals' records */
	uint64_t since;			/* time_mono of the first; 0: none */
	bool caught_up;			/* all there was has been read */
	struct rec_reader *file;	/* NULL: from a spool */
	struct rec_reader *ahead;	/* of the file, or NULL: cannot be */
	bool held;			/* the batch may hold something back */
	struct spool_reader *reader;	/* NULL: from a file */
	struct str path;		/* of the spool, as in the manifest */
	struct spool_cursor from, to;
	uint64_t damage;		/* of the reader, said so far */
};

struct store {
	const struct store_kind *kind;
	struct store_writer_opts o;
	struct arena mem;		/* dir, option strings */
	const char *dir;
	int lock;
	struct manifest man;
	struct store_options options;	/* of the manifest, in mem */
	uint64_t generation;		/* highest tried */
	bool broken;
	struct pending in;
	struct spool *wal;		/* when reading a pipe */
	struct live *live;
	size_t nlive, live_cap;
	struct grave *grave;
	size_t ngrave, grave_cap;
	uint64_t look_again;		/* time_mono: of requests and expiry */
	char waits[80];			/* the delete that was seen; "": none */
	uint64_t no_word;		/* time_mono: none of batches before */
	uint64_t no_merge;		/* time_mono: none before, one failed */
	uint64_t fresh_since;		/* time_mono: first unmerged seal */
	bool bulk;			/* reading a file: merge later */
};

/* Says something for a person, if somebody listens. */
void store_say(const struct store *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/*
 * Makes *next (a copy that was edited) the store's manifest, on disk first.
 * Takes it over, also when it fails. Blocks that are not in it any more are
 * closed, and removed when their time has come.
 */
int store_commit(struct store *, struct manifest *next, struct err *);
int store_sound(const struct store *, struct err *);	/* not broken */
/* The open live block; NULL when it cannot be opened, which is said once. */
struct block *store_live(struct store *, const struct manifest_block *);
void store_bury(struct store *, const uint8_t id[16], const char *suffix);
/* Removes what has been out of the manifest for long enough. */
int store_sweep(struct store *, struct err *);

/* seal.c: one record, and what is pending as blocks. */
/* Gives it a time of receipt, when it has none that can be. */
void store_stamp(struct rec *, uint64_t now);
int store_add(struct store *, struct rec *, struct store_taken *,
    struct err *);
/* Whether a record of so many bytes is, beside the batch's bound. */
bool store_large(const struct store *, uint64_t record);
bool store_seal_due(const struct store *);
bool store_seal_first(const struct store *, const struct rec *);
int store_seal(struct store *, struct store_taken *, struct err *);
/*
 * As store_seal, while a file is read, after the record at `off`: what goes
 * on in the records soon after it is held back.
 */
int store_seal_ahead(struct store *, uint64_t off, struct store_taken *,
    struct err *);
/* Tells the spool how far we are, and that it may drop what is older. */
void store_publish_cursor(struct store *);
/* The name under which we publish cursors in spools: 32 bytes at most. */
void store_cursor_name(const struct store *, char name[32]);

/* expire.c: by age (ns) and size; 0: not by this. */
int store_expire(struct store *, uint64_t keep_ns, uint64_t keep_bytes,
    struct err *);
/* "30d" or "20GiB": one of the two is set. */
int store_keep_parse(const char *arg, uint64_t *ns, uint64_t *bytes,
    struct err *);

/* delete.c: by what store_delete_arg gave. */
int store_delete(struct store *, const char *arg, struct err *);
/* Carries deletes out: in the next block that has something of theirs. */
int store_clean(struct store *, bool all, struct err *);

/* snapshot.c */
int store_snapshot(struct store *, const char *to, struct err *);

/*
 * request.c: carries out what lies in requests/. A delete waits until all that
 * was acknowledged before it has been read: it was seen by an earlier call, and
 * `read` says that there was nothing more since.
 */
int store_serve(struct store *, bool read, struct err *);
/* One task, now. */
int store_do(struct store *, enum store_task, const char *arg, struct err *);

/* merge.c: everything into one block a tenant, also what policy leaves. */
int store_compact(struct store *, struct err *);
/* A merge of the block alone, or with those that wait for one. */
int store_rewrite(struct store *, const struct manifest_block *,
    struct err *);

/* take.c: what is due beside taking: requests, expiry, merges, sweeping. */
int store_upkeep(struct store *, bool read, struct err *);
/* Takes in what all sources hold that are here, and seals it. */
int store_catch_up(struct store *, struct err *);

#endif
