/*
 * time: Unix nanoseconds in, and out, of the forms people write.
 *
 * All times are uint64_t nanoseconds since 1970, UTC; 0 means unknown.
 */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

#define NS_US	UINT64_C(1000)
#define NS_MS	UINT64_C(1000000)
#define NS_S	UINT64_C(1000000000)

uint64_t time_now(void);	/* the wall clock */
uint64_t time_mono(void);	/* for measuring */
/* RFC 3339 UTC with `digits` (0 to 9) of the second: out holds 40 bytes. */
char *time_format(char out[40], uint64_t ns, unsigned digits);
/*
 * A point in time as the tools' --from, --to and --since take it: RFC 3339
 * (also a date alone, or without a zone: UTC), Unix seconds with or without a
 * fraction (up to 11 digits before it), ms, us or ns (13, 16, 19 digits),
 * "now", or a Prometheus duration before or after `now`: -1h, +5m, and for
 * --since 1h alone, which the caller asks for by `ago`. ERR_QUERY if none.
 */
int time_parse(struct str, uint64_t now, bool ago, uint64_t *ns, struct err *);

#endif
