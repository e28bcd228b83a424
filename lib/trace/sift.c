#include "trace/sift.h"

/* A stripe in which parts lie. */
struct pan {
	struct stripe *stripe;
	uint64_t *spans;	/* of the traces that are left */
	uint64_t *met;		/* those of them that meet the condition */
};

struct pans { struct pan *v; size_t n, cap; struct arena *mem; };

static struct pan *
pan_of(struct pans *p, struct stripe *s)
{
	for (size_t k = p->n; k-- > 0;)
		if (p->v[k].stripe == s)
			return &p->v[k];
	if (p->n == p->cap) {
		p->v = arena_grow(p->mem, p->v, p->n, p->cap * 2 + 8,
		    sizeof *p->v);
		p->cap = p->cap * 2 + 8;
	}
	p->v[p->n] = (struct pan){ .stripe = s,
	    .spans = arena_zero(p->mem, uint64_t,
	    BITS_WORDS(stripe_rows(s, TR_SPAN)) + 1),
	    .met = arena_zero(p->mem, uint64_t,
	    BITS_WORDS(stripe_rows(s, TR_SPAN)) + 1) };
	return &p->v[p->n++];
}

/* What a bad file says of a part may be anything. */
static bool
is_inside(const struct gather_part *p)
{
	uint32_t rows = stripe_rows(p->stripe, TR_SPAN);

	return p->first <= rows && p->spans <= rows - p->first;
}

static void
lay_out(struct pans *pans, const struct gather_trace *t)
{
	for (uint32_t k = 0; k < t->parts; k++) {
		const struct gather_part *p = &t->part[k];
		struct pan *pan = pan_of(pans, p->stripe);

		for (uint32_t r = 0; r < p->spans && is_inside(p); r++)
			bit_set(pan->spans, p->first + r);
	}
}

static bool
is_met(struct pans *pans, const struct gather_trace *t)
{
	for (uint32_t k = 0; k < t->parts; k++) {
		const struct gather_part *p = &t->part[k];
		const struct pan *pan = pan_of(pans, p->stripe);

		if (!is_inside(p))
			return true;
		for (uint32_t r = 0; r < p->spans; r++)
			if (bit_get(pan->met, p->first + r))
				return true;
	}
	return false;
}

size_t
sift_traces(const struct trace_scan_opts *o, struct gather_trace *t,
    size_t n, struct arena *a)
{
	for (unsigned no = 0; no < o->conditions && n > 0; no++) {
		struct pans pans = { .mem = a };
		size_t kept = 0;

		for (size_t i = 0; i < n; i++)
			lay_out(&pans, &t[i]);
		for (size_t k = 0; k < pans.n; k++)
			if (o->meets(o->meets_arg, no, pans.v[k].stripe,
			    pans.v[k].spans, a, pans.v[k].met, NULL) == -1)
				return n;
		for (size_t i = 0; i < n; i++)
			if (is_met(&pans, &t[i]))
				t[kept++] = t[i];
		n = kept;
	}
	return n;
}
