#include "base/heap.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define AHEAD	(64 << 20)
#define ALONE	(4 << 20)
#define HUGE	((uintptr_t)2 << 20)
#define MORE	(256 << 10)	/* than a heap begins with */
#define HEADS	64		/* malloc's, of what follows */

void
heap_keep(void)
{
	mallopt(M_MMAP_THRESHOLD, ALONE);
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	mallopt(M_TOP_PAD, AHEAD);
}

/*
 * A page that was touched before is not part of a huge one, nor are those
 * around it: what lies before the first huge page is taken here, and neither
 * used nor given back.
 */
static void
begin_huge(uintptr_t first)
{
	uintptr_t from = (first + MORE + HUGE) & ~(HUGE - 1);
	uintptr_t to = (uintptr_t)sbrk(0) & ~(HUGE - 1);
	void *volatile hole;	/* or the compiler would do without */

	if (from >= to || first > to)
		return;		/* not malloc's own heap */
	madvise((void *)from, to - from, MADV_HUGEPAGE);
	hole = malloc(from - first - HEADS);
	(void)hole;
	/* kept for ever: NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
}

void
heap_huge(void)
{
	void *volatile piece;
	uintptr_t first;

	heap_keep();
	mallopt(M_MMAP_THRESHOLD, 1 << 30);
	mallopt(M_ARENA_MAX, 1);
	/* more than is there already: the heap grows by AHEAD */
	piece = malloc(MORE);
	first = (uintptr_t)piece;
	free(piece);
	begin_huge(first);
}

void
heap_trim(void)
{
	malloc_trim(0);
}
