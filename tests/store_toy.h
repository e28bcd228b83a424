/*
 * store_toy: a kind of store whose items are lines.
 *
 * A record's payload is lines; a line is an item. Two items of the same text
 * are the same, and a merge keeps one. A payload that begins with '!' cannot
 * be read. What came in the last ten seconds goes to the rest. A delete is of
 * the items of one text.
 */
#ifndef TESTS_STORE_TOY_H
#define TESTS_STORE_TOY_H

#include <stdlib.h>

#include "base/hash.h"
#include "base/time.h"
#include "store/store.h"

static bool toy_twins;	/* merges keep items of the same text */

struct toy_row { struct str tenant, line; uint64_t received; };

struct toy_batch {
	struct arena mem;
	struct toy_row *v;
	size_t n, cap, raw;
};

static void *
toy_new(const struct store_options *o)
{
	(void)o;
	return xcalloc(1, sizeof(struct toy_batch));
}

static void
toy_row(struct toy_batch *b, struct str tenant, struct str line, uint64_t at)
{
	if (b->n == b->cap) {
		b->cap = b->cap * 2 + 64;
		b->v = xrealloc(b->v, b->cap, sizeof *b->v);
	}
	b->v[b->n++] = (struct toy_row){ arena_str(&b->mem, tenant),
		arena_str(&b->mem, line), at };
}

static int
toy_add(void *batch, const struct rec *rec, struct err *e)
{
	struct toy_batch *b = batch;
	struct str rest = rec->payload, line;

	if (str_starts(rest, S("!")))
		return err_set(e, ERR_CORRUPT, "payload: not lines");
	while (str_cut(&rest, '\n', &line))
		if (line.n > 0)
			toy_row(b, rec->tenant, line, rec->received);
	b->raw += rec->raw.n;
	return 0;
}

static size_t
toy_bytes(const void *batch)
{
	const struct toy_batch *b = batch;

	return b->n * sizeof *b->v + b->mem.used;
}

static void
toy_reset(struct toy_batch *b)
{
	arena_reset(&b->mem);
	b->n = b->raw = 0;
}

static void
toy_free(void *batch)
{
	struct toy_batch *b = batch;

	arena_free(&b->mem);
	free(b->v);
	free(b);
}

/* Rows of one tenant, in [from, to) of receive time, once each; as a block. */
static int
toy_block(const struct toy_batch *b, struct str tenant, uint64_t from,
    uint64_t to, uint64_t raw, bool rest, struct store_sink *k,
    struct err *e)
{
	struct frame *f = frame_new(1);
	struct map seen = { 0 };
	struct block_info info = { .tenant = tenant, .raw_bytes = raw,
		.min_received = UINT64_MAX };
	uint32_t line = frame_col(f, 0, S("line"), VEC_STR), rows = 0;
	uint32_t at = frame_col(f, 0, S("received"), VEC_INT);
	struct block_writer *w;
	bool fresh;
	int r = 0;

	for (size_t i = 0; i < b->n; i++) {
		const struct toy_row *x = &b->v[i];

		if (!str_eq(x->tenant, tenant) || x->received < from ||
		    x->received >= to)
			continue;
		map_add(&seen, x->line, &fresh);
		if (!fresh && !toy_twins)
			continue;
		frame_str(f, line, rows, x->line);
		frame_int(f, at, rows++, (int64_t)x->received);
		if (x->received < info.min_received)
			info.min_received = x->received;
		if (x->received > info.max_received)
			info.max_received = x->received;
	}
	if (rows > 0) {
		frame_rows(f, 0, rows);
		info.rows = rows;
		info.min_time = info.min_received;
		info.max_time = info.max_received;
		w = store_sink_begin(k, e);
		r = w ? block_put(w, f, NULL, e) : -1;
		if (w && r == -1)
			store_sink_abort(k, w);
		else if (r == 0)
			r = rest ? store_sink_rest(k, w, &info, e) :
			    store_sink_end(k, w, &info, e);
	}
	map_free(&seen);
	frame_free(f);
	return r;
}

