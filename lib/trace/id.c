#include "trace/id.h"

#include <stdlib.h>

#include "base/err.h"

#define SPREAD_MIN	64u	/* fewer are sorted as they are */
#define FEW		16u	/* by insertion */
#define BITS_MAX	24u

static int
compare(const void *a, const void *b)
{
	return id_cmp(a, b);
}

static void
sort_group(struct id *v, size_t n)
{
	if (n > FEW) {
		qsort(v, n, sizeof *v, compare);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		struct id it = v[i];
		size_t k = i;

		for (; k > 0 && id_cmp(&v[k - 1], &it) > 0; k--)
			v[k] = v[k - 1];
		v[k] = it;
	}
}

/* For n ids about as many groups by leading bits, times 2^more. */
static unsigned
lead_bits(size_t n, unsigned more)
{
	unsigned bits = 1;

	while (bits < BITS_MAX && (n >> bits) > 0)
		bits++;
	return bits + more < BITS_MAX ? bits + more : BITS_MAX;
}

/* from[k]: how many ids come before those that lead with k. */
static uint32_t *
count_leads(uint32_t *from, unsigned bits, const struct id *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		from[(id_half(&v[i], 0) >> (64 - bits)) + 1]++;
	for (size_t k = 1; k <= (size_t)1 << bits; k++)
		from[k] += from[k - 1];
	return from;
}

/* Random ids lie in their groups nearly one by one; others are sorted there. */
void
id_sort(struct id *v, size_t n)
{
	unsigned bits = lead_bits(n, 0);
	uint32_t *at;
	struct id *out;

	if (n < SPREAD_MIN) {
		sort_group(v, n);
		return;
	}
	at = count_leads(xcalloc(((size_t)1 << bits) + 1, sizeof *at), bits,
	    v, n);
	out = xcalloc(n, sizeof *out);
	for (size_t i = 0; i < n; i++)
		out[at[id_half(&v[i], 0) >> (64 - bits)]++] = v[i];
	for (size_t k = 0, from = 0; k < (size_t)1 << bits; from = at[k++])
		sort_group(out + from, at[k] - from);
	memcpy(v, out, n * sizeof *v);
	free(out);
	free(at);
}

size_t
id_unique(struct id *v, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (kept == 0 || id_cmp(&v[kept - 1], &v[i]) != 0)
			v[kept++] = v[i];
	return kept;
}

void
id_index(struct id_index *ix, const struct id *sorted, size_t n,
    struct arena *a)
{
	unsigned bits = lead_bits(n, 2);

	*ix = (struct id_index){ sorted, n, 64 - bits,
	    count_leads(arena_zero(a, uint32_t, ((size_t)1 << bits) + 1), bits,
	    sorted, n) };
}
