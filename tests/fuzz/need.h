/* need: what a fuzz target demands of what it fuzzes; else that is a finding. */
#ifndef TESTS_NEED_H
#define TESTS_NEED_H

#include <stdbool.h>
#include <stdlib.h>

static inline void
need(bool so)
{
	if (!so)
		abort();
}

#endif