static int
toy_write(void *batch, struct store_sink *k, struct err *e)
{
	struct toy_batch *b = batch;
	struct map seen = { 0 };
	bool fresh;
	int r = 0;

	for (size_t i = 0; r == 0 && i < b->n; i++) {
		size_t n;

		map_add(&seen, b->v[i].tenant, &fresh);
		if (fresh && !store_sink_older(k, b->v[i].tenant, &n, e))
			r = -1;
		if (fresh && r == 0)
			r = toy_block(b, b->v[i].tenant, 0, UINT64_MAX,
			    b->raw, false, k, e);
	}
	map_free(&seen);
	toy_reset(b);
	return r;
}

static bool
toy_deleted(const struct store_block *sb, struct str line, uint64_t at)
{
	for (uint32_t i = 0; i < sb->ndel; i++)
		if (str_eq(sb->del[i].what, line) && at >= sb->del[i].from &&
		    at < sb->del[i].to)
			return true;
	return false;
}

/* Adds all rows of a block, but those that were deleted. */
static int
toy_read(struct toy_batch *b, const struct store_block *sb, struct err *e)
{
	struct block *block = sb->block;
	struct arena a = { 0 };
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < block_stripes(block); i++) {
		struct stripe *s = block_stripe(block, i, &a, e);
		struct vec line, at;

		r = s ? stripe_load(s, (uint32_t)stripe_find(s, 0, S("line"),
		    VEC_STR), NULL, &a, &line, e) : -1;
		if (r == 0)
			r = stripe_load(s, (uint32_t)stripe_find(s, 0,
			    S("received"), VEC_INT), NULL, &a, &at, e);
		for (uint32_t k = 0; r == 0 && k < line.rows; k++)
			if (!toy_deleted(sb, vec_str(&line, k),
			    (uint64_t)at.i[k]))
				toy_row(b, block_info(block)->tenant,
				    vec_str(&line, k), (uint64_t)at.i[k]);
	}
	arena_free(&a);
	return r;
}

static int
toy_delete_check(struct str what, struct err *e)
{
	return what.n > 0 ? 0 : err_set(e, ERR_QUERY, "delete: of nothing");
}

static int
toy_delete_any(const struct store_block *sb, struct err *e)
{
	struct store_block all = { .block = sb->block };
	struct toy_batch some = { 0 }, every = { 0 };
	int r = toy_read(&some, sb, e);

	if (r == 0)
		r = toy_read(&every, &all, e);
	if (r == 0)
		r = some.n < every.n;
	arena_free(&some.mem);
	arena_free(&every.mem);
	free(some.v);
	free(every.v);
	return r;
}

static int
toy_merge(const struct store_merge *m, const struct store_options *o,
    struct store_sink *k, struct err *e)
{
	struct toy_batch b = { 0 };
	uint64_t raw = 0, cut = m->final ? UINT64_MAX :
	    m->newest_received - 10 * NS_S;
	struct str tenant = m->in[0].info->tenant;
	int r = 0;

	(void)o;
	for (size_t i = 0; r == 0 && i < m->n; i++) {
		r = toy_read(&b, &m->in[i], e);
		raw += m->in[i].info->raw_bytes;
	}
	if (r == 0)
		r = toy_block(&b, tenant, 0, cut, raw, false, k, e);
	if (r == 0 && !m->final)
		r = toy_block(&b, tenant, cut, UINT64_MAX, 0, true, k, e);
	arena_free(&b.mem);
	free(b.v);
	return r;
}

static const struct store_kind toy_kind = {
	.name = "logs", .signal = SIGNAL_LOGS,
	.batch_new = toy_new, .batch_add = toy_add, .batch_bytes = toy_bytes,
	.batch_write = toy_write, .batch_free = toy_free, .merge = toy_merge,
	.delete_check = toy_delete_check, .delete_any = toy_delete_any,
};

#endif
