#include "query/table.h"

#include <stdlib.h>

#include "base/hash.h"

void
table_init(struct table *t, uint32_t steps, struct arena *mem)
{
	*t = (struct table){ .mem = mem, .steps = steps };
}

struct series *
table_add(struct table *t, struct labels l, struct err *e)
{
	if ((uint64_t)(t->n + 1) * t->steps > TABLE_POINTS_MAX) {
		err_set(e, ERR_LIMIT, "%u series of %u steps: over the limit "
		    "of %llu points; ask for fewer steps, or sum by fewer "
		    "labels", t->n + 1, t->steps,
		    (unsigned long long)TABLE_POINTS_MAX);
		return NULL;
	}
	if (t->n == t->cap) {
		t->s = arena_grow(t->mem, t->s, t->n, t->cap * 2 + 8,
		    sizeof *t->s);
		t->cap = t->cap * 2 + 8;
	}
	t->s[t->n] = (struct series){ .labels = l,
	    .v = arena_zero(t->mem, double, t->steps),
	    .has = arena_zero(t->mem, uint64_t, BITS_WORDS(t->steps)) };
	return &t->s[t->n++];
}

void
table_put_hist(struct table *t, struct series *s, uint32_t step,
    const struct hist *h)
{
	if (!s->h)
		s->h = arena_zero(t->mem, const struct hist *, t->steps);
	s->h[step] = h;
	bit_set(s->has, step);
}

void
table_sweep(struct table *t)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < t->n; i++) {
		bool any = false;

		for (size_t k = 0; k < BITS_WORDS(t->steps); k++)
			any |= t->s[i].has[k] != 0;
		if (any)
			t->s[n++] = t->s[i];
	}
	t->n = n;
}

static int
by_labels(const void *a, const void *b)
{
	const struct series *x = a, *y = b;

	return labels_cmp(x->labels, y->labels);
}

void
table_sort(struct table *t)
{
	if (t->n > 1)
		qsort(t->s, t->n, sizeof *t->s, by_labels);
}

/* Moves b's points to a; -1: both have one at a step. */
static int
merge(struct table *t, struct series *a, const struct series *b,
    struct err *e)
{
	for (size_t k = 0; k < BITS_WORDS(t->steps); k++) {
		if (a->has[k] & b->has[k])
			return err_set(e, ERR_QUERY, "vector cannot contain "
			    "metrics with the same labelset");
		for (uint64_t w = b->has[k]; w; w &= w - 1) {
			uint32_t at = (uint32_t)(k * 64) +
			    (uint32_t)__builtin_ctzll(w);

			if (table_hist(b, at))
				table_put_hist(t, a, at, b->h[at]);
			else
				table_put(a, at, b->v[at]);
		}
	}
	return 0;
}

int
table_finish(struct table *t, struct err *e)
{
	struct map seen = { 0 };
	struct buf key = { 0 };
	uint32_t n = 0;
	int r = 0;

	for (uint32_t i = 0; i < t->n && r == 0; i++) {
		struct series *s = &t->s[i];
		uint32_t at;
		bool fresh;

		if (s->unname)
			s->labels = labels_unnamed(s->labels, t->mem);
		s->unname = false;
		buf_reset(&key);
		labels_key(&key, s->labels);
		at = map_add(&seen, buf_str(&key), &fresh);
		if (!fresh)
			r = merge(t, &t->s[at], s, e);
		else
			t->s[n++] = *s;
	}
	t->n = n;
	buf_free(&key);
	map_free(&seen);
	return r;
}
