#include "trace/places.h"

#include <stdlib.h>

#include "base/pool.h"

#define FEW	500u	/* looks into a block that are not worth a thread */

void
places_init(struct places *p, struct store_view *view,
    struct tail_parts *tail)
{
	*p = (struct places){ .view = view, .tail = tail };
	p->block = store_view_blocks(view, &p->blocks);
}

void
places_free(struct places *p)
{
	free(p->id);
	free(p->place);
	free(p->trace);
	arena_free(&p->mem);
}

static void
add_ids(struct places *p, const struct id *v, size_t n)
{
	p->id = xrealloc(p->id, p->ids + n + 1, sizeof *p->id);
	if (n > 0)
		memcpy(p->id + p->ids, v, n * sizeof *v);
	p->ids += n;
}

/* What the blocks' split lists say. */
static void
add_splits(struct places *p)
{
	for (size_t i = 0; i < p->blocks; i++) {
		struct err e = { 0 };
		const struct id *v;
		size_t n;

		if (ids_split(p->block[i].block, &p->mem, &v, &n, &e) == -1)
			store_view_fault(p->view, &e);
		else
			add_ids(p, v, n);
		arena_reset(&p->mem);
	}
}

/* Of these most have no other place, as will be seen. */
static void
add_tail(struct places *p)
{
	for (uint32_t no = 0; no < p->tail->n; no++)
		add_ids(p, p->tail->v[no].ids, p->tail->v[no].traces);
}

/* What is found in one block. */
struct found {
	struct place *v;
	size_t n;
	struct err e;
};

struct find {
	struct places *p;
	struct found *found;
	struct arena mem[POOL_WORKERS_MAX];
};

/* Looks up where the spans of some traces of a stripe are. */
static int
read_rows(struct stripe *s, struct place *v, size_t n, struct arena *a,
    struct err *e)
{
	static const enum col cols[] = { TC_FIRST, TC_SPANS, TC_START,
	    TC_END };
	uint32_t *row = arena_new(a, uint32_t, n);
	struct vec vec[5];

	for (size_t i = 0; i < n; i++)
		row[i] = v[i].row;
	for (int k = 0; k < 4; k++) {
		int c = cols_find(s, cols[k]);

		if (c == -1)
			return err_set(e, ERR_CORRUPT, "a stripe without %s",
			    col_defs[cols[k]].name);
		if (stripe_pick(s, (uint32_t)c, row, (uint32_t)n, a, &vec[k],
		    e) == -1)
			return -1;
	}
	int cut = cols_find(s, TC_CUT);

	if (cut != -1 && stripe_pick(s, (uint32_t)cut, row, (uint32_t)n, a,
	    &vec[4], e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct place *pl = &v[i];

		if (cut != -1 && vec_valid(&vec[4], (uint32_t)i))
			pl->cut = (uint64_t)vec[4].i[i];
		pl->first = (uint32_t)vec[0].i[i];
		pl->spans = (uint32_t)vec[1].i[i];
		pl->start = vec[2].i[i];
		pl->end = vec[3].i[i];
		if (pl->spans > stripe_rows(s, TR_SPAN))
			return err_set(e, ERR_CORRUPT,
			    "trace %u: %u spans: too many", pl->row,
			    pl->spans);
	}
	return 0;
}

/* Who asked for each trace of a block (number + 1). */
static uint32_t *
askers(struct block *b, const struct id_hit *hit, size_t n, struct arena *a,
    struct err *e)
{
	uint32_t *by;
	uint64_t all = 0;

	for (uint32_t no = 0; no < block_stripes(b); no++) {
		struct stripe *s = block_stripe(b, no, a, e);

		if (!s)
			return NULL;
		all += stripe_rows(s, TR_TRACE);
	}
	by = arena_zero(a, uint32_t, all + 1);
	for (size_t i = 0; i < n; i++)
		if (hit[i].trace < all)
			by[hit[i].trace] = hit[i].asked + 1;
	return by;
}

/* Hits are trace numbers of the whole block: to stripes and rows. */
static int
place_hits(struct block *b, size_t block, const struct id_hit *hit, size_t n,
    struct found *f, struct arena *a, struct err *e)
{
	const uint32_t *by = askers(b, hit, n, a, e);

