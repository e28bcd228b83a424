/*
 * watch: how many values the labels of streams have.
 *
 * Each value is a stream of its own, and many streams are what Loki bears
 * least: a label that reaches `max` values is named, once. Values are known
 * by their hashes, and only of the first WATCH_LABELS names.
 */
#ifndef LOKI_WATCH_H
#define LOKI_WATCH_H

#include "base/hash.h"

#define WATCH_LABELS	64u

struct watch {			/* zero-initialise, set these three */
	void (*say)(void *arg, const char *msg);
	void *arg;
	uint32_t max;
	struct map names;
	struct map values[WATCH_LABELS];	/* by name; empty when said */
	bool said[WATCH_LABELS];
};

/* The labels of one stream, as pairs. */
void watch_labels(struct watch *, struct str pairs);
void watch_free(struct watch *);

#endif
