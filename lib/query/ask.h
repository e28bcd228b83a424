/*
 * ask: what the options that all query tools share mean.
 *
 * Times are [from, to); 0, 0 asks for everything.
 */
#ifndef QUERY_ASK_H
#define QUERY_ASK_H

#include "base/buf.h"
#include "base/err.h"
#include "block/stripe.h"

enum ask_out { ASK_AUTO, ASK_TABLE, ASK_JSON, ASK_CSV, ASK_IDS, ASK_REC,
	ASK_RAW };

/* "table", "json", "csv", "ids", "rec", "raw": ERR_QUERY for another. */
int ask_out(const char *word, enum ask_out *, struct err *);
/* --since, --from, --to as given (NULL: not). ERR_QUERY when they clash. */
int ask_range(const char *since, const char *from, const char *to,
    uint64_t now, uint64_t *range_from, uint64_t *range_to, struct err *);
/* A count for --limit and the like: digits, or "all" for 0. */
int ask_count(const char *word, const char *option, uint64_t *n,
    struct err *);
/*
 * Says why an answer is empty: "no match; the store holds T1 to T2", with the
 * range asked for when there was one. `any`: min and max hold.
 */
void ask_no_match(void (*say)(void *arg, const char *msg), void *arg, bool any,
    uint64_t min, uint64_t max, uint64_t from, uint64_t to);
/* The words of --stats: "N WHAT, 1.2 ms; stripes, pages, bytes read". */
struct str ask_stats(struct arena *, const struct scan_count *, uint64_t n,
    const char *what, uint64_t ns);

#endif
