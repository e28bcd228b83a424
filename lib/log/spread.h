/*
 * spread: the labels of streams, by how many values each has and how many
 * bytes its pairs take. For --info, and to name the label that makes too many
 * streams.
 */
#ifndef LOG_SPREAD_H
#define LOG_SPREAD_H

#include "base/hash.h"

struct spread_label {
	struct str name;
	struct map values;
	uint64_t bytes;		/* name and value, in each stream */
};

struct spread {
	struct map streams, names;
	struct spread_label *label;	/* by name */
	uint32_t cap;
};					/* zero-initialise */

/* A stream: its labels as pairs. Each counts once. */
void spread_add(struct spread *, struct str stream);
/* Labels with the most values first; equal ones by name. After it only free. */
void spread_sort(struct spread *);
void spread_free(struct spread *);

#endif
