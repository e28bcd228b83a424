#include "trace/sift.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/pool.h"

/* The places in one stripe: sift.at[from .. to). */
struct pan { uint32_t from, to; };

struct sift {
	const struct trace_scan_opts *o;
	struct places *p;
	unsigned no;		/* of the condition */
	uint32_t *base;		/* number of each block's first stripe */
	uint32_t stripes;	/* in all; the tail is one more */
	uint32_t *at;		/* places of the traces left, by stripe */
	uint32_t *end;		/* in at, of each stripe's */
	struct pan *pan;
	size_t pans;
	uint8_t *met;		/* by place: a span of it meets the condition */
	atomic_bool doubt;	/* somewhere it could not be judged */
	struct arena mem[POOL_WORKERS_MAX];
};

static uint32_t
stripe_no(const struct sift *s, const struct place *pl)
{
	return pl->block == PLACE_TAIL ? s->stripes :
	    s->base[pl->block] + pl->stripe;
}

/* What a bad file says of a place may be anything. */
static bool
is_inside(const struct place *pl, uint32_t rows)
{
	return pl->first <= rows && pl->spans <= rows - pl->first;
}

/* False if it cannot be judged. */
static bool
judge(struct sift *s, const struct pan *pan, struct arena *a)
{
	const struct place *pl = &s->p->place[s->at[pan->from]];
	struct err e = { 0 };
	struct stripe *st = places_stripe(s->p, pl, s->o->count, a, &e);
	uint64_t *spans, *met;
	uint32_t rows;

	if (!st)
		return false;
	rows = stripe_rows(st, TR_SPAN);
	spans = arena_zero(a, uint64_t, BITS_WORDS(rows) + 1);
	met = arena_zero(a, uint64_t, BITS_WORDS(rows) + 1);
	for (uint32_t k = pan->from; k < pan->to; k++) {
		pl = &s->p->place[s->at[k]];
		if (is_inside(pl, rows))
			bits_fill(spans, pl->first, pl->first + pl->spans);
	}
	if (s->o->meets(s->o->meets_arg, s->no, st, spans, a, met, &e) == -1)
		return false;
	for (uint32_t k = pan->from; k < pan->to; k++) {
		pl = &s->p->place[s->at[k]];
		s->met[s->at[k]] = !is_inside(pl, rows) ||
		    bits_any_of(met, pl->first, pl->first + pl->spans);
	}
	return true;
}

/* Does not fail: what cannot be judged stays. */
static int
judge_pan(void *arg, size_t no, unsigned worker, struct err *e)
{
	struct sift *s = arg;
	const struct pan *pan = &s->pan[no];

	(void)e;
	if (!judge(s, pan, &s->mem[worker])) {
		atomic_store(&s->doubt, true);
		for (uint32_t k = pan->from; k < pan->to; k++)
			s->met[s->at[k]] = true;
	}
	arena_reset(&s->mem[worker]);
	return 0;
}

/* The places of the traces that are left, stripe by stripe. */
static void
lay_out(struct sift *s)
{
	const struct places *p = s->p;
	uint32_t sum = 0;

	memset(s->end, 0, (s->stripes + (size_t)1) * sizeof *s->end);
	for (size_t t = 0; t < p->traces; t++)
		for (uint32_t k = 0; k < p->trace[t].n; k++)
			s->end[stripe_no(s, &p->place[p->trace[t].at + k])]++;
	s->pans = 0;
	for (uint32_t i = 0; i <= s->stripes; i++) {
		uint32_t n = s->end[i];

		if (n > 0)
			s->pan[s->pans++] = (struct pan){ sum, sum + n };
		s->end[i] = sum;
		sum += n;
	}
	for (size_t t = 0; t < p->traces; t++)
		for (uint32_t k = 0; k < p->trace[t].n; k++) {
			uint32_t at = p->trace[t].at + k;

			s->at[s->end[stripe_no(s, &p->place[at])]++] = at;
		}
}

static void
keep_met(struct sift *s)
{
	struct places *p = s->p;
	size_t kept = 0;

	for (size_t t = 0; t < p->traces; t++)
		for (uint32_t k = 0; k < p->trace[t].n; k++)
			if (s->met[p->trace[t].at + k]) {
				p->trace[kept++] = p->trace[t];
				break;
			}
	p->traces = kept;
}

void
sift_places(const struct trace_scan_opts *o, struct places *p,
    unsigned workers)
{
	struct sift s = { .o = o, .p = p };

	if (o->conditions == 0 || p->traces == 0)
		return;
	s.base = xcalloc(p->blocks + 1, sizeof *s.base);
	for (size_t b = 0; b < p->blocks; b++) {
		s.base[b] = s.stripes;
		s.stripes += block_stripes(p->block[b].block);
	}
	s.at = xcalloc(p->places, sizeof *s.at);
	s.end = xcalloc(s.stripes + (size_t)1, sizeof *s.end);
	s.pan = xcalloc(s.stripes + (size_t)1, sizeof *s.pan);
	s.met = xcalloc(p->places, sizeof *s.met);
	/* after a doubt no other condition may do away with the fault */
	for (; s.no < o->conditions && p->traces > 0 && !s.doubt; s.no++) {
		lay_out(&s);
		(void)pool_run(workers, s.pans, judge_pan, &s, NULL);
		keep_met(&s);
	}
	for (unsigned i = 0; i < workers; i++)
		arena_free(&s.mem[i]);
	free(s.base);
	free(s.at);
	free(s.end);
	free(s.pan);
	free(s.met);
}
