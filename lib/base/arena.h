/*
 * arena: memory with one lifetime.
 *
 * One arena per record, per block being built, per query; arena_reset at the
 * top of the loop ends all of it at once, and no inner function frees. Memory
 * is not zeroed unless said. When memory is out the program says so and stops
 * (base/err); where outside bytes choose the size, a named limit comes first,
 * or arena_try, which gives NULL above the arena's cap. Under ASAN each piece
 * is its own malloc, so that a step past its end is seen.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena {
	struct arena_piece *pieces;	/* newest first */
	char *at, *end;			/* free part of the newest */
	size_t used;			/* bytes handed out since the reset */
	size_t cap;			/* of arena_try; 0: none */
	size_t alone;			/* of those used: in pieces of their own */
	size_t next;			/* of the first piece after a reset */
	size_t grain;			/* of later pieces, and of the first
					   if it is small; 0: any */
	struct arena_piece *spare;	/* to be used before new ones */
};

#define arena_new(a, T, n)	((T *)arena_get((a), (n), sizeof(T)))
#define arena_zero(a, T, n)	((T *)arena_get0((a), (n), sizeof(T)))

void *arena_get(struct arena *, size_t n, size_t size);	/* never NULL */
void *arena_get0(struct arena *, size_t n, size_t size);	/* zeroed */
void *arena_try(struct arena *, size_t n);	/* NULL above the cap */
struct str arena_str(struct arena *, struct str);	/* a copy, NUL after */
/* Grows the array p of n T to `to` T; the old one stays till the reset. */
void *arena_grow(struct arena *, void *p, size_t n, size_t to, size_t size);
struct str arena_printf(struct arena *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* What was used fits into one piece next time, which is kept from then on. */
void arena_reset(struct arena *);
void arena_free(struct arena *);
/* `from` is empty after; `to` uses its memory before it asks for more. */
void arena_pass(struct arena *to, struct arena *from);
/* Gives the spare pieces back. */
void arena_thin(struct arena *);

#endif
