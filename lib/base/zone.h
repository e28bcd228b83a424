/*
 * zone: time zones by their IANA names: "Europe/Paris".
 *
 * Read from /usr/share/zoneinfo (RFC 8536), where Debian's tzdata puts them.
 * A zone without a file is not known; "UTC", "" and "Local" are UTC always. After
 * the last change in a file (2037) its last kind holds.
 */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include "base/arena.h"
#include "base/buf.h"

struct zone_kind {
	int32_t offset;		/* seconds east of UTC */
	char name[8];		/* "CEST" */
};

struct zone {
	int64_t *at;		/* from then on, seconds since 1970, .. */
	uint8_t *to;		/* .. kind[to] */
	uint32_t n;
	struct zone_kind kind[256];
	struct zone_kind first;	/* before all of them */
};

extern const struct zone zone_utc;

/* In the arena; NULL: there is no such zone, or its file is broken. */
const struct zone *zone_find(struct str name, struct arena *);
/* Of this machine: what $TZ names, else /etc/localtime; or UTC. */
const struct zone *zone_here(struct arena *);
/* What holds at a moment, and at a local time (seconds as if it were UTC). */
struct zone_kind zone_at(const struct zone *, int64_t s);
struct zone_kind zone_local(const struct zone *, int64_t local);

#endif
