/*
 * unit: what every unit test has: CHECK counts and says where, never stops.
 * main ends with `return unit_done();`, which prints "N passed, N failed".
 */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned unit_passed, unit_failed;

#define CHECK(x) do {							\
	if (x)								\
		unit_passed++;						\
	else {								\
		unit_failed++;						\
		fprintf(stderr, "%s:%d: not so: %s\n", __FILE__,	\
		    __LINE__, #x);					\
	}								\
} while (0)

static inline int
unit_done(void)
{
	printf("%u passed, %u failed\n", unit_passed, unit_failed);
	return unit_failed > 0 || unit_passed == 0;
}

/* SOAK=1 in the environment: the long form of a randomised test. */
static inline unsigned long
unit_rounds(unsigned long check, unsigned long soak)
{
	return getenv("SOAK") ? soak : check;
}

#endif
