#include "trace/apart.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/pool.h"
#include "trace/pans.h"

#define IDS_MAX		(8u << 20)	/* in memory; with more, all stay */
#define FEW		16u		/* ids compared each with each */
#define CHUNK		512u		/* traces told of at a time */

struct apart {
	struct places *p;
	struct scan_count *count;
	uint32_t max_spans;
	struct pans pans;
	uint32_t *first;	/* by place: where its ids begin */
	uint64_t *id;		/* a trace's follow each other */
	bool *read;		/* by place: its ids are there */
	bool *stays;		/* by trace */
	struct arena mem[POOL_WORKERS_MAX];
};

/* Room for the ids of each place; false: it would be too much. */
static bool
lay_out(struct apart *s)
{
	const struct places *p = s->p;
	uint32_t sum = 0;

	for (size_t t = 0; t < p->traces; t++)
		for (uint32_t k = 0; k < p->trace[t].n; k++) {
			uint32_t at = p->trace[t].at + k;

			s->first[at] = sum;
			if (p->place[at].spans > IDS_MAX - sum)
				return false;
			sum += p->place[at].spans;
		}
	s->id = xcalloc(sum + (size_t)1, sizeof *s->id);
	return true;
}

/* The pages of a stripe in which the places have spans. */
static uint64_t *
wanted_pages(const struct apart *s, const struct pan *pan, uint32_t rows,
    struct arena *a)
{
	uint64_t *pages = arena_zero(a, uint64_t,
	    BITS_WORDS(pages_of(rows)) + 1);

	for (uint32_t k = pan->from; k < pan->to; k++) {
		const struct place *pl = &s->p->place[s->pans.at[k]];

		if (place_inside(pl, rows) && pl->spans > 0)
			bits_fill(pages, pl->first / PAGE_ROWS,
			    (pl->first + pl->spans - 1) / PAGE_ROWS + 1);
	}
	return pages;
}

/* The ids of the places in a stripe. Does not fail: what is not read stays. */
static int
read_pan(void *arg, size_t no, unsigned worker, struct err *e)
{
	struct apart *s = arg;
	const struct pan *pan = &s->pans.pan[no];
	struct arena *a = &s->mem[worker];
	struct stripe *st = places_stripe(s->p,
	    &s->p->place[s->pans.at[pan->from]], s->count, a, NULL);
	int c = st ? cols_find(st, SP_ID) : -1;
	uint32_t rows = st ? stripe_rows(st, TR_SPAN) : 0;
	struct vec v;

	(void)e;
	if (c != -1 && stripe_load(st, (uint32_t)c,
	    wanted_pages(s, pan, rows, a), a, &v, NULL) == 0)
		for (uint32_t k = pan->from; k < pan->to; k++) {
			uint32_t at = s->pans.at[k];
			const struct place *pl = &s->p->place[at];

			s->read[at] = place_inside(pl, rows);
			if (s->read[at])
				memcpy(&s->id[s->first[at]], v.fix +
				    (size_t)pl->first * 8,
				    (size_t)pl->spans * 8);
		}
	arena_reset(a);
	return 0;
}

static bool
all_differ(const uint64_t *id, uint32_t n, struct arena *a)
{
	uint32_t mask = 2 * FEW - 1, *slot;

	if (n <= FEW) {
		uint32_t same = 0;

		for (uint32_t i = 1; i < n; i++)
			for (uint32_t k = 0; k < i; k++)
				same += id[i] == id[k];
		return same == 0;
	}
	while (mask < 2 * n)
		mask = 2 * mask + 1;
	slot = arena_zero(a, uint32_t, mask + (size_t)1);
	for (uint32_t i = 0; i < n; i++) {
		/* where ids meet is not for a sender to know */
		uint32_t k = (uint32_t)hash_u64(id[i] ^ (uintptr_t)slot);

		for (k &= mask; slot[k] != 0; k = (k + 1) & mask)
			if (id[slot[k] - 1] == id[i])
				return false;
		slot[k] = i + 1;
	}
	return true;
}

static bool
may_part(const struct apart *s, const struct place_trace *t, struct arena *a)
{
	for (uint32_t k = 0; k < t->n; k++)
		if (!s->read[t->at + k] || s->p->place[t->at + k].cut > 0)
			return false;
	if (s->max_spans > 0 && t->spans > s->max_spans)
		return false;
	return all_differ(&s->id[s->first[t->at]], t->spans, a);
}

static int
tell_chunk(void *arg, size_t no, unsigned worker, struct err *e)
{
	struct apart *s = arg;
	size_t end = (no + 1) * CHUNK;

	(void)e;
	for (size_t t = no * CHUNK; t < end && t < s->p->traces; t++) {
		s->stays[t] = !may_part(s, &s->p->trace[t], &s->mem[worker]);
		arena_reset(&s->mem[worker]);
	}
	return 0;
}

static void
forget(struct apart *s)
{
	struct places *p = s->p;
	size_t kept = 0;

	for (size_t t = 0; t < p->traces; t++)
		if (s->stays[t])
			p->trace[kept++] = p->trace[t];
	p->traces = kept;
}

void
apart_leave(struct places *p, uint32_t max_spans, struct scan_count *count,
    unsigned workers)
{
	struct apart s = { .p = p, .count = count, .max_spans = max_spans };

	if (p->traces == 0)
		return;
	s.first = xcalloc(p->places, sizeof *s.first);
	if (lay_out(&s)) {
		s.read = xcalloc(p->places, sizeof *s.read);
		s.stays = xcalloc(p->traces, sizeof *s.stays);
		pans_init(&s.pans, p);
		pans_lay(&s.pans);
		(void)pool_run(workers, s.pans.n, read_pan, &s, NULL);
		(void)pool_run(workers, (p->traces + CHUNK - 1) / CHUNK,
		    tell_chunk, &s, NULL);
		forget(&s);
		pans_free(&s.pans);
	}
	for (unsigned i = 0; i < workers; i++)
		arena_free(&s.mem[i]);
	free(s.first);
	free(s.id);
	free(s.read);
	free(s.stays);
}
