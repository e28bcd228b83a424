#include "log/active.h"

#include <stdlib.h>

#include "base/err.h"
#include "log/columns.h"

static void
add(struct active *a, struct str stream, bool seen)
{
	uint32_t no = map_add(&a->streams, stream, NULL);

	if (no >= a->cap) {
		a->cap = a->cap * 2 + 64;
		a->seen = xrealloc(a->seen, a->cap, sizeof *a->seen);
	}
	a->seen[no] = seen;
}

/* Leaves those that lines came for since the last turn. */
static void
turn(struct active *a, uint64_t now)
{
	struct active old = *a;

	*a = (struct active){ .since = now };
	for (uint32_t i = 0; i < old.streams.n; i++)
		if (old.seen[i])
			add(a, old.streams.key[i], false);
	active_free(&old);
}

bool
active_let(struct active *a, struct str stream, uint64_t received)
{
	uint64_t past = received > a->since ? received - a->since :
	    a->since - received;
	uint32_t no;

	if (past > ACTIVE_NS)
		turn(a, received);
	no = map_find(&a->streams, stream);
	if (no != MAP_NONE)
		a->seen[no] = true;
	else if (a->streams.n < LOG_STREAMS_MAX)
		add(a, stream, true);
	else
		return false;
	return true;
}

void
active_free(struct active *a)
{
	map_free(&a->streams);
	free(a->seen);
	*a = (struct active){ 0 };
}
