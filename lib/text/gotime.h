/*
 * gotime: times as Go's package time has them, printed and read by layouts.
 *
 * A layout shows the time Mon Jan 2 15:04:05 MST 2006 in the form wanted:
 * "2006-01-02T15:04:05.000Z07:00". Years 0 to 9999 are read, any is printed.
 */
#ifndef TEXT_GOTIME_H
#define TEXT_GOTIME_H

#include "base/zone.h"

struct gotime {
	int64_t s;		/* since 1970, UTC */
	uint32_t ns;
	int32_t offset;		/* of its zone, seconds east */
	char name[8];		/* of its zone: "UTC", "CEST", "+0200" */
};

/* 0001-01-01 00:00:00 UTC: what Go gives for no time. */
extern const struct gotime gotime_zero;

struct gotime gotime_unix(int64_t s, uint32_t ns);	/* UTC */
struct gotime gotime_utc(struct gotime);		/* the same moment */
/* Wraps around, as Go's does, beyond what 64 bits hold. */
int64_t gotime_nanos(const struct gotime *);

void gotime_format(struct buf *, struct str layout, const struct gotime *);
/* "2023-11-14 22:13:20.123456789 +0000 UTC" */
void gotime_print(struct buf *, const struct gotime *);
/* Without a zone in the text, its local time in this one. false: no such. */
bool gotime_parse(struct str layout, struct str text, const struct zone *,
    struct gotime *);

#endif
