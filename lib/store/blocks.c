#include "store/blocks.h"

#include <errno.h>
#include <stdlib.h>

#include "base/pool.h"
#include "store/deletes.h"
#include "store/folder.h"

#define TRIES	50	/* manifests that changed under our hands */
#define FEW	128u	/* blocks that are not worth a thread to open */

struct teller {
	void (*say)(void *, const char *);
	void *arg;
};

static void
fault(struct blocks *b, const struct teller *t, const struct err *why)
{
	b->faults++;
	if (t->say)
		t->say(t->arg, why->msg);
}

static bool
fits(const struct manifest_block *mb, const struct block_info *i)
{
	return memcmp(mb->id, i->id, 16) == 0 && mb->rows == i->rows &&
	    mb->sequence == i->sequence && mb->level == i->level &&
	    mb->sequence_to == i->sequence_to &&
	    str_eq(mb->tenant, i->tenant) && mb->min_time == i->min_time &&
	    mb->max_time == i->max_time &&
	    mb->min_received == i->min_received &&
	    mb->max_received == i->max_received;
}

static bool
newer(const char *dir, uint64_t generation)
{
	struct manifest m;

	if (manifest_load(&m, dir, NULL) == -1)
		return false;
	bool is = m.generation != generation;

	manifest_free(&m);
	return is;
}

/* Many blocks are opened on all cores first. */
struct ahead {
	const struct manifest *man;
	const char *dir;
	const struct str *tenant;
	struct block **block;		/* NULL: not wanted, or not opened */
	struct arena mem[POOL_WORKERS_MAX];
};

static struct block *
open_one(const char *dir, const struct manifest_block *mb, struct arena *a,
    struct err *e)
{
	arena_reset(a);
	return block_open_at(folder_block(a, dir, mb->id, FOLDER_BLOCK),
	    mb->footer_at, mb->bytes, e);
}

static int
open_part(void *arg, size_t no, unsigned worker, struct err *e)
{
	struct ahead *h = arg;
	const struct manifest_block *mb = &h->man->block[no];

	(void)e;
	if (!h->tenant || str_eq(*h->tenant, mb->tenant))
		h->block[no] = open_one(h->dir, mb, &h->mem[worker], NULL);
	return 0;
}

/* One for each block of the manifest; what is wrong with one is not said. */
static struct block **
open_ahead(const struct manifest *m, const char *dir, const struct str *tenant)
{
	struct ahead h = { .man = m, .dir = dir, .tenant = tenant };
	unsigned workers = pool_workers();

	h.block = xcalloc(m->blocks + (size_t)1, sizeof(struct block *));
	if (m->blocks < FEW)
		return h.block;
	(void)pool_run(workers, m->blocks, open_part, &h, NULL);
	for (unsigned i = 0; i < workers; i++)
		arena_free(&h.mem[i]);
	return h.block;
}

/* 0, or 1: begin again. */
static int
open_all(struct blocks *b, const char *dir, const struct str *tenant,
    const struct teller *t)
{
	struct block **ahead = open_ahead(&b->man, dir, tenant);
	struct arena a = { 0 };
	uint32_t i;
	int again = 0;

	for (i = 0; i < b->man.blocks && !again; i++) {
		const struct manifest_block *mb = &b->man.block[i];
		struct err why = { 0 };

		if (tenant && !str_eq(*tenant, mb->tenant))
			continue;
		struct block *k = ahead[i] ? ahead[i] :
		    open_one(dir, mb, &a, &why);

		if (!k && why.kind == ERR_SYS && why.sys == ENOENT)
			again = newer(dir, b->man.generation);
		if (k && !fits(mb, block_info(k))) {
			err_set(&why, ERR_CORRUPT, "%s: footer and manifest "
			    "say different things", block_path(k));
			block_close(k);
			k = NULL;
		}
		if (!k && !again)
			fault(b, t, &why);
		if (!k)
			continue;
		b->entry[b->n] = mb;
		struct store_block *sb = &b->v[b->n++];

		*sb = (struct store_block){ .block = k, .info = block_info(k) };
		sb->del = deletes_of(&b->man, mb, &b->man.mem, &sb->ndel);
	}
	for (; i < b->man.blocks; i++)
		block_close(ahead[i]);
	free(ahead);
	arena_free(&a);
	return again;
}

static int
load(struct blocks *b, const char *dir, const char *kind, struct err *e)
{
	*b = (struct blocks){ 0 };
	if (manifest_load(&b->man, dir, e) == -1)
		return -1;
	if (kind && !manifest_is_kind(&b->man, kind)) {
		err_set(e, ERR_QUERY, "%s: holds %.8s, not %s", dir,
		    b->man.kind, kind);
		manifest_free(&b->man);
		return -1;
	}
	return 0;
}

int
blocks_open(struct blocks *b, const char *dir, const char *kind,
    const struct str *tenant, void (*say)(void *, const char *), void *arg,
    struct err *e)
{
	struct teller t = { say, arg };

	for (int i = 0; i < TRIES; i++) {
		if (load(b, dir, kind, e) == -1)
			return -1;
		folder_want_files(b->man.blocks);
		b->v = arena_new(&b->man.mem, struct store_block,
		    (size_t)b->man.blocks + 1);
		b->entry = arena_new(&b->man.mem,
		    const struct manifest_block *, (size_t)b->man.blocks + 1);
		if (open_all(b, dir, tenant, &t) == 0)
			return 0;
		blocks_close(b);
	}
	return err_set(e, ERR_AGAIN, "%s: changes faster than it can be "
	    "opened", dir);
}

void
blocks_close(struct blocks *b)
{
	for (size_t i = 0; i < b->n; i++)
		block_close(b->v[i].block);
	manifest_free(&b->man);
	*b = (struct blocks){ 0 };
}
