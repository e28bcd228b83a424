#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/err.h"

#define NEXT_MAX	(64u << 20)	/* kept over a reset in one piece */
#define ZERO_ALONE	(128u << 10)	/* the system may have it zeroed */
#define HUGE_PAGE	((size_t)2 << 20)
#if defined(__SANITIZE_ADDRESS__)
enum { EACH_ITS_OWN = 1 };
#else
enum { EACH_ITS_OWN = 0 };
#endif

struct arena_piece {
	struct arena_piece *next;
	size_t size;
	_Alignas(16) char mem[];
};

/* With their heads, as huge pages are cut. */
#define PIECE	((64u << 10) - sizeof(struct arena_piece))	/* the first */
#define PIECE_MAX	((4u << 20) - sizeof(struct arena_piece))

/* Large ones lie in huge pages where the system has them: one fault for 512. */
static struct arena_piece *
piece_new(size_t n)
{
	struct arena_piece *pc;
	size_t all = sizeof *pc + n;

	if (all < HUGE_PAGE || EACH_ITS_OWN) {
		pc = xmalloc(all);
		pc->size = n;
		return pc;
	}
	all = (all + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
	pc = aligned_alloc(HUGE_PAGE, all);
	if (!pc)
		die("out of memory: %zu bytes", all);
	madvise(pc, all, MADV_HUGEPAGE);	/* advice: may fail */
	pc->size = all - sizeof *pc;
	return pc;
}

/* A spare one with room for n bytes, or a new one of `size`. */
static struct arena_piece *
piece_get(struct arena *a, size_t n, size_t size)
{
	struct arena_piece *pc;

	for (struct arena_piece **at = &a->spare; *at; at = &(*at)->next)
		if ((*at)->size >= n) {
			pc = *at;
			*at = pc->next;
			return pc;
		}
	return piece_new(size);
}

static struct arena_piece *
piece_add(struct arena *a, size_t n, size_t size)
{
	struct arena_piece *pc;

	if (size > SIZE_MAX / 2)
		die("out of memory: %zu bytes", size);
	pc = piece_get(a, n, size);
	pc->next = a->pieces;
	a->pieces = pc;
	return pc;
}

static void *
take(struct arena *a, size_t n)
{
	size_t round = ((n > 0 ? n : 1) + 15) & ~(size_t)15;

	a->used += round;
	if (EACH_ITS_OWN)
		return piece_add(a, n, n)->mem;
	if (round > (size_t)(a->end - a->at)) {
		size_t size = a->pieces ? a->pieces->size * 2 : PIECE;

		if (size > PIECE_MAX)
			size = PIECE_MAX;
		if (!a->pieces && a->next > size)
			size = a->next;
		if (a->grain > 0 && (a->pieces || a->grain < PIECE))
			size = a->grain;
		if (round > (a->grain > 0 ? a->grain : size / 4) && a->pieces) {
			/* a large one stands alone, behind the newest */
			struct arena_piece *newest = a->pieces, *pc;

			a->pieces = newest->next;
			pc = piece_add(a, round, round);
			newest->next = pc;
			a->pieces = newest;
			return pc->mem;
		}
		if (size < round)
			size = round;
		struct arena_piece *pc = piece_add(a, round, size);

		a->at = pc->mem;
		a->end = pc->mem + pc->size;
	}
	void *p = a->at;

	a->at += round;
	return p;
}

void *
arena_get(struct arena *a, size_t n, size_t size)
{
	size_t all;

	if (__builtin_mul_overflow(n, size, &all) || all > SIZE_MAX / 4)
		die("out of memory: %zu times %zu bytes", n, size);
	return take(a, all);
}

void *
arena_get0(struct arena *a, size_t n, size_t size)
{
	size_t all;

	if (!EACH_ITS_OWN && a->pieces &&
	    !__builtin_mul_overflow(n, size, &all) && all >= ZERO_ALONE &&
	    all <= SIZE_MAX / 4) {
		struct arena_piece *newest = a->pieces, *pc;

		pc = xcalloc(1, sizeof *pc + all);
		pc->size = all;
		pc->next = newest->next;
		newest->next = pc;
		a->used += all;
		a->alone += all;
		return pc->mem;
	}
	return memset(arena_get(a, n, size), 0, n * size);
}

void *
arena_try(struct arena *a, size_t n)
{
	if (a->cap > 0 && (n > a->cap || a->used > a->cap - n))
		return NULL;
	return take(a, n);
}

struct str
arena_str(struct arena *a, struct str s)
{
	char *p = arena_new(a, char, s.n + 1);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return str_mk(p, s.n);
}

void *
arena_grow(struct arena *a, void *p, size_t n, size_t to, size_t size)
{
	void *q = arena_get(a, to, size);

	if (n > 0)
		memcpy(q, p, n * size);
	return q;
}

struct str
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	char *p = arena_new(a, char, (size_t)n + 1);

	vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return str_mk(p, (size_t)n);
}

/*
 * A loop that resets at its top asks for about the same each time. Memory
 * given back would come anew from the system, page fault by page fault.
 */
void
arena_reset(struct arena *a)
{
	struct arena_piece *keep = EACH_ITS_OWN ? NULL : a->pieces;
	size_t plain = a->used - a->alone;

	if (keep && keep->size < plain && keep->size < NEXT_MAX) {
		keep = NULL;
		a->next = plain > NEXT_MAX ? NEXT_MAX : plain + plain / 4;
	}

	for (struct arena_piece *pc = keep ? keep->next : a->pieces, *next; pc;
	    pc = next) {
		next = pc->next;
		free(pc);
	}
	a->pieces = keep;
	if (keep) {
		keep->next = NULL;
		a->at = keep->mem;
		a->end = keep->mem + keep->size;
	} else
		a->at = a->end = NULL;
	a->used = a->alone = 0;
}

static void
free_all(struct arena_piece *pc)
{
	for (struct arena_piece *next; pc; pc = next) {
		next = pc->next;
		free(pc);
	}
}

void
arena_free(struct arena *a)
{
	free_all(a->pieces);
	free_all(a->spare);
	a->pieces = a->spare = NULL;
	a->at = a->end = NULL;
	a->used = a->alone = 0;
}

void
arena_thin(struct arena *a)
{
	free_all(a->spare);
	a->spare = NULL;
}

void
arena_pass(struct arena *to, struct arena *from)
{
	struct arena_piece **end = &to->spare;

	if (EACH_ITS_OWN) {
		arena_free(from);
		return;
	}
	while (*end)
		end = &(*end)->next;
	*end = from->pieces;
	while (*end)
		end = &(*end)->next;
	*end = from->spare;
	from->pieces = from->spare = NULL;
	arena_free(from);
}
