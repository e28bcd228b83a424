/*
 * tally: the labels of streams, by how many values each has and how many
 * bytes its pairs take. For --info, and to name the label that makes too many
 * streams.
 */
#ifndef LOG_TALLY_H
#define LOG_TALLY_H

#include "base/hash.h"

struct tally_label {
	struct str name;
	struct map values;
	uint64_t bytes;		/* name and value, in each stream */
};

struct tally {
	struct map streams, names;
	struct tally_label *label;	/* by name */
	uint32_t cap;
};					/* zero-initialise */

/* A stream: its labels as pairs. Each counts once. */
void tally_add(struct tally *, struct str stream);
/* Labels with the most values first; equal ones by name. After it only free. */
void tally_sort(struct tally *);
void tally_free(struct tally *);

#endif
