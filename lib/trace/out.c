#include "trace/out.h"

#include <stdlib.h>

#include "trace/cols.h"

#define FEW_SPLIT	64u	/* one trace of so many */

int
out_begin(struct out *o, struct store_sink *sink, struct str tenant,
    struct err *e)
{
	*o = (struct out){ .sink = sink, .tenant = tenant,
	    .min_time = INT64_MAX, .max_time = INT64_MIN,
	    .min_received = INT64_MAX, .max_received = INT64_MIN };
	o->w = store_sink_begin(sink, e);
	return o->w ? 0 : -1;
}

static void
add_replaced(struct out *o, uint32_t row)
{
	if (o->nreplaced == o->replaced_cap) {
		o->replaced_cap = o->replaced_cap * 2 + 64;
		o->replaced = xrealloc(o->replaced, o->replaced_cap,
		    sizeof *o->replaced);
	}
	o->replaced[o->nreplaced++] = (struct id_place){ o->stripes, row };
}

/* The traces of the next stripe. */
static void
add_ids(struct out *o, const uint8_t *fix, uint32_t n, const uint64_t *gone)
{
	if (n > o->cap - o->ids) {
		o->cap = (o->ids + n) * 2;
		o->id = xrealloc(o->id, o->cap, sizeof *o->id);
	}
	for (uint32_t k = 0; k < n; k++, o->traces++) {
		struct id_entry *it = &o->id[o->ids];

		if (gone && bit_get(gone, k)) {
			add_replaced(o, k);
			continue;
		}
		memcpy(it->id.b, fix + (size_t)k * 16, 16);
		it->trace = o->traces;
		o->ids++;
	}
}

static void
widen(int64_t *min, int64_t *max, int64_t from, int64_t to)
{
	if (from < *min)
		*min = from;
	if (to > *max)
		*max = to;
}

/* A column of the frame; false: it has no rows. */
static bool
frame_has(struct frame *f, enum col no, struct vec *v)
{
	const struct col_def *d = &col_defs[no];

	frame_vec(f, frame_col(f, d->table, str_of(d->name), d->type), v);
	return v->rows > 0;
}

int
out_frame(struct out *o, struct frame *f, const uint32_t rows[TR_TABLES],
    struct err *e)
{
	struct range32 range[TABLES_MAX] = { 0 };
	struct vec v;

	for (unsigned t = 0; t < TR_TABLES; t++)
		range[t].to = rows[t];
	if (frame_has(f, TC_ID, &v))
		add_ids(o, v.fix, rows[TR_TRACE], NULL);
	if (frame_has(f, TC_START, &v))
		for (uint32_t k = 0; k < rows[TR_TRACE]; k++)
			widen(&o->min_time, &o->max_time, v.i[k], v.i[k]);
	if (frame_has(f, TC_END, &v))
		for (uint32_t k = 0; k < rows[TR_TRACE]; k++)
			widen(&o->min_time, &o->max_time, v.i[k], v.i[k]);
	if (frame_has(f, SP_RECEIVED, &v))
		for (uint32_t k = 0; k < rows[TR_SPAN]; k++)
			widen(&o->min_received, &o->max_received, v.i[k],
			    v.i[k]);
	o->rows += rows[TR_SPAN];
	o->stripes++;
	return block_put(o->w, f, range, e);
}

static void
widen_by(const struct stripe *s, enum col no, int64_t *min, int64_t *max)
{
	int c = cols_find(s, no);

	if (c != -1 && stripe_col(s, (uint32_t)c)->ranged)
		widen(min, max, stripe_col(s, (uint32_t)c)->min_i,
		    stripe_col(s, (uint32_t)c)->max_i);
}

int
out_stripe(struct out *o, struct stripe *s, const uint64_t *gone,
    struct arena *a, struct err *e)
{
	int c = cols_find(s, TC_ID);
	struct vec v;

	if (c == -1)
		return err_set(e, ERR_CORRUPT, "a stripe without trace ids");
	if (stripe_load(s, (uint32_t)c, NULL, a, &v, e) == -1)
		return -1;
	add_ids(o, v.fix, stripe_rows(s, TR_TRACE), gone);
	widen_by(s, TC_START, &o->min_time, &o->max_time);
	widen_by(s, TC_END, &o->min_time, &o->max_time);
	widen_by(s, SP_RECEIVED, &o->min_received, &o->max_received);
	o->rows += stripe_rows(s, TR_SPAN);
	o->stripes++;
	return block_copy(o->w, s, e);
}

