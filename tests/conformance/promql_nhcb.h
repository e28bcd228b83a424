/*
 * promql_nhcb: native histograms with custom buckets out of the classic series
 * of load_with_nhcb. FORMAT.md there, section 3.4.
 */
#ifndef CONFORMANCE_PROMQL_NHCB_H
#define CONFORMANCE_PROMQL_NHCB_H

#include "conformance/promql_load.h"

#define BUCKETS_MAX	64u

struct bucket { double le, v; };

static inline int
by_le(const void *a, const void *b)
{
	const struct bucket *x = a, *y = b;

	return (x->le > y->le) - (x->le < y->le);
}

/* The labels without le, under the name without the suffix; n 0: another. */
static inline struct labels
base_of(struct labels l, struct str suffix, struct arena *a)
{
	struct str name = labels_get(l, LABEL_NAME);

	if (!str_ends(name, suffix))
		return (struct labels){ NULL, 0 };
	l = labels_set(l, (struct label){ S("le"), S(""), LABEL_STR }, a);
	return labels_set(l, (struct label){ LABEL_NAME, str_mk(name.p,
	    name.n - suffix.n), LABEL_STR }, a);
}

/* The value of the base's series with the suffix at t. */
static inline bool
value_at(struct data *d, struct labels base, struct str suffix, int64_t t,
    double *v)
{
	for (uint32_t i = 0; i < d->n; i++)
		for (uint32_t k = 0; k < d->s[i].n; k++)
			if (d->s[i].s[k].t == t && !d->s[i].s[k].h &&
			    labels_cmp(base_of(d->s[i].labels, suffix,
			    &d->mem), base) == 0) {
				*v = d->s[i].s[k].v;
				return true;
			}
	return false;
}

/* Its buckets at t, by their bounds. */
static inline uint32_t
buckets_at(struct data *d, struct labels base, int64_t t,
    struct bucket b[BUCKETS_MAX])
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < d->n; i++) {
		double le;

		if (labels_cmp(base_of(d->s[i].labels, S("_bucket"), &d->mem),
		    base) != 0 || !num_f64(labels_get(d->s[i].labels, S("le")),
		    &le) || isnan(le))
			continue;
		for (uint32_t k = 0; k < d->s[i].n && n < BUCKETS_MAX; k++)
			if (d->s[i].s[k].t == t)
				b[n++] = (struct bucket){ le,
				    d->s[i].s[k].v };
	}
	qsort(b, n, sizeof *b, by_le);
	return n;
}

static inline const struct hist *
nhcb_at(struct data *d, struct labels base, int64_t t)
{
	struct hist *h = arena_zero(&d->mem, struct hist, 1);
	struct bucket b[BUCKETS_MAX];
	uint32_t n = buckets_at(d, base, t, b);
	double before = 0;

	h->schema = HIST_CUSTOM;
	h->bound = arena_new(&d->mem, double, n + 1);
	h->pos.count = arena_zero(&d->mem, double, n + 1);
	h->count = n > 0 ? b[n - 1].v : 0;
	value_at(d, base, S("_count"), t, &h->count);
	value_at(d, base, S("_sum"), t, &h->sum);
	for (uint32_t i = 0; i < n; i++) {
		if (i > 0 && b[i].le == b[i - 1].le)
			continue;
		if (b[i].v < before)
			die("load_with_nhcb: counts decrease");
		if (isfinite(b[i].le))
			h->bound[h->nbound++] = b[i].le;
		h->pos.count[h->pos.n++] = b[i].v - before;
		before = b[i].v;
	}
	if (h->pos.n == h->nbound)	/* no +Inf */
		h->pos.count[h->pos.n++] = h->count - before;
	return h;
}

/* Beside the classic series, the histograms they are. */
static inline void
make_nhcb(struct data *d)
{
	uint32_t classic = d->n;

	for (uint32_t i = 0; i < classic; i++) {
		struct labels base = base_of(d->s[i].labels, S("_bucket"),
		    &d->mem);
		struct loaded to = { .labels = base };

		for (uint32_t k = 0; k < d->n && base.n > 0; k++)
			if (labels_cmp(d->s[k].labels, base) == 0)
				base.n = 0;	/* it is made already */
		if (base.n == 0)
			continue;
		to.s = arena_new(&d->mem, struct sample, d->s[i].n);
		to.cap = d->s[i].n;
		for (; to.n < d->s[i].n; to.n++)
			to.s[to.n] = (struct sample){ .t = d->s[i].s[to.n].t,
				.h = nhcb_at(d, base, d->s[i].s[to.n].t) };
		*data_series(d, base) = to;
	}
}

#endif
