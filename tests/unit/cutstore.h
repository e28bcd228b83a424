/*
 * cutstore: a store of what is appended to a spool, that is cut over blocks and
 * tail at random.
 */
#ifndef TESTS_CUTSTORE_H
#define TESTS_CUTSTORE_H

#include "record/spool.h"
#include "store/store.h"

#include "folder.h"
#include "unit.h"

struct cutstore {
	const struct store_kind *kind;
	uint32_t (*roll)(uint32_t n);	/* by chance less than n */
	uint32_t odds;			/* one of so many records is followed
					   by a seal */
	char dir[256], spool[256];
	struct spool *sp;
};

static inline void
cutstore_say(void *arg, const char *msg)
{
	(void)arg;
	fprintf(stderr, "said: %s\n", msg);
	unit_failed++;
}

static inline void
cutstore_seal(struct cutstore *c)
{
	struct store_writer_opts o = { .once = true, .say = cutstore_say,
	    .batch_memory = c->roll(2) ? 1 : 4000 + c->roll(20000),
	    .merge_bytes = c->roll(2) ? 1 : 100 + c->roll(3000),
	    .merge_ns = c->roll(2) ? 1 : 0 };
	struct store_taken sum = { 0 };
	struct err e = { 0 };
	struct store *st = store_open(c->dir, c->kind, &o, &e);

	if (!st || store_take(st, c->spool, -1, &sum, &e) == -1 ||
	    (c->roll(2) == 0 &&
	    store_merge_due(st, c->roll(4) == 0, &e) == -1) ||
	    store_close(st, &e) == -1)
		die("%s", e.msg);
}

/* In tmp/store and tmp/spool. */
static inline void
cutstore_begin(struct cutstore *c, const char *tmp)
{
	struct spool_opts so = { .sync = SPOOL_SYNC_NONE };
	struct err e = { 0 };

	snprintf(c->dir, sizeof c->dir, "%s/store", tmp);
	snprintf(c->spool, sizeof c->spool, "%s/spool", tmp);
	if (!(c->sp = spool_open(c->spool, &so, &e)))
		die("%s", e.msg);
	cutstore_seal(c);
}

static inline void
cutstore_add(struct cutstore *c, struct str payload, uint64_t received)
{
	struct rec r = { .signal = c->kind->signal, .items = 1,
	    .payload = payload, .received = received };
	struct err e = { 0 };

	if (spool_append(c->sp, &r, NULL, &e) == -1)
		die("%s", e.msg);
	if (c->roll(c->odds) == 0)
		cutstore_seal(c);
}

static inline struct store_view *
cutstore_end(struct cutstore *c)
{
	struct store_view_opts vo = { .kind = c->kind->name,
	    .say = cutstore_say };
	struct store_view *v;
	struct err e = { 0 };

	if (spool_close(c->sp, &e) == -1 ||
	    !(v = store_view(c->dir, &vo, &e)))
		die("%s", e.msg);
	return v;
}

static inline void
cutstore_wipe(const struct cutstore *c)
{
	folder_wipe(c->dir);
	folder_wipe(c->spool);
}

#endif
