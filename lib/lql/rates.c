/* Functions of all samples of a window. logql.md 10.2. */
#include <math.h>

#include "lql/meter.h"

/* ---- quantiles -------------------------------------------------------------- */

static bool
before(double x, double y)
{
	return isnan(x) ? !isnan(y) : x < y;
}

/* Puts the value of rank k where it belongs, smaller ones before it. */
static void
select_rank(double *v, uint32_t n, uint32_t k)
{
	uint32_t lo = 0, hi = n;

	while (hi - lo > 1) {
		double pivot = v[lo + (hi - lo - 1) / 2];
		uint32_t i = lo, j = hi - 1;

		for (;;) {
			while (before(v[i], pivot))
				i++;
			while (before(pivot, v[j]))
				j--;
			if (i >= j)
				break;
			double t = v[i];

			v[i++] = v[j];
			v[j--] = t;
		}
		/* [lo, j] is not above the pivot, (j, hi) not below */
		if (k <= j)
			hi = j + 1;
		else
			lo = j + 1;
	}
}

double
meter_quantile(double q, double *v, uint32_t n)
{
	double rank = q * (n - 1), part, next;
	uint32_t lo;

	if (isnan(q))
		return NAN;
	if (q < 0 || q > 1)
		return q < 0 ? -INFINITY : INFINITY;
	lo = (uint32_t)floor(rank);
	part = rank - floor(rank);
	select_rank(v, n, lo);
	next = v[lo + 1 < n ? lo + 1 : lo];
	for (uint32_t i = lo + 2; i < n; i++)
		if (before(v[i], next))
			next = v[i];
	return v[lo] * (1 - part) + next * part;
}

/* ---- rate_counter ----------------------------------------------------------- */

double
meter_rate_counter(const struct raw *v, uint32_t n, int64_t end,
    uint64_t width)
{
	double sampled, gap, to_start, to_end, over, zero, range, d;

	if (n < 2)
		return 0;
	d = v[n - 1].v - v[0].v;
	for (uint32_t i = 1; i < n; i++)
		if (v[i].v < v[i - 1].v)
			d += v[i - 1].v;
	range = (double)width / 1e9;
	sampled = (double)(v[n - 1].t - v[0].t) / 1e9;
	gap = sampled / (n - 1);
	to_start = range - (double)(end - v[0].t) / 1e9;
	to_end = (double)(end - v[n - 1].t) / 1e9;
	over = gap * 1.1;
	if (to_start >= over)
		to_start = gap / 2;
	if (to_end >= over)
		to_end = gap / 2;
	if (d > 0 && v[0].v >= 0) {
		zero = sampled * (v[0].v / d);
		to_start = zero < to_start ? zero : to_start;
	}
	return d * ((sampled + to_start + to_end) / sampled) / range;
}
