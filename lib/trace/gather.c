#include "trace/gather.h"

#include "base/hash.h"
#include "trace/gatherin.h"

/* Columns that are made anew, as they depend on the rows around. */
static bool
is_made(struct str name)
{
	static const enum col made[] = { SP_PARENT, SP_PARENT_ID, SP_RES,
	    SP_SCOPE };

	for (size_t k = 0; k < sizeof made / sizeof *made; k++)
		if (str_eq(name, str_of(col_defs[made[k]].name)))
			return true;
	return false;
}

static bool
is_wanted(const struct job *j, struct str name)
{
	return !is_made(name) && (needs_has(&j->cols.needs, TR_SPAN, name) ||
	    str_eq(name, S("start")));
}

/* The column, if it was loaded to choose the rows. */
static const struct vec *
light_of(const struct source *src, const struct stripe_col *sc)
{
	const struct light *l = &src->light;
	const struct { enum col no; const struct vec *v; } at[] = {
		{ SP_START, &l->start }, { SP_DURATION, &l->duration },
		{ SP_ID, &l->id }, { SP_KIND, &l->kind },
		{ SP_RECEIVED, &l->received },
	};

	for (size_t k = 0; k < sizeof at / sizeof *at; k++)
		if (at[k].v->rows > 0 && at[k].v->type == sc->type &&
		    str_eq(sc->name, str_of(col_defs[at[k].no].name)))
			return at[k].v;
	return NULL;
}

static int
gather_columns(struct job *j, struct source *src)
{
	for (uint32_t c = 0; c < stripe_ncols(src->stripe); c++) {
		const struct stripe_col *sc = stripe_col(src->stripe, c);
		const struct vec *v;
		struct vec own;

		if (sc->table != TR_SPAN || !is_wanted(j, sc->name))
			continue;
		v = light_of(src, sc);
		if (!v && job_column(j, src, c, &j->g->load, &own) == -1)
			return -1;
		frame_gather(j->f, frame_col(j->f, TR_SPAN, sc->name,
		    sc->type), src->base, v ? v : &own, src->from, src->n);
		arena_reset(&j->g->load);
	}
	return 0;
}

/* The rows lie source by source: into the order of the frame. */
static void
permute(struct job *j)
{
	uint32_t *order;

	if (j->nsrc < 2)
		return;
	order = arena_new(&j->g->mem, uint32_t, j->rows);
	for (uint32_t k = 0; k < j->nsrc; k++)
		for (uint32_t i = 0; i < j->src[k].n; i++)
			order[j->src[k].to[i]] = j->src[k].base + i;
	frame_permute(j->f, TR_SPAN, order);
}

static void
put_parents(struct job *j)
{
	int64_t *dist = cols_ints(&j->cols, SP_PARENT, 0, j->rows);

	for (uint32_t r = 0; r < j->rows; r++) {
		const struct chosen *c = &j->row[r];

		dist[r] = c->dist;
		if (c->dist == ORDER_CUT) {
			uint8_t id[8];

			for (int k = 0; k < 8; k++)
				id[k] = (uint8_t)(c->parent >> 8 * k);
			cols_fix(&j->cols, SP_PARENT_ID, r, id);
		}
	}
}

uint32_t
job_cols(const struct job *j, unsigned table)
{
	struct map seen = { 0 };
	uint32_t n;

	for (uint32_t k = 0; k < j->nsrc && j->max_bytes > 0; k++)
		for (uint32_t c = 0; c < stripe_ncols(j->src[k].stripe); c++) {
			const struct stripe_col *sc =
			    stripe_col(j->src[k].stripe, c);

			if (sc->table == table)
				map_add(&seen, sc->name, NULL);
		}
	n = seen.n;
	map_free(&seen);
	return n;
}

bool
job_over(struct job *j, uint32_t rows, uint32_t cols)
{
	if (j->max_bytes > 0 && (size_t)rows * cols > j->max_bytes /
	    sizeof(int64_t))
		j->g->over = true;
	return j->g->over;
}

int
gather_traces(struct gather *g, struct frame *f,
    const struct gather_trace *t, size_t n, const struct gather_opts *opts,
    uint32_t *spans, struct err *e)
{
	struct job j = { .g = g, .f = f, .e = e,
		.max_bytes = opts->max_bytes };

	g->bad = NULL;
	g->over = false;
	arena_reset(&g->mem);
	arena_reset(&g->load);
	frame_reset(f);
	cols_init(&j.cols, f, &opts->needs);
	g->order.max = opts->max_spans;
	if (job_limit(&j, &t, n) == -1 ||
	    job_choose(&j, t, n, opts, spans) == -1)
		return -1;
	if (job_over(&j, j.rows, job_cols(&j, TR_SPAN)))
		return 0;
	for (uint32_t k = 0; k < j.nsrc; k++)
		if (gather_columns(&j, &j.src[k]) == -1)
			return -1;
	permute(&j);
	put_parents(&j);
	if (job_groups(&j, TR_RES, SP_RES) == -1 ||
	    job_groups(&j, TR_SCOPE, SP_SCOPE) == -1 ||
	    job_children(&j, TR_EVENT, EV_SPAN) == -1 ||
	    job_children(&j, TR_LINK, LK_SPAN) == -1)
		return -1;
	return 0;
}

void
gather_free(struct gather *g)
{
	arena_free(&g->mem);
	arena_free(&g->load);
	order_free(&g->order);
}
