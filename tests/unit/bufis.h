/* bufis: what was put into a buf, held against what should be there. */
#ifndef TESTS_BUFIS_H
#define TESTS_BUFIS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"

/* Whether it is just this; says what it is, if not. Leaves it empty. */
static inline bool
is(struct buf *b, const char *want)
{
	bool same = str_eq(buf_str(b), str_of(want));

	if (!same)
		fprintf(stderr, "  got: %.*s\n", PS(buf_str(b)));
	buf_reset(b);
	return same;
}

#endif
