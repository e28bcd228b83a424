/* check: what a traces block promises beyond its checksums. traces(5). */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "trace/cols.h"
#include "trace/ids.h"
#include "trace/kind.h"

struct check {
	struct block *b;
	void (*say)(void *, const char *);
	void *arg;
	unsigned faults;
	struct id_entry *id;	/* of all stripes */
	uint32_t ids, cap;
	uint32_t traces;	/* those replaced included */
	struct id_place *dead;	/* what is replaced */
	size_t ndead, seen;
};

static void __attribute__((format(printf, 2, 3)))
fault(struct check *ck, const char *fmt, ...)
{
	char msg[512];
	int n = snprintf(msg, sizeof msg, "%s: ", block_path(ck->b));
	va_list ap;

	va_start(ap, fmt);
	if (n > 0 && (size_t)n < sizeof msg)
		vsnprintf(msg + n, sizeof msg - (size_t)n, fmt, ap);
	va_end(ap);
	ck->faults++;
	ck->say(ck->arg, msg);
}

static bool
load(struct check *ck, struct stripe *s, enum col no, struct arena *a,
    struct vec *v)
{
	struct err e = { 0 };
	int c = cols_find(s, no);

	if (c != -1 && stripe_load(s, (uint32_t)c, NULL, a, v, &e) == 0)
		return true;
	if (c == -1)
		fault(ck, "a stripe without column %s", col_defs[no].name);
	return false;		/* else block_check has said it */
}

/* Whether the row is replaced; rows are asked for in order. */
static bool
is_dead(struct check *ck, uint32_t stripe, uint32_t row)
{
	const struct id_place *p = &ck->dead[ck->seen];

	if (ck->seen == ck->ndead || p->stripe != stripe || p->row != row)
		return false;
	ck->seen++;
	return true;
}

/*
 * Traces follow each other without gaps; ids are kept. (Their order is not
 * looked at: it may go by the start of a span that was a duplicate.)
 */
static void
check_traces(struct check *ck, uint32_t no, struct stripe *s, struct arena *a)
{
	struct vec id, first, spans, root;
	uint32_t n = stripe_rows(s, TR_TRACE);
	int64_t at = 0;
	/* blocks of before have none */
	bool rooted = cols_find(s, TC_ROOT) != -1 &&
	    load(ck, s, TC_ROOT, a, &root);

	if (!load(ck, s, TC_ID, a, &id) || !load(ck, s, TC_FIRST, a, &first) ||
	    !load(ck, s, TC_SPANS, a, &spans))
		return;
	ck->cap = ck->ids + n;
	ck->id = xrealloc(ck->id, ck->cap + (size_t)1, sizeof *ck->id);
	for (uint32_t r = 0; r < n; r++, ck->traces++) {
		if (!is_dead(ck, no, r)) {
			struct id_entry *it = &ck->id[ck->ids++];

			memcpy(it->id.b, id.fix + (size_t)r * 16, 16);
			it->trace = ck->traces;
		}
		if (first.i[r] != at || spans.i[r] <= 0 ||
		    spans.i[r] > stripe_rows(s, TR_SPAN))
			fault(ck, "stripe %u: trace %u: its spans are not "
			    "where they should be", no, r);
		if (rooted && vec_valid(&root, r) && (root.i[r] < -1 ||
		    root.i[r] >= spans.i[r]))
			fault(ck, "stripe %u: trace %u: its root is not in "
			    "it", no, r);
		at = first.i[r] + spans.i[r];
	}
	if (at != stripe_rows(s, TR_SPAN))
		fault(ck, "stripe %u: spans of no trace", no);
}

static void
check_range(struct check *ck, uint32_t no, struct stripe *s, enum col col,
    int64_t min, int64_t max, struct arena *a)
{
	struct vec v;

	if (!load(ck, s, col, a, &v))
		return;
	for (uint32_t r = 0; r < v.rows; r++)
		if (v.i[r] < min || v.i[r] > max) {
			fault(ck, "stripe %u: column %s: row %u: %lld", no,
			    col_defs[col].name, r, (long long)v.i[r]);
			return;
		}
}

