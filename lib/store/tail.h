/*
 * tail: what the sources hold past the manifest's cursors.
 *
 * Fixed at opening: every source is read once to its last whole record, and
 * later passes give exactly those records again, from memory as far as they
 * are kept there. A spool that is not here is said and left out; one that
 * cannot be read is a fault.
 */
#ifndef STORE_TAIL_H
#define STORE_TAIL_H

#include "store/manifest.h"

struct tail_source {
	const char *dir;
	struct spool_reader *reader;
	struct spool_reader *probe;	/* stands at the end, for tail_grown */
	struct spool_cursor from, end;
	size_t kept_end;		/* of its first records, in tail.kept */
	struct spool_cursor rest;	/* where the others begin, */
	uint64_t records, left;		/* how many they are; of this pass */
};

/* A record of the signal, in memory till the tail is closed. */
struct tail_kept { struct str message; uint64_t off; };

struct tail {
	struct arena mem;
	struct tail_source *source;
	uint32_t sources, at;
	size_t keep;			/* bytes of records to keep at most */
	struct arena keeps;
	struct tail_kept *kept;
	size_t nkept, cap_kept, kept_at;
	bool stays;			/* the last record given is kept */
	struct str held, rest;		/* or records in memory, and of this
					   pass */
	uint64_t now;			/* for records without any time */
	uint64_t records;		/* of the signal, any tenant */
	uint64_t bytes;
	unsigned faults;
	void (*say)(void *arg, const char *msg);
	void *say_arg;
};

/* Called for each record of the signal while the tail is fixed. */
typedef void tail_see(void *arg, const struct rec *);

/* Faults are counted and said, not returned. `see` may be NULL. The caller sets
 * keep, say, say_arg before. */
void tail_open(struct tail *, const char *dir, const struct manifest *,
    enum signal, tail_see *see, void *see_arg);
/* A tail of a record stream in memory, which stays the caller's. */
void tail_hold(struct tail *, struct str records, enum signal,
    tail_see *see, void *see_arg);
/* The next record of the signal: 1, 0, -1; of all tenants. It holds till the
 * next call, or till the end if it `stays`. */
int tail_next(struct tail *, enum signal, struct rec *, struct err *);
void tail_rewind(struct tail *);
bool tail_grown(struct tail *);
void tail_close(struct tail *);

#endif
