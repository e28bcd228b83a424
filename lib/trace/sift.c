#include "trace/sift.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/pool.h"
#include "trace/pans.h"

struct sift {
	const struct trace_scan_opts *o;
	struct places *p;
	unsigned no;		/* of the condition */
	struct pans pans;
	uint8_t *met;		/* by place: a span of it meets the condition */
	atomic_bool doubt;	/* somewhere it could not be judged */
	struct arena mem[POOL_WORKERS_MAX];
};

/* False if it cannot be judged. */
static bool
judge(struct sift *s, const struct pan *pan, struct arena *a)
{
	const struct place *pl = &s->p->place[s->pans.at[pan->from]];
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
		pl = &s->p->place[s->pans.at[k]];
		if (place_inside(pl, rows))
			bits_fill(spans, pl->first, pl->first + pl->spans);
	}
	if (s->o->meets(s->o->meets_arg, s->no, st, spans, a, met, &e) == -1)
		return false;
	for (uint32_t k = pan->from; k < pan->to; k++) {
		pl = &s->p->place[s->pans.at[k]];
		s->met[s->pans.at[k]] = !place_inside(pl, rows) ||
		    bits_any_of(met, pl->first, pl->first + pl->spans);
	}
	return true;
}

/* Does not fail: what cannot be judged stays. */
static int
judge_pan(void *arg, size_t no, unsigned worker, struct err *e)
{
	struct sift *s = arg;
	const struct pan *pan = &s->pans.pan[no];

	(void)e;
	if (!judge(s, pan, &s->mem[worker])) {
		atomic_store(&s->doubt, true);
		for (uint32_t k = pan->from; k < pan->to; k++)
			s->met[s->pans.at[k]] = true;
	}
	arena_reset(&s->mem[worker]);
	return 0;
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
	pans_init(&s.pans, p);
	s.met = xcalloc(p->places, sizeof *s.met);
	/* after a doubt no other condition may do away with the fault */
	for (; s.no < o->conditions && p->traces > 0 && !s.doubt; s.no++) {
		pans_lay(&s.pans);
		(void)pool_run(workers, s.pans.n, judge_pan, &s, NULL);
		keep_met(&s);
	}
	for (unsigned i = 0; i < workers; i++)
		arena_free(&s.mem[i]);
	pans_free(&s.pans);
	free(s.met);
}
