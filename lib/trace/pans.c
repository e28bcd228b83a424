#include "trace/pans.h"

#include <stdlib.h>

static size_t
all_stripes(const struct pans *v)
{
	return v->stripes + (size_t)v->p->tail->n;
}

void
pans_init(struct pans *v, const struct places *p)
{
	*v = (struct pans){ .p = p };
	v->base = xcalloc(p->blocks + 1, sizeof *v->base);
	for (size_t b = 0; b < p->blocks; b++) {
		v->base[b] = v->stripes;
		v->stripes += block_stripes(p->block[b].block);
	}
	v->at = xcalloc(p->places + 1, sizeof *v->at);
	v->end = xcalloc(all_stripes(v) + 1, sizeof *v->end);
	v->pan = xcalloc(all_stripes(v) + 1, sizeof *v->pan);
}

static uint32_t
stripe_no(const struct pans *v, const struct place *pl)
{
	return pl->block == PLACE_TAIL ? v->stripes + pl->stripe :
	    v->base[pl->block] + pl->stripe;
}

void
pans_lay(struct pans *v)
{
	const struct places *p = v->p;
	uint32_t sum = 0;

	memset(v->end, 0, all_stripes(v) * sizeof *v->end);
	for (size_t t = 0; t < p->traces; t++)
		for (uint32_t k = 0; k < p->trace[t].n; k++)
			v->end[stripe_no(v, &p->place[p->trace[t].at + k])]++;
	v->n = 0;
	for (size_t i = 0; i < all_stripes(v); i++) {
		uint32_t n = v->end[i];

		if (n > 0)
			v->pan[v->n++] = (struct pan){ sum, sum + n };
		v->end[i] = sum;
		sum += n;
	}
	for (size_t t = 0; t < p->traces; t++)
		for (uint32_t k = 0; k < p->trace[t].n; k++) {
			uint32_t at = p->trace[t].at + k;

			v->at[v->end[stripe_no(v, &p->place[at])]++] = at;
		}
}

void
pans_free(struct pans *v)
{
	free(v->at);
	free(v->pan);
	free(v->base);
	free(v->end);
}
