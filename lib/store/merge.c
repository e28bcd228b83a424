/*
 * merge: which blocks become one, and when.
 *
 * Sealed blocks are level 0. They merge to level 1 at merge_bytes or when
 * merge_ns has gone by, and level 1 to level 2 at sixteen blocks or eight
 * times merge_bytes; there it ends, so no row is encoded more than three
 * times. What is cut at the edges of young blocks costs queries more than what
 * is in them: about as many of either level are the fewest. While a file is
 * read, level 0 waits for many, and level 1 does not: a merge of all there is
 * would take memory for all. Inputs are always neighbours in age, of one
 * tenant.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "base/heap.h"
#include "base/time.h"
#include "store/deletes.h"
#include "store/sink.h"

#define LAST_LEVEL	2u
#define FAN_IN		16u	/* level 1 blocks that become one */
#define SIZE_TIER	8u	/* times merge_bytes, likewise */
#define BULK_FAN_IN	48u	/* level 0 blocks while reading a file */
#define BULK_SIZE_TIER	16u	/* likewise: level 1 blocks begin larger */
#define SIZE_RATIO	4u	/* a block so much larger than the rest stays */
#define RETRY_NS	(300 * NS_S)	/* after a merge that failed */

/* A run of blocks to merge: copies of their entries, oldest first. */
struct run {
	struct manifest_block *v;
	uint32_t n, level;		/* of the output */
	uint64_t raw;
	bool final;
};

/*
 * The newest blocks of the tenant that have a level in [min, max]; later ones
 * below it are passed over. Back to the first that has another or cannot be
 * opened: an output stands for all sequences from its first to its last.
 */
static void
newest(struct store *st, struct str tenant, uint32_t min, uint32_t max,
    struct run *run, struct arena *a)
{
	const struct manifest *m = &st->man;
	uint32_t at = m->blocks;

	*run = (struct run){ .v = arena_new(a, struct manifest_block,
	    m->blocks) };
	for (uint32_t i = m->blocks; i-- > 0;) {
		const struct manifest_block *b = &m->block[i];

		if (!str_eq(b->tenant, tenant) ||
		    (b->level < min && at == m->blocks))
			continue;
		if (b->level < min || b->level > max || !store_live(st, b))
			break;
		run->v[--at] = *b;
		run->raw += b->raw_bytes;
		if (b->level >= run->level)
			run->level = b->level + 1;
	}
	run->n = m->blocks - at;
	run->v += at;
}

/* Leaves out what is so large that merging it would not pay. */
static void
leave_large(struct run *run)
{
	uint64_t sum = 0;
	uint32_t i = run->n;

	while (i > 0 && (i + 2 > run->n ||
	    run->v[i - 1].raw_bytes / SIZE_RATIO <= sum))
		sum += run->v[--i].raw_bytes;
	run->v += i;
	run->n -= i;
	run->raw = sum;
	run->level = 0;
	for (uint32_t k = 0; k < run->n; k++)
		if (run->v[k].level >= run->level)
			run->level = run->v[k].level + 1;
}

/* All merged, or sealed whole, and neither small nor many. */
static bool
is_done(const struct store *st, const struct run *run)
{
	for (uint32_t i = 0; i < run->n; i++)
		if (run->v[i].level == 0)
			return false;
	return run->raw / run->n >= st->o.merge_bytes / 4 &&
	    run->raw / BULK_SIZE_TIER < st->o.merge_bytes;
}

static bool
before(uint64_t seg_a, uint64_t off_a, uint64_t seg_b, uint64_t off_b)
{
	return seg_a != seg_b ? seg_a < seg_b : off_a < off_b;
}

/* Widens the range of the same spool, or adds one. */
static void
add_source(struct store_sink *k, const struct block_source *s)
{
	for (uint32_t i = 0; i < k->sources; i++) {
		struct block_source *t = &k->source[i];

		if (memcmp(t->spool, s->spool, 16) != 0)
			continue;
		if (before(s->from_segment, s->from_offset, t->from_segment,
		    t->from_offset)) {
			t->from_segment = s->from_segment;
			t->from_offset = s->from_offset;
		}
		if (before(t->to_segment, t->to_offset, s->to_segment,
		    s->to_offset)) {
			t->to_segment = s->to_segment;
			t->to_offset = s->to_offset;
		}
		return;
	}
	/* the oldest are let go: --repair would read those spools again */
	if (k->sources == BLOCK_SOURCES_MAX)
		memmove(k->source, k->source + 1,
		    --k->sources * sizeof *k->source);
	k->source[k->sources++] = *s;
}

static void
open_inputs(struct store *st, struct store_sink *k, const struct run *run,
    struct store_merge *m)
{
	struct store_block *in = arena_new(&k->mem, struct store_block,
	    run->n);

	k->input = run->v;
	k->inputs = run->n;
	k->level = m->level = run->level;
	k->sequence = run->v[0].sequence;
	for (uint32_t i = 0; i < run->n; i++) {
		in[i].block = store_live(st, &run->v[i]);
		in[i].info = block_info(in[i].block);
		in[i].del = deletes_of(&st->man, &run->v[i], &k->mem,
		    &in[i].ndel);
		if (run->v[i].sequence < k->sequence)
			k->sequence = run->v[i].sequence;
		if (run->v[i].sequence_to > k->sequence_to)
			k->sequence_to = run->v[i].sequence_to;
		for (uint32_t s = 0; s < in[i].info->sources; s++)
			add_source(k, &in[i].info->source[s]);
	}
	m->in = in;
	m->n = run->n;
	m->final = run->final;
	for (uint32_t i = 0; i < st->man.blocks; i++)
		if (st->man.block[i].max_received > m->newest_received)
			m->newest_received = st->man.block[i].max_received;
}