static void
check_parents(struct check *ck, uint32_t no, struct stripe *s,
    struct arena *a)
{
	struct vec v;

	if (!load(ck, s, SP_PARENT, a, &v))
		return;
	for (uint32_t r = 0; r < v.rows; r++)
		if (v.i[r] < -1 || v.i[r] > (int64_t)r) {
			fault(ck, "stripe %u: span %u: parent %lld rows "
			    "before it", no, r, (long long)v.i[r]);
			return;
		}
}

static void
check_stripe(struct check *ck, uint32_t no, struct arena *a)
{
	struct err e = { 0 };
	struct stripe *s = block_stripe(ck->b, no, a, &e);

	if (!s || stripe_rows(s, TR_SPAN) == 0)
		return;
	check_traces(ck, no, s, a);
	check_parents(ck, no, s, a);
	check_range(ck, no, s, SP_RES, 0,
	    (int64_t)stripe_rows(s, TR_RES) - 1, a);
	check_range(ck, no, s, SP_SCOPE, 0,
	    (int64_t)stripe_rows(s, TR_SCOPE) - 1, a);
	if (stripe_rows(s, TR_EVENT) > 0)
		check_range(ck, no, s, EV_SPAN, 0,
		    (int64_t)stripe_rows(s, TR_SPAN) - 1, a);
	if (stripe_rows(s, TR_LINK) > 0)
		check_range(ck, no, s, LK_SPAN, 0,
		    (int64_t)stripe_rows(s, TR_SPAN) - 1, a);
}

static int
by_id(const void *pa, const void *pb)
{
	const struct id_entry *a = pa, *b = pb;
	int r = id_cmp(&a->id, &b->id);

	return r != 0 ? r : (a->trace > b->trace) - (a->trace < b->trace);
}

/* Every trace that is not replaced is found by its id, and nothing else is. */
static void
check_ids(struct check *ck, struct arena *a)
{
	struct err e = { 0 };
	struct id_index ix;
	struct id_hit *hits;
	size_t n;
	struct id *ids;

	if (ck->ids == 0)
		return;
	qsort(ck->id, ck->ids, sizeof *ck->id, by_id);
	ids = arena_new(a, struct id, ck->ids);
	for (uint32_t i = 0; i < ck->ids; i++)
		ids[i] = ck->id[i].id;
	id_index(&ix, ids, id_unique(ids, ck->ids), a);
	if (ids_find(ck->b, &ix, a, &hits, &n, &e) == -1) {
		fault(ck, "%s", e.msg);
		return;
	}
	if (n != ck->ids) {
		fault(ck, "section ids: finds %zu traces of %u", n,
		    ck->ids);
		return;
	}
	for (uint32_t i = 0; i < ck->ids; i++)
		if (hits[i].trace != ck->id[i].trace) {
			fault(ck, "section ids: entry %u: not its trace", i);
			return;
		}
}

unsigned
trace_check(struct block *b, void (*say)(void *, const char *), void *arg)
{
	struct check ck = { .b = b, .say = say, .arg = arg };
	struct arena a = { 0 }, dead = { 0 };
	struct err e = { 0 };

	if (ids_replaced(b, &dead, &ck.dead, &ck.ndead, &e) == -1)
		fault(&ck, "%s", e.msg);

	for (uint32_t no = 0; no < block_stripes(b); no++) {
		check_stripe(&ck, no, &a);
		arena_reset(&a);
	}
	if (ck.seen < ck.ndead)
		fault(&ck, "section replaced: entry %zu: no row, or not in "
		    "order", ck.seen);
	check_ids(&ck, &a);
	free(ck.id);
	arena_free(&a);
	arena_free(&dead);
	return ck.faults;
}
