/*
 * dress: where a post goes, and the headers a person asked for.
 */
#ifndef SEND_DRESS_H
#define SEND_DRESS_H

#include "base/arena.h"
#include "net/client.h"

#define DRESS_HEADERS_MAX	64
#define DRESS_TENANT_MAX	256

struct dress {
	struct str headers[DRESS_HEADERS_MAX];	/* "Name: value" */
	unsigned n;
};

/* One line, which is copied. */
int dress_header(struct dress *, struct str line, struct arena *,
    struct err *);
/* A word of the command line: a line, or "@FILE": those of the file, for what
 * is secret. */
int dress_word(struct dress *, const char *word, struct arena *,
    struct err *);
/* Puts them on the post, and the tenant (empty: none) over theirs. */
int dress_post(const struct dress *, struct str tenant, struct post *,
    struct err *);

/* The address with that path, if it has none of its own. NULL: it is not an
 * http:// or https:// one. */
const char *dress_url(struct arena *, const char *url, const char *path,
    struct err *);

#endif