/* All outputs in, all inputs out. */
static int
swap(struct store *st, const struct store_sink *k, struct err *e)
{
	struct manifest next;

	manifest_copy(&next, &st->man, k->outs);
	for (uint32_t i = 0; i < k->inputs; i++)
		manifest_drop(&next, k->input[i].id);
	for (uint32_t i = 0; i < k->outs; i++)
		manifest_add(&next, &k->out[i]);
	if (k->rest_sequence > 0)
		next.sequence = k->rest_sequence + 1;
	return store_commit(st, &next, e);
}

static int
merge_run(struct store *st, const struct run *run, struct err *e)
{
	struct store_sink k;
	struct store_merge m = { 0 };
	int r;

	if (st->kind->batch_thin)
		st->kind->batch_thin(st->in.batch);
	heap_trim();	/* of what batches left */
	sink_init(&k, st);
	open_inputs(st, &k, run, &m);
	r = st->kind->merge(&m, &st->options, &k, e);
	if (r == 0)
		r = sink_publish(&k, e);
	if (r == -1)
		sink_discard(&k);
	else
		r = swap(st, &k, e);
	sink_free(&k);
	return r;
}

/* The policy for one tenant: 1 and a run, 0 nothing is due. */
static int
due(struct store *st, struct str tenant, struct run *run, struct arena *a)
{
	bool old = st->fresh_since > 0 && !st->bulk &&
	    time_mono() - st->fresh_since >= st->o.merge_ns;

	newest(st, tenant, 0, 0, run, a);
	if (st->bulk ? run->n >= BULK_FAN_IN :
	    run->n >= 2 && (old || run->raw >= st->o.merge_bytes))
		return 1;
	newest(st, tenant, 1, 1, run, a);
	run->final = true;		/* long behind the newest */
	return run->n >= FAN_IN || (run->n >= 2 && run->raw /
	    (st->bulk ? BULK_SIZE_TIER : SIZE_TIER) >= st->o.merge_bytes);
}

/* How far a merge goes. */
enum reach { DUE, WHOLE, EVERYTHING };

static int
merge_tenant(struct store *st, struct str tenant, enum reach reach,
    struct err *e)
{
	struct arena a = { 0 };
	struct run run;
	int r = 1;

	while (r == 1) {
		arena_reset(&a);
		if (reach == DUE)
			r = due(st, tenant, &run, &a);
		else {
			newest(st, tenant, 0, reach == WHOLE ?
			    LAST_LEVEL - 1 : UINT32_MAX - 1, &run, &a);
			if (reach == WHOLE)
				leave_large(&run);
			run.final = true;
			r = run.n >= 2 && (reach == EVERYTHING ||
			    !is_done(st, &run));
		}
		if (r == 1 && merge_run(st, &run, e) == -1)
			r = -1;
		else if (reach != DUE || (r == 1 && run.level == 1))
			break;	/* a rest may be there: not again now */
	}
	arena_free(&a);
	return r == -1 ? -1 : 0;
}

/* Each tenant once: where its first block stands. */
static struct str *
tenants(const struct manifest *m, struct arena *a, uint32_t *n)
{
	struct str *v = arena_new(a, struct str, (size_t)m->blocks + 1);
	struct map seen = { 0 };
	bool fresh;

	*n = 0;
	for (uint32_t i = 0; i < m->blocks; i++) {
		map_add(&seen, m->block[i].tenant, &fresh);
		if (fresh)
			v[(*n)++] = arena_str(a, m->block[i].tenant);
	}
	map_free(&seen);
	return v;
}

static int
merge_all(struct store *st, enum reach reach, struct err *e)
{
	struct arena a = { 0 };
	uint32_t n;
	struct str *v = tenants(&st->man, &a, &n);
	int r = store_sound(st, e);

	for (uint32_t i = 0; r == 0 && i < n; i++)
		r = merge_tenant(st, v[i], reach, e);
	arena_free(&a);
	if (r == 0 && st->fresh_since > 0 && (reach != DUE ||
	    time_mono() - st->fresh_since >= st->o.merge_ns))
		st->fresh_since = 0;
	return r;
}

int
store_compact(struct store *st, struct err *e)
{
	return merge_all(st, EVERYTHING, e) == -1 ? -1 :
	    store_clean(st, true, e);
}

/*
 * A block alone, or all that were sealed since a merge: one of those in the
 * middle at a higher level would keep the others apart for ever.
 */
int
store_rewrite(struct store *st, const struct manifest_block *b,
    struct err *e)
{
	struct arena a = { 0 };
	struct run run = { 0 };
	bool in = false;

	if (b->level == 0)
		newest(st, b->tenant, 0, 0, &run, &a);
	for (uint32_t i = 0; i < run.n && !in; i++)
		in = memcmp(run.v[i].id, b->id, 16) == 0;
	if (!in) {
		run.v = arena_new(&a, struct manifest_block, 1);
		*run.v = *b;
		run.n = 1;
		run.level = b->level + 1;
	}
	run.final = true;
	int r = merge_run(st, &run, e);

	arena_free(&a);
	return r;
}

/* A merge that fails in passing is said; taking in goes on without it. */
int
store_merge_due(struct store *st, bool all, struct err *e)
{
	struct err why = { 0 };

	if (all)
		return merge_all(st, WHOLE, e) == -1 ? -1 :
		    store_clean(st, true, e);
	if (time_mono() < st->no_merge || (merge_all(st, DUE, &why) == 0 &&
	    (st->bulk || store_clean(st, false, &why) == 0)))
		return 0;
	if (st->broken) {
		if (e)
			*e = why;
		return -1;
	}
	store_say(st, "merge failed, goes on without: %s", why.msg);
	st->no_merge = time_mono() + RETRY_NS;
	return 0;
}
