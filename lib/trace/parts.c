#include "trace/parts.h"

#include <stdlib.h>

/* Marks what the block says is not to be read in its stripes. */
static int
mark_dead(struct parts *p, struct block *b, struct part_stripe *ps,
    struct err *e)
{
	struct id_place *v;
	size_t n;

	if (ids_replaced(b, &p->mem, &v, &n, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct part_stripe *s = &ps[v[i].stripe];

		if (!s->dead)
			s->dead = arena_zero(&p->mem, uint64_t,
			    BITS_WORDS(s->traces));
		if (v[i].row < s->traces)
			bit_set(s->dead, v[i].row);
	}
	return 0;
}

static int
count_all(struct parts *p, const struct store_block *in, size_t n,
    struct err *e)
{
	uint64_t traces = 0;
	uint32_t k = 0;

	for (size_t i = 0; i < n; i++)
		p->stripes += block_stripes(in[i].block);
	p->stripe = arena_new(&p->mem, struct part_stripe, p->stripes);
	for (size_t i = 0; i < n; i++) {
		uint32_t first = k;

		for (uint32_t s = 0; s < block_stripes(in[i].block); s++) {
			struct part_stripe *ps = &p->stripe[k++];

			*ps = (struct part_stripe){ .stripe = block_stripe(
			    in[i].block, s, &p->mem, e) };
			if (!ps->stripe)
				return -1;
			ps->traces = stripe_rows(ps->stripe, TR_TRACE);
			ps->rows = stripe_rows(ps->stripe, TR_SPAN);
			traces += ps->traces;
		}
		if (mark_dead(p, in[i].block, &p->stripe[first], e) == -1)
			return -1;
	}
	if (traces > UINT32_MAX)
		return err_set(e, ERR_LIMIT, "merge of %llu traces: too many",
		    (unsigned long long)traces);
	p->part = xcalloc(traces + 1, sizeof *p->part);
	p->whole = xcalloc(traces + 1, sizeof *p->whole);
	return 0;
}

static int
load(struct stripe *s, enum col no, struct arena *a, struct vec *v,
    struct err *e)
{
	int c = cols_find(s, no);

	if (c == -1)
		return err_set(e, ERR_CORRUPT, "a stripe without %s",
		    col_defs[no].name);
	return stripe_load(s, (uint32_t)c, NULL, a, v, e);
}

static int
add_received(const struct part_stripe *ps, struct part *out, uint32_t n,
    struct arena *a, struct err *e)
{
	struct vec v;

	if (load(ps->stripe, SP_RECEIVED, a, &v, e) == -1)
		return -1;
	for (uint32_t r = 0; r < n; r++)
		for (uint32_t k = 0; k < out[r].spans; k++)
			if (v.i[out[r].first + k] > out[r].received)
				out[r].received = v.i[out[r].first + k];
	return 0;
}

static int
read_stripe(struct parts *p, uint32_t no, struct arena *a, bool received,
    struct err *e)
{
	const struct part_stripe *ps = &p->stripe[no];
	struct part *out = p->part + p->parts;
	struct vec id, first, spans, start, cut = { .rows = 0 };
	uint32_t n = 0;

	if (ps->traces == 0)
		return 0;
	if (load(ps->stripe, TC_ID, a, &id, e) == -1 ||
	    load(ps->stripe, TC_FIRST, a, &first, e) == -1 ||
	    load(ps->stripe, TC_SPANS, a, &spans, e) == -1 ||
	    load(ps->stripe, TC_START, a, &start, e) == -1)
		return -1;
	if (cols_find(ps->stripe, TC_CUT) != -1 &&
	    load(ps->stripe, TC_CUT, a, &cut, e) == -1)
		return -1;
	for (uint32_t r = 0; r < ps->traces; r++) {
		int64_t at = first.i[r], more = spans.i[r];

		if (ps->dead && bit_get(ps->dead, r))
			continue;
		if (at < 0 || at >= ps->rows || more <= 0 ||
		    more > ps->rows - at)
			return err_set(e, ERR_CORRUPT,
			    "trace %u: spans %lld and %lld more: of %u", r,
			    (long long)at, (long long)more, ps->rows);
		out[n] = (struct part){ .start = start.i[r], .stripe = no,
		    .row = r, .first = (uint32_t)at, .spans = (uint32_t)more };
		if (r < cut.rows && vec_valid(&cut, r))
			out[n].cut = (uint64_t)cut.i[r];
		memcpy(out[n++].id.b, id.fix + (size_t)r * 16, 16);
	}
	p->parts += n;
	return received ? add_received(ps, out, n, a, e) : 0;
}

static int
by_id(const void *pa, const void *pb)
{
	const struct part *a = pa, *b = pb;
	int r = id_cmp(&a->id, &b->id);

	if (r != 0)
		return r;
	if (a->stripe != b->stripe)
		return a->stripe < b->stripe ? -1 : 1;
	return (a->row > b->row) - (a->row < b->row);
}

static int
by_start(const void *pa, const void *pb)
{
	const struct whole *a = pa, *b = pb;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);	/* that is by id */
}

static void
join(struct parts *p)
{
	for (uint32_t i = 0, k; i < p->parts; i = k) {
		struct whole *w = &p->whole[p->wholes++];

		*w = (struct whole){ .start = INT64_MAX, .at = i };
		for (k = i; k < p->parts &&
		    id_cmp(&p->part[k].id, &p->part[i].id) == 0; k++) {
			if (p->part[k].start < w->start)
				w->start = p->part[k].start;
			w->spans += p->part[k].spans;
		}
		w->n = k - i;
		if (w->n == 1) {
			struct part_stripe *ps =
			    &p->stripe[p->part[i].stripe];

			ps->only++;
			ps->only_rows += w->spans;
		}
	}
}

int
parts_read(struct parts *p, const struct store_block *in, size_t n,
    bool received, struct err *e)
{
	struct arena a = { 0 };
	int r = count_all(p, in, n, e);

	for (uint32_t k = 0; k < p->stripes && r == 0; k++) {
		r = read_stripe(p, k, &a, received, e);
		arena_reset(&a);
	}
	arena_free(&a);
	if (r == -1)
		return -1;
	qsort(p->part, p->parts, sizeof *p->part, by_id);
	join(p);
	qsort(p->whole, p->wholes, sizeof *p->whole, by_start);
	return 0;
}

void
parts_free(struct parts *p)
{
	free(p->part);
	free(p->whole);
	arena_free(&p->mem);
	*p = (struct parts){ 0 };
}
