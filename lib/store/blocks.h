/*
 * blocks: a reader's snapshot: a manifest with its blocks open.
 *
 * No lock is taken. A block may be gone by the time it is opened, because a
 * merge replaced it more than a minute ago; then a newer manifest is there,
 * and all begins again. With the same manifest it is a fault of that block.
 */
#ifndef STORE_BLOCKS_H
#define STORE_BLOCKS_H

#include "store/manifest.h"

struct blocks {
	struct manifest man;
	struct store_block *v;		/* those that opened, oldest first */
	const struct manifest_block **entry;	/* of each */
	size_t n;
	unsigned faults;
};

/* `kind` NULL: of any kind. `tenant` NULL: of all. Faults go to say. */
int blocks_open(struct blocks *, const char *dir, const char *kind,
    const struct str *tenant, void (*say)(void *, const char *), void *arg,
    struct err *);
void blocks_close(struct blocks *);

#endif