static void
append_ids(struct id **v, size_t *n, const struct id *more, size_t nmore)
{
	*v = xrealloc(*v, *n + nmore + 1, sizeof **v);
	memcpy(*v + *n, more, nmore * sizeof *more);
	*n += nmore;
}

/*
 * Which of the ids an older block has. One that cannot be read may have all of
 * them: taken so, answers stay exact and only cost more.
 */
static void
split_by(struct block *older, const struct id_index *ids, struct id **split,
    size_t *nsplit)
{
	struct arena mem = { 0 };
	struct id *found = arena_new(&mem, struct id, ids->n);
	size_t held = 0;

	if (ids_held(older, ids, &mem, found, &held, NULL) == -1)
		append_ids(split, nsplit, ids->v, ids->n);
	else
		append_ids(split, nsplit, found, held);
	arena_free(&mem);
}

/* Which of the ids may be in pieces. */
static void
split_torn(const struct out *o, const struct id *ids, size_t n,
    struct id **split, size_t *nsplit)
{
	for (size_t i = 0, k = 0; i < n && k < o->ntorn;) {
		int c = id_cmp(&ids[i], &o->torn[k]);

		if (c == 0)
			append_ids(split, nsplit, &ids[i], 1);
		i += c <= 0;
		k += c >= 0;
	}
}

/*
 * The split list: ids that older live blocks hold, too, and those that are in
 * several stripes of this one, or of blocks beside it.
 */
static int
find_split(struct out *o, struct id **split, size_t *n, struct err *e)
{
	const struct store_block *older;
	size_t nolder = 0, ids = o->ids;
	struct id *all = xcalloc(ids + 1, sizeof *all);
	struct arena mem = { 0 };
	struct id_index ix;

	for (size_t i = 0; i < ids; i++)
		all[i] = o->id[i].id;
	id_sort(all, ids);
	for (size_t i = 1; i < ids; i++)
		if (id_cmp(&all[i - 1], &all[i]) == 0)
			append_ids(split, n, &all[i], 1);
	ids = id_unique(all, ids);
	split_torn(o, all, ids, split, n);
	id_index(&ix, all, ids, &mem);
	older = store_sink_older(o->sink, o->tenant, &nolder, e);
	for (size_t i = 0; older && i < nolder; i++)
		split_by(older[i].block, &ix, split, n);
	id_sort(*split, *n);
	*n = id_unique(*split, *n);
	arena_free(&mem);
	free(all);
	return 0;
}

int
out_end(struct out *o, uint64_t raw_bytes, enum out_what what, struct err *e)
{
	struct block_info info = {
		.tenant = o->tenant, .rows = o->rows, .raw_bytes = raw_bytes,
		.min_time = (uint64_t)o->min_time,
		.max_time = (uint64_t)o->max_time,
		.min_received = (uint64_t)o->min_received,
		.max_received = (uint64_t)o->max_received,
	};
	struct id *split = NULL;
	size_t n = 0;
	int r = find_split(o, &split, &n, e);

	if (r == 0)
		r = ids_write(o->w, o->id, o->ids, split, n, e);
	if (r == 0)
		r = ids_write_replaced(o->w, o->replaced, o->nreplaced, e);
	if (r == 0) {
		struct block_writer *w = o->w;

		o->w = NULL;
		if (what == OUT_REST)
			r = store_sink_rest(o->sink, w, &info, e);
		else if (what == OUT_WHOLE && n <= o->traces / FEW_SPLIT)
			r = store_sink_whole(o->sink, w, &info, e);
		else
			r = store_sink_end(o->sink, w, &info, e);
	}
	free(split);
	out_abort(o);
	return r;
}

void
out_abort(struct out *o)
{
	if (o->w)
		store_sink_abort(o->sink, o->w);
	o->w = NULL;
	free(o->id);
	free(o->replaced);
	o->id = NULL;
	o->replaced = NULL;
}
