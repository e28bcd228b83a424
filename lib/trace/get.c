/* get: one trace by its id, or by enough of it. */
#include "base/pool.h"
#include "trace/places.h"

/* The first and the last id that start with these bits. */
static void
prefix_range(const uint8_t id[16], unsigned bits, struct id *from,
    struct id *to)
{
	for (unsigned k = 0; k < 16; k++) {
		unsigned here = bits > k * 8 ? bits - k * 8 : 0;
		uint8_t mask = here >= 8 ? 0 : (uint8_t)(0xffu >> here);

		from->b[k] = id[k] & (uint8_t)~mask;
		to->b[k] = id[k] | mask;
	}
}

/* Adds an id to those found, of which two are enough. */
static void
note(struct id found[2], unsigned *n, const struct id *id)
{
	for (unsigned k = 0; k < *n; k++)
		if (id_cmp(&found[k], id) == 0)
			return;
	if (*n < 2)
		found[(*n)++] = *id;
}

/* The ids of the view in the range, at most two. */
static unsigned
find_ids(struct places *p, const struct id *from, const struct id *to,
    struct id found[2])
{
	unsigned matches = 0;

	for (size_t i = 0; i < p->blocks && matches < 2; i++) {
		struct err e = { 0 };
		struct id v[2];
		size_t n;

		if (ids_range(p->block[i].block, from, to, v, 2, &n, &e) == -1)
			store_view_fault(p->view, &e);
		for (size_t k = 0; k < n; k++)
			note(found, &matches, &v[k]);
	}
	for (uint32_t no = 0; no < p->tail->n; no++) {
		const struct tail_part *t = &p->tail->v[no];

		for (uint32_t k = 0; k < t->traces && matches < 2; k++)
			note(found, &matches, &t->ids[k]);
	}
	return matches;
}

/* A part whose pages are bad is left out, and said. */
static int
assemble(struct places *p, struct frame *f, struct gather *g,
    struct arena *a, struct err *e)
{
	const struct gather_opts opts = {
		.max_spans = trace_max_spans(store_view_options(p->view)) };
	struct place_stripes open = { 0 };
	struct gather_trace t;
	struct gather_part *part;

	if (p->traces == 0)
		return 0;
	if (places_gather(p, &p->trace[0], &open, NULL, a, &t, e) == -1)
		return -1;
	part = arena_new(a, struct gather_part, t.parts);
	memcpy(part, t.part, t.parts * sizeof *part);
	t.part = part;
	while (t.parts > 0) {
		uint32_t kept = 0;

		if (gather_traces(g, f, &t, 1, &opts, NULL, e) == 0)
			return 1;
		if (!g->bad)
			return -1;
		store_view_fault(p->view, e);
		for (uint32_t k = 0; k < t.parts; k++)
			if (part[k].stripe != g->bad)
				part[kept++] = part[k];
		t.parts = kept;
	}
	return 0;
}

int
trace_get(struct store_view *view, const uint8_t id[16],
    unsigned prefix_bits, unsigned *matches, struct frame *f,
    struct arena *a, struct stripe **out, struct err *e)
{
	struct gather g = { .bad = NULL };
	struct tail_parts tail;
	struct places p;
	struct id from, to, found[2];
	const struct tail_opts tail_opts = { .from = &from, .to = &to,
	    .workers = pool_workers() };
	int r;

	prefix_range(id, prefix_bits, &from, &to);
	*matches = 0;
	if (tail_parts_read(&tail, view, &tail_opts, a, e) == -1) {
		tail_parts_free(&tail);
		return -1;
	}
	places_init(&p, view, &tail);
	if (prefix_bits < 128)
		*matches = find_ids(&p, &from, &to, found);
	else
		found[0] = from;
	r = 0;
	if (prefix_bits >= 128 || *matches == 1) {
		places_of_id(&p, &found[0]);
		places_join(&p, 1);
		r = assemble(&p, f, &g, a, e);
	}
	if (r == 1) {
		*matches = 1;
		*out = frame_stripe(f, a);
	}
	places_free(&p);
	gather_free(&g);
	tail_parts_free(&tail);
	return r;
}
