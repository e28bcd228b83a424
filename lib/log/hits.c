#include "log/hits.h"

#include <stdlib.h>

static bool
before(const struct log_hit *a, const struct log_hit *b)
{
	return a->time != b->time ? a->time < b->time : a->at < b->at;
}

static int
by_time(const void *a, const void *b)
{
	return before(a, b) ? -1 : before(b, a);
}

static void
swap(struct log_hit *a, struct log_hit *b)
{
	struct log_hit t = *a;

	*a = *b;
	*b = t;
}

/* Moves the k earliest (or latest) of the n to the front, in any order. */
static void
best(struct log_hit *v, uint32_t n, uint32_t k, bool earliest)
{
	uint32_t lo = 0, hi = n;

	while (hi - lo > 1 && k > lo && k < hi) {
		uint32_t put = lo;

		swap(&v[lo + (hi - lo) / 2], &v[hi - 1]);
		for (uint32_t i = lo; i < hi - 1; i++)
			if (before(&v[i], &v[hi - 1]) == earliest)
				swap(&v[i], &v[put++]);
		swap(&v[put], &v[hi - 1]);
		if (put >= k)
			hi = put;
		else
			lo = put + 1;
	}
}

static void
reverse(struct log_hit *v, uint32_t n)
{
	for (uint32_t i = 0; i < n / 2; i++)
		swap(&v[i], &v[n - 1 - i]);
}

/*
 * The k earliest (or latest), and all of the same time as the last of them:
 * which of those comes first is known only beside the other parts.
 */
static uint32_t
cut(struct log_hit *v, uint32_t n, uint32_t k, bool earliest)
{
	uint64_t last = v[0].time;

	best(v, n, k, earliest);
	for (uint32_t i = 0; i < k; i++)
		if (i == 0 || (v[i].time > last) == earliest)
			last = v[i].time;
	for (uint32_t i = k; i < n; i++)
		if (v[i].time == last)
			swap(&v[i], &v[k++]);
	return k;
}

uint32_t
hits_order(struct log_hit *v, uint32_t n, uint64_t limit, bool forward)
{
	bool sorted = true;

	if (limit > 0 && limit < n)
		n = cut(v, n, (uint32_t)limit, forward);
	for (uint32_t i = 1; i < n && sorted; i++)
		sorted = before(&v[i - 1], &v[i]);
	if (!sorted)
		qsort(v, n, sizeof *v, by_time);
	if (!forward)
		reverse(v, n);
	return n;
}