	if (!by)
		return -1;
	f->v = xcalloc(n, sizeof *f->v);
	for (uint32_t no = 0; no < block_stripes(b); no++) {
		struct stripe *s = block_stripe(b, no, a, e);
		size_t first = f->n;

		if (!s)
			return -1;
		for (uint32_t row = 0; row < stripe_rows(s, TR_TRACE); row++)
			if (*by++ != 0)
				f->v[f->n++] = (struct place){ .id = by[-1] - 1,
				    .block = (uint32_t)block, .stripe = no,
				    .row = row };
		if (f->n > first && read_rows(s, f->v + first, f->n - first,
		    a, e) == -1) {
			f->n = first;
			return -1;
		}
	}
	return 0;
}

static int
find_in_block(void *arg, size_t no, unsigned worker, struct err *e)
{
	struct find *find = arg;
	struct places *p = find->p;
	struct block *b = p->block[no].block;
	struct found *f = &find->found[no];
	struct arena *a = &find->mem[worker];
	struct id_hit *hit;
	size_t n;

	(void)e;
	if (ids_find(b, &p->index, a, &hit, &n, &f->e) == -1 ||
	    (n > 0 && place_hits(b, no, hit, n, f, a, &f->e) == -1))
		err_in(&f->e, "%s", block_path(b));
	arena_reset(a);
	return 0;
}

/* All that was found, older block first, with room for what the tail has. */
static void
take_found(struct places *p, struct found *found)
{
	size_t n = p->tail->traces;

	for (size_t i = 0; i < p->blocks; i++)
		n += found[i].n;
	p->place = xcalloc(n + 1, sizeof *p->place);
	for (size_t i = 0; i < p->blocks; i++) {
		struct found *f = &found[i];

		if (f->e.kind != ERR_NONE)
			store_view_fault(p->view, &f->e);
		if (f->n > 0)
			memcpy(p->place + p->places, f->v,
			    f->n * sizeof *f->v);
		p->places += f->n;
		free(f->v);
	}
}

static void
find_in_tail(struct places *p, uint32_t no)
{
	const struct tail_part *t = &p->tail->v[no];

	for (uint32_t k = 0; k < t->traces; k++) {
		size_t id = id_find(&p->index, &t->ids[k]);

		if (id == ID_NONE)
			continue;
		p->place[p->places++] = (struct place){ .id = (uint32_t)id,
		    .block = PLACE_TAIL, .stripe = no, .row = k,
		    .first = (uint32_t)t->first[k],
		    .spans = (uint32_t)t->spans[k],
		    .start = t->start[k], .end = t->end[k],
		    .cut = t->cut[k] };
	}
}

static void
find_all(struct places *p, unsigned workers)
{
	struct find find = { .p = p };

	if (p->ids == 0)
		return;
	id_index(&p->index, p->id, p->ids, &p->mem);
	find.found = xcalloc(p->blocks + 1, sizeof *find.found);
	/* parts do not fail: each keeps its own fault */
	(void)pool_run(p->ids * p->blocks < FEW ? 1 : workers, p->blocks,
	    find_in_block, &find, NULL);
	for (unsigned i = 0; i < workers; i++)
		arena_free(&find.mem[i]);
	take_found(p, find.found);
	free(find.found);
	for (uint32_t no = 0; no < p->tail->n; no++)
		find_in_tail(p, no);
}

void
places_of_split(struct places *p, unsigned workers)
{
	add_splits(p);
	add_tail(p);
	id_sort(p->id, p->ids);
	p->ids = id_unique(p->id, p->ids);
	find_all(p, workers);
}

void
places_of_id(struct places *p, const struct id *id)
{
	add_ids(p, id, 1);
	find_all(p, pool_workers());
}

/* By id; of one id they stay in the order in which they were found. */
static void
sort_places(struct places *p)
{
	struct place *v = xcalloc(p->places + 1, sizeof *v);
	uint32_t *at = xcalloc(p->ids + 1, sizeof *at);

	for (size_t i = 0; i < p->places; i++)
		at[p->place[i].id + 1]++;
	for (size_t k = 1; k < p->ids; k++)
		at[k] += at[k - 1];
	for (size_t i = 0; i < p->places; i++)
		v[at[p->place[i].id]++] = p->place[i];
	free(at);
	free(p->place);
	p->place = v;
}

void
places_join(struct places *p, uint32_t least)
{
	if (p->places > 1)
		sort_places(p);
	p->trace = xcalloc(p->places + 1, sizeof *p->trace);
	for (size_t i = 0, k; i < p->places; i = k) {
		struct place_trace *t = &p->trace[p->traces];

		*t = (struct place_trace){ .at = (uint32_t)i,
		    .start = INT64_MAX, .end = INT64_MIN };
		for (k = i; k < p->places && p->place[k].id == p->place[i].id;
		    k++) {
			const struct place *pl = &p->place[k];

			t->spans += pl->spans;
			t->start = pl->start < t->start ? pl->start : t->start;
			t->end = pl->end > t->end ? pl->end : t->end;
		}
		t->n = (uint32_t)(k - i);
		if (t->n >= least)
			p->traces++;
	}
}

struct stripe *
places_stripe(const struct places *p, const struct place *pl,
    struct scan_count *count, struct arena *a, struct err *e)
{
	struct stripe *s;

	if (pl->block == PLACE_TAIL)
		return p->tail->v[pl->stripe].stripe;
	s = block_stripe(p->block[pl->block].block, pl->stripe, a, e);
	if (s)
		stripe_count(s, count);
	return s;
}

static struct stripe *
open_stripe(const struct places *p, const struct place *pl,
    struct place_stripes *open, struct scan_count *count, struct arena *a,
    struct err *e)
{
	struct place_stripe *ps;

	for (size_t k = open->n; k-- > 0;)
		if (open->v[k].block == pl->block &&
		    open->v[k].no == pl->stripe)
			return open->v[k].stripe;
	if (open->n == open->cap) {
		open->v = arena_grow(a, open->v, open->n, open->cap * 2 + 8,
		    sizeof *open->v);
		open->cap = open->cap * 2 + 8;
	}
	ps = &open->v[open->n];
	*ps = (struct place_stripe){ pl->block, pl->stripe,
	    places_stripe(p, pl, count, a, e) };
	if (!ps->stripe)
		return NULL;
	open->n++;
	return ps->stripe;
}

int
places_gather(const struct places *p, const struct place_trace *t,
    struct place_stripes *open, struct scan_count *count, struct arena *a,
    struct gather_trace *out, struct err *e)
{
	struct gather_part *part = arena_new(a, struct gather_part, t->n);

	*out = (struct gather_trace){ .id = p->id[p->place[t->at].id],
	    .part = part };
	for (uint32_t k = 0; k < t->n; k++) {
		const struct place *pl = &p->place[t->at + k];
		struct stripe *s = open_stripe(p, pl, open, count, a, e);

		if (!s)
			return -1;
		part[out->parts++] = (struct gather_part){ s, pl->first,
		    pl->spans, pl->cut };
	}
	return 0;
}
