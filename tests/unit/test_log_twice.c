/* Where streams are in two parts, and all of a part that is there twice. */
#include "log/twice.h"

#include <stdlib.h>

#include "base/err.h"
#include "unit.h"

#define TIMES	100000u

static void
test_zones(void)
{
	struct twice t = { 0 };
	struct zone *z;

	twice_note(&t, S("a"), 0, 10, 20);
	twice_note(&t, S("a"), 1, 15, 30);
	twice_note(&t, S("a"), 2, 40, 50);
	twice_note(&t, S("b"), 0, 10, 20);
	twice_note(&t, S("b"), 2, 21, 50);
	twice_note(&t, S("c"), 1, 22, 24);
	twice_note(&t, S("c"), 2, 24, 26);
	twice_find(&t);
	CHECK(t.any && !twice_of(&t, S("b")));
	const struct twice_zones *a = twice_of(&t, S("a"));
	CHECK(a && a->zones == 1 && twice_in(a, 15) && twice_in(a, 20) &&
	    !twice_in(a, 14) && !twice_in(a, 21));
	CHECK(twice_all(&t, 0, &z) == 2 && z[0].from == 15 && z[1].to == 24);
	CHECK(twice_all(&t, 3, &z) == 2);
	CHECK(twice_all(&t, 4, &z) == 1 && z[0].from == 15 && z[0].to == 24);
	twice_free(&t);
}

/* Memory must not grow with the square of the times. */
static void
test_all_twice(void)
{
	struct twice t = { 0 };
	struct twice_row *row = xmalloc(2 * TIMES * sizeof *row);
	struct zone *z;

	for (uint32_t part = 0; part < 2; part++)
		twice_note(&t, S("a"), part, 1000, 1000 + 10 * TIMES);
	twice_find(&t);
	for (uint32_t i = 0; i < 2 * TIMES; i++)
		row[i] = (struct twice_row){ twice_stream(&t, S("a")), i & 1,
			1000 + 10 * (uint64_t)(i / 2) };
	twice_narrow(&t, row, 2 * TIMES);
	const struct twice_zones *a = twice_of(&t, S("a"));
	CHECK(a && a->zones == TIMES && twice_in(a, 1000) &&
	    !twice_in(a, 1001));
	CHECK(t.mem.used < TIMES * 100);
	CHECK(twice_all(&t, 9, &z) == TIMES);
	CHECK(twice_all(&t, 10, &z) == 1 && z->to == 1000 + 10 * (TIMES - 1));
	twice_free(&t);
	free(row);
}

int
main(void)
{
	test_zones();
	test_all_twice();
	return unit_done();
}
