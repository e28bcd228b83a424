#include "query/hist.h"

#include <math.h>

static bool
same_f64(double a, double b)
{
	union { double f; uint64_t bits; } x = { a }, y = { b };

	return x.bits == y.bits;
}

/* Without empty buckets at its ends. */
static struct hist_side
trimmed(struct hist_side s)
{
	while (s.n > 0 && s.count[s.n - 1] == 0)
		s.n--;
	while (s.n > 0 && s.count[0] == 0) {
		s.count++;
		s.first++;
		s.n--;
	}
	return s;
}

static bool
same_side(struct hist_side a, struct hist_side b)
{
	a = trimmed(a);
	b = trimmed(b);
	if (a.n != b.n || (a.n > 0 && a.first != b.first))
		return false;
	for (uint32_t i = 0; i < a.n; i++)
		if (!same_f64(a.count[i], b.count[i]))
			return false;
	return true;
}

static bool
same_bounds(const struct hist *a, const struct hist *b)
{
	for (uint32_t i = 0; i < a->nbound; i++)
		if (a->bound[i] != b->bound[i])
			return false;
	return true;
}

bool
hist_same(const struct hist *a, const struct hist *b)
{
	return a->schema == b->schema && same_f64(a->count, b->count) &&
	    same_f64(a->sum, b->sum) && same_f64(a->zero, b->zero) &&
	    a->zero_width == b->zero_width && a->nbound == b->nbound &&
	    same_bounds(a, b) && same_side(a->pos, b->pos) && same_side(a->neg, b->neg);
}

static void
scale_side(struct hist_side *s, double f, struct arena *a)
{
	const double *from = s->count;

	s->count = arena_new(a, double, s->n);
	for (uint32_t i = 0; i < s->n; i++)
		s->count[i] = from[i] * f;
}

struct hist *
hist_scale(const struct hist *h, double f, struct arena *a)
{
	struct hist *out = arena_new(a, struct hist, 1);

	*out = *h;
	out->count *= f;
	out->sum *= f;
	out->zero *= f;
	scale_side(&out->pos, f, a);
	scale_side(&out->neg, f, a);
	if (f < 0)
		out->hint = HIST_GAUGE;
	return out;
}

/* The upper end of a positive bucket. */
static double
bound(const struct hist *h, int64_t i)
{
	if (h->schema == HIST_CUSTOM)
		return i < 0 ? -INFINITY : i >= (int64_t)h->nbound ?
		    INFINITY : h->bound[i];
	return exp2(ldexp((double)i, -h->schema));
}

void
hist_print(struct buf *b, const struct hist *h)
{
	buf_addf(b, "{count:%g, sum:%g", h->count, h->sum);
	for (uint32_t k = h->neg.n; k-- > 0;)
		if (h->neg.count[k] != 0)
			buf_addf(b, ", [%g,%g):%g",
			    -bound(h, h->neg.first + (int64_t)k),
			    -bound(h, h->neg.first + (int64_t)k - 1),
			    h->neg.count[k]);
	if (h->zero != 0)
		buf_addf(b, ", [%g,%g]:%g", -h->zero_width, h->zero_width,
		    h->zero);
	for (uint32_t k = 0; k < h->pos.n; k++)
		if (h->pos.count[k] != 0)
			buf_addf(b, ", (%g,%g]:%g",
			    bound(h, h->pos.first + (int64_t)k - 1),
			    bound(h, h->pos.first + (int64_t)k),
			    h->pos.count[k]);
	buf_u8(b, '}');
}
