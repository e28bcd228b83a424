/* h2give: bytes for an HTTP/2 session, as the server gives them. */
#ifndef TESTS_H2GIVE_H
#define TESTS_H2GIVE_H

#include <stdlib.h>
#include <string.h>

#include "net/h2.h"

/* At its place where there is one, else by a copy. */
static inline int
h2_give(struct h2 *h, struct str piece)
{
	struct h2_place at = h2_place(h);
	size_t n = at.n < piece.n ? at.n : piece.n;
	char *copy;
	int r = 0;

	if (n > 0) {
		memcpy(at.p, piece.p, n);
		r = h2_recv(h, str_mk(at.p, n), NULL);
	}
	if (r == -1 || n == piece.n)
		return r;
	copy = memcpy(malloc(piece.n - n), piece.p + n, piece.n - n);
	r = h2_recv(h, str_mk(copy, piece.n - n), NULL);
	free(copy);
	return r;
}

#endif
