/* trace ids: sorted and found as memcmp and a search through all would. */
#include "unit.h"

#include "block/vec.h"
#include "dice.h"
#include "trace/id.h"

#define MANY	3000u

static int
by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct id));
}

/* Ids of which `same` leading bytes are alike, some of them twice. */
static void
fill(struct id *v, size_t n, unsigned same)
{
	for (size_t i = 0; i < n; i++) {
		memset(v[i].b, 0x80, sizeof v[i].b);
		for (unsigned k = same; k < sizeof v[i].b; k++)
			v[i].b[k] = (uint8_t)roll(256);
		if (i > 0 && roll(8) == 0)
			v[i] = v[roll((uint32_t)i)];
	}
}

static bool
has(const struct id *v, size_t n, const struct id *id)
{
	for (size_t i = 0; i < n; i++)
		if (memcmp(&v[i], id, sizeof *id) == 0)
			return true;
	return false;
}

static void
sorted_and_found(size_t n, unsigned same)
{
	static struct id v[MANY], want[MANY], other[64];
	struct arena a = { 0 };
	struct id_index ix;
	size_t kept;

	fill(v, n, same);
	memcpy(want, v, n * sizeof *v);
	id_sort(v, n);
	qsort(want, n, sizeof *want, by_bytes);
	CHECK(memcmp(v, want, n * sizeof *v) == 0);
	kept = id_unique(v, n);
	for (size_t i = 1; i < kept; i++)
		CHECK(memcmp(&v[i - 1], &v[i], sizeof *v) < 0);
	id_index(&ix, v, kept, &a);
	for (size_t i = 0; i < kept; i++)
		CHECK(id_find(&ix, &v[i]) == i);
	fill(other, 64, same);
	for (size_t i = 0; i < 64; i++)
		CHECK((id_find(&ix, &other[i]) != ID_NONE) ==
		    has(v, kept, &other[i]));
	arena_free(&a);
}

static void
ranges_of_bits(void)
{
	for (unsigned round = 0; round < 2000; round++) {
		uint64_t b[4] = { 0 }, want[4] = { 0 };
		uint32_t from = roll(257), to = roll(257), at = roll(256);

		bits_fill(b, from, to);
		for (uint32_t i = from; i < to; i++)
			bit_set(want, i);
		CHECK(memcmp(b, want, sizeof b) == 0);
		CHECK(bits_any_of(b, at, 256) == (from < to && at < to));
		memset(b, 0, sizeof b);
		bit_set(b, at);
		CHECK(bits_any_of(b, from, to) == (from <= at && at < to));
	}
}

int
main(void)
{
	static const size_t sizes[] = { 0, 1, 2, 63, 64, 65, 500, MANY };

	for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
		for (unsigned same = 0; same <= 15; same += 5)
			sorted_and_found(sizes[k], same);
	ranges_of_bits();
	return unit_done();
}
