#include "lql/grid.h"

int
grid_init(struct grid *g, const struct lql_times *t, uint64_t width,
    int64_t offset, struct err *e)
{
	/* one window is one atom, whatever the step is */
	uint64_t step = t->steps == 1 && width > 0 ? width : t->step;
	uint64_t span = width / step, rest = width % step, all;
	int64_t end;

	*g = (struct grid){ .step = step, .width = width, .rest = rest,
		.steps = t->steps, .stride = rest > 0 ? 2 : 1 };
	if (span > LQL_ATOMS_MAX)
		return err_set(e, ERR_LIMIT, "the range holds %llu steps: "
		    "over the limit of %u; a longer --step",
		    (unsigned long long)span, LQL_ATOMS_MAX);
	g->span = (uint32_t)(rest > 0 ? 2 * span + 1 : span);
	g->atoms = g->stride * (t->steps - 1) + g->span;
	if (width > INT64_MAX ||
	    __builtin_sub_overflow(t->start, offset, &g->base) ||
	    __builtin_sub_overflow(g->base, (int64_t)width, &g->base) ||
	    __builtin_mul_overflow(step, (uint64_t)t->steps + 1, &all) ||
	    __builtin_add_overflow(all, width, &all) || all > INT64_MAX ||
	    __builtin_add_overflow(g->base, (int64_t)all, &end))
		return err_set(e, ERR_LIMIT, "the range lies outside of the "
		    "years that there are");
	return 0;
}

int64_t
grid_end(const struct grid *g, uint32_t i)
{
	return g->base + (int64_t)(g->step * i + g->width);
}

void
grid_find(const struct grid *g, int64_t t, struct grid_at *at)
{
	uint64_t x, q, r, last = g->step * (g->steps - 1);

	*at = (struct grid_at){ .lo = 1, .from = INT64_MIN,
		.to = g->base + 1 };
	if (t <= g->base)
		return;
	x = (uint64_t)t - (uint64_t)g->base - 1;
	if (x >= last + g->width) {
		at->from = grid_end(g, g->steps - 1) + 1;
		at->to = INT64_MAX;
		return;
	}
	q = x / g->step;
	r = x % g->step;
	at->atom = (uint32_t)(q * g->stride + (g->rest > 0 && r >= g->rest));
	at->hi = q < g->steps ? (uint32_t)q : g->steps - 1;
	at->lo = x < g->width ? 0 :
	    (uint32_t)((x - g->width) / g->step) + 1;
	at->from = t - (int64_t)(r >= g->rest ? r - g->rest : r);
	at->to = t - (int64_t)r + (int64_t)(r >= g->rest ? g->step : g->rest);
}
