/*
 * check: the parts of otlp_check that its files, and otlp_strip, share.
 *
 * Functions give 0, or -1 for bytes that do not decode, with the error set.
 * An item that decodes but breaks otlp.md 6.6 is counted as invalid.
 */
#ifndef OTLP_CHECK_H
#define OTLP_CHECK_H

#include "otlp/walk.h"
#include "otlp/wire.h"

struct check {
	struct otlp_sum *sum;
	struct err *e;
	const char *payload;	/* its start, for offsets in messages */
	bool untimed;		/* a valid item has no time */
};

typedef int check_fn(struct check *, struct str item);

/* The check of one item of a signal; NULL for an unknown signal. */
check_fn *check_of(unsigned signal);

/* Metrics: what is known of a metric before its points are looked at. */
struct metric {
	struct str name;
	uint32_t temporality[12];	/* by the field number of the data */
};

#define METRIC_IS_DATA(no)	((no) <= 11 && (1u << (no) & 0xea0))

int check_metric(struct check *, struct str item);
int check_metric_head(struct check *, struct str item, struct metric *);
/* One point of the data in field `no`: counted, and judged. */
int check_point(struct check *, const struct metric *, uint32_t no,
    struct str point);

/* The bytes at the cursor do not decode: sets the error. */
int check_broken(struct check *, const struct cur *);
/* A message whose field `no` is KeyValues; 0: that has none. */
int check_message(struct check *, struct str, uint32_t no);
int check_keyvalue(struct check *, struct str, unsigned depth);
/* Counts the item just counted as invalid; the first one's reason is kept. */
void check_invalid(struct check *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The time of a valid item. */
void check_time(struct check *, uint64_t ns);

#endif
