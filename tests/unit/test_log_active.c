/* Too many streams, and when there is room again. */
#include "log/active.h"

#include <stdio.h>

#include "log/columns.h"
#include "unit.h"

static bool
let(struct active *a, unsigned no, uint64_t t)
{
	char name[16];
	int n = snprintf(name, sizeof name, "s%u", no);

	return active_let(a, str_mk(name, (size_t)n), t);
}

int
main(void)
{
	struct active a = { 0 };
	const unsigned max = LOG_STREAMS_MAX;
	uint64_t t = UINT64_C(1767225600000000000);
	unsigned refused = 0;

	for (unsigned i = 0; i < max; i++)
		refused += !let(&a, i, t + i);
	CHECK(refused == 0 && !let(&a, max, t) && let(&a, 7, t));
	/* all were there in the last half hour */
	t += ACTIVE_NS + 1;
	CHECK(!let(&a, max, t) && let(&a, 7, t) && let(&a, 8, t));
	/* now only those two were */
	t += ACTIVE_NS + 1;
	CHECK(let(&a, max, t) && let(&a, 7, t) && a.streams.n == 3);
	/* a clock that is set back is a new time */
	t -= 2 * ACTIVE_NS;
	CHECK(let(&a, 9, t) && a.streams.n == 3);
	active_free(&a);
	return unit_done();
}
