#include "base/heap.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define AHEAD	(64 << 20)
#define ALONE	(4 << 20)
#define HUGE	((uintptr_t)2 << 20)

void
heap_keep(void)
{
	mallopt(M_MMAP_THRESHOLD, ALONE);
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	mallopt(M_TOP_PAD, AHEAD);
}

void
heap_huge(void)
{
	uintptr_t from, to;
	void *volatile first;	/* or the compiler would do without */

	heap_keep();
	mallopt(M_MMAP_THRESHOLD, 1 << 30);
	mallopt(M_ARENA_MAX, 1);
	/* more than is there already: the heap grows by AHEAD */
	from = ((uintptr_t)sbrk(0) + HUGE - 1) & ~(HUGE - 1);
	first = malloc(256 << 10);
	free(first);
	to = (uintptr_t)sbrk(0) & ~(HUGE - 1);
	if (from < to)
		madvise((void *)from, to - from, MADV_HUGEPAGE);
}
