/*
 * twice: where streams are in two parts of a view: there, and only there, a
 * line may be stored twice. One part has no line twice.
 */
#ifndef LOG_TWICE_H
#define LOG_TWICE_H

#include "base/hash.h"

struct zone { uint64_t from, to; };	/* of times, both in */

struct twice_zones {		/* of a stream */
	struct { struct zone z; uint32_t part; } *in;	/* where it is */
	uint32_t n, cap;
	struct zone *zone;	/* where twice; ascending, apart */
	uint32_t zones, room;
};

struct twice {
	struct map streams;	/* by the pairs of their labels */
	struct twice_zones *of;
	uint32_t cap;
	bool any;		/* has zones */
	struct arena mem;
};				/* zero-initialise */

void twice_free(struct twice *);
/* The part has the stream in [from, to]; again: at least. */
void twice_note(struct twice *, struct str stream, uint32_t part,
    uint64_t from, uint64_t to);
/* After all notes: finds the zones. */
void twice_find(struct twice *);
/*
 * With all rows that lie in zones: leaves only those times at which a stream
 * has rows in two parts. Sorts the rows.
 */
struct twice_row { uint32_t stream, part; uint64_t time; };
void twice_narrow(struct twice *, struct twice_row *, size_t n);
/* The stream's number, MAP_NONE: it is not known. */
uint32_t twice_stream(const struct twice *, struct str stream);
/* The stream's, or NULL. */
const struct twice_zones *twice_of(const struct twice *, struct str stream);
bool twice_in(const struct twice_zones *, uint64_t time);
/* The least time after this that may be the first in a zone, or behind one. */
uint64_t twice_next(const struct twice_zones *, uint64_t time);
/* Those of all streams as one, and as one if no further apart: how many. */
uint32_t twice_all(struct twice *, uint64_t gap, struct zone **);

#endif
