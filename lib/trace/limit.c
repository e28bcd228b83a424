/*
 * limit: of traces in pieces that have more spans than a trace may have, which
 * pieces hold those that are kept.
 */
#include <stdlib.h>

#include "base/num.h"
#include "trace/gatherin.h"

uint32_t
trace_max_spans(const struct store_options *opts)
{
	struct str v = store_option(opts, TRACE_OPTION_SPANS);
	uint64_t n;

	return v.p && num_u64(v, &n) && n > 0 &&
	    n <= TRACE_SPANS_LIMIT ?
	    (uint32_t)n : TRACE_SPANS_MAX;
}

/* A span that may be kept, and the part it is in. */
struct keep { struct order_key key; uint32_t part; };

struct kept {
	struct keep *v;		/* room for twice the limit */
	uint32_t n, max;
	struct order_key last;	/* of as many as the limit; else UINT64_MAX */
};

static int
by_span(const void *pa, const void *pb)
{
	const struct keep *a = pa, *b = pb;

	if (a->key.id != b->key.id)
		return a->key.id < b->key.id ? -1 : 1;
	if (a->key.kind != b->key.kind)
		return a->key.kind < b->key.kind ? -1 : 1;
	if (a->key.received != b->key.received)
		return a->key.received < b->key.received ? -1 : 1;
	return (a->part > b->part) - (a->part < b->part);
}

static int
by_key(const void *pa, const void *pb)
{
	const struct keep *a = pa, *b = pb;

	return order_key_cmp(&a->key, &b->key);
}

/* Each span once, and no more than may be. */
static void
squeeze(struct kept *k)
{
	uint32_t n = 0;

	qsort(k->v, k->n, sizeof *k->v, by_span);
	for (uint32_t i = 0; i < k->n; i++)
		if (n == 0 || k->v[n - 1].key.id != k->v[i].key.id ||
		    k->v[n - 1].key.kind != k->v[i].key.kind)
			k->v[n++] = k->v[i];
	qsort(k->v, n, sizeof *k->v, by_key);
	k->n = n < k->max ? n : k->max;
	if (k->n == k->max)
		k->last = k->v[k->n - 1].key;
}

/* The rows of a part, of one column, in the arena. */
static int
load(struct job *j, const struct gather_part *p, enum col no, struct vec *v)
{
	struct arena *a = &j->g->load;
	uint32_t *row = arena_new(a, uint32_t, p->spans);
	int c = cols_find(p->stripe, no);

	for (uint32_t k = 0; k < p->spans; k++)
		row[k] = p->first + k;
	if (c == -1)
		return err_set(j->e, ERR_CORRUPT, "a stripe without %s",
		    col_defs[no].name);
	return stripe_pick(p->stripe, (uint32_t)c, row, p->spans, a, v, j->e);
}

static int
add_part(struct job *j, struct kept *k, const struct gather_part *p,
    uint32_t no)
{
	const struct stripe_col *sc;
	struct vec received, id, kind;
	uint32_t before = k->n;
	int c = cols_find(p->stripe, SP_RECEIVED);

	if (job_part(j, p) == -1)
		return -1;
	sc = c == -1 ? NULL : stripe_col(p->stripe, (uint32_t)c);
	if (sc && sc->ranged && (uint64_t)sc->min_i > k->last.received)
		return 0;	/* all later than those there are */
	if (load(j, p, SP_RECEIVED, &received) == -1 ||
	    load(j, p, SP_ID, &id) == -1 || load(j, p, SP_KIND, &kind) == -1) {
		j->g->bad = p->stripe;
		return -1;
	}
	for (uint32_t r = 0; r < p->spans; r++) {
		struct keep it = { { (uint64_t)received.i[r],
		    load64(id.fix + (size_t)r * 8), (uint32_t)kind.i[r] },
		    no };

		if (order_key_cmp(&it.key, &k->last) > 0)
			continue;
		if (k->n == k->max * 2)
			squeeze(k);
		k->v[k->n++] = it;
	}
	if (k->n != before)
		squeeze(k);
	arena_reset(&j->g->load);
	return 0;
}

/* Leaves out the parts that hold none of those kept. */
static int
limit_trace(struct job *j, struct gather_trace *t, uint32_t max)
{
	struct kept k = { .max = max,
		.last = { UINT64_MAX, UINT64_MAX, UINT32_MAX } };
	struct gather_part *part = arena_new(&j->g->mem, struct gather_part,
	    t->parts);
	uint64_t *has = arena_zero(&j->g->mem, uint64_t,
	    BITS_WORDS(t->parts)), cut = 0;
	uint32_t n = 0;
	int r = 0;

	k.v = xcalloc((size_t)max * 2, sizeof *k.v);
	for (uint32_t i = 0; i < t->parts && r == 0; i++)
		r = add_part(j, &k, &t->part[i], i);
	for (uint32_t i = 0; i < k.n; i++)
		bit_set(has, k.v[i].part);
	free(k.v);
	for (uint32_t i = 0; i < t->parts; i++)
		if (bit_get(has, i))
			part[n++] = t->part[i];
		else	/* of fewer than there may be, it has others' again */
			cut += t->part[i].cut +
			    (k.n == max ? t->part[i].spans : 0);
	if (n > 0)
		part[0].cut += cut;
	t->part = part;
	t->parts = n;
	return r;
}

static bool
over(const struct gather_trace *t, uint32_t max)
{
	uint64_t spans = 0;

	for (uint32_t k = 0; k < t->parts; k++)
		spans += t->part[k].spans;
	return t->parts > 1 && spans > max;
}

int
job_limit(struct job *j, const struct gather_trace **t, size_t n)
{
	struct gather_trace *copy = NULL;
	uint32_t max = j->g->order.max;

	for (size_t i = 0; i < n && max > 0; i++) {
		if (!over(&(*t)[i], max))
			continue;
		if (!copy) {
			copy = arena_new(&j->g->mem, struct gather_trace, n);
			memcpy(copy, *t, n * sizeof *copy);
		}
		if (limit_trace(j, &copy[i], max) == -1)
			return -1;
	}
	if (copy)
		*t = copy;
	return 0;
}
