#include "lql/glance.h"

#include "lql/filter.h"
#include "lql/foresee.h"
#include "lql/pipe.h"

#define NO_NAME		UINT32_MAX	/* of an error: there is none */
#define SLOTS_MAX	8u		/* labels that one filter asks for */

struct stage_at {
	const struct lql_stage *stage;
	uint32_t slot[SLOTS_MAX];	/* its names, in ours */
};

struct glance {
	struct foresight see;	/* first: what foresee_find is given */
	struct log_parse_filter f;
	struct str *name;
	uint32_t n, cap;
	struct stage_at *stage;
	uint32_t nstage;
	const struct lql_step *unwrap;
	uint32_t unwrap_at;
};

static uint32_t
name_at(struct glance *g, struct str name)
{
	for (uint32_t i = 0; i < g->n; i++)
		if (str_eq(g->name[i], name))
			return i;
	g->name[g->n] = name;
	return g->n++;
}

/* false: only the pipeline can do it. */
static bool
add_stage(struct glance *g, const struct lql_stage *st)
{
	struct stage_at *at = &g->stage[g->nstage++];

	at->stage = st;
	if (st->n > SLOTS_MAX)
		return false;
	for (uint32_t i = 0; i < st->n; i++) {
		bool error = str_starts(st->names[i], S("__error"));

		if (!error && !foresee_can(st->names[i]))
			return false;
		at->slot[i] = error ? NO_NAME : name_at(g, st->names[i]);
	}
	return true;
}

static bool
add_step(struct glance *g, const struct lql_step *st)
{
	if (st->pushed && !st->again)
		return true;
	if (st->type == LQL_S_LABEL && g->see.parser)
		return add_stage(g, st->label);
	if (!g->see.parser && foresee_parser(st)) {
		g->see.parser = st;
		return true;
	}
	if (st->type != LQL_S_UNWRAP || !foresee_can(st->name[0].name))
		return false;
	g->unwrap = st;
	g->unwrap_at = name_at(g, st->name[0].name);
	return true;
}

struct glance *
glance_new(const struct sampler *s, struct arena *a)
{
	const struct lql_log *log = &s->range->log;
	struct glance *g = arena_zero(a, struct glance, 1);
	struct str *unless;

	if (s->wants.all || (!s->counts && !s->range->unwrap))
		return NULL;
	g->name = arena_new(a, struct str, s->wants.n + 1);
	g->stage = arena_new(a, struct stage_at, log->nsteps + 1);
	for (size_t i = 0; i < log->nsteps; i++)
		if (!add_step(g, &log->step[i]))
			return NULL;
	if (!g->see.parser || g->n == 0)
		return NULL;
	unless = arena_new(a, struct str, g->n + 1);
	memcpy(unless, g->name, g->n * sizeof *unless);
	unless[g->n] = S("__error__");
	g->see.name = g->name;
	g->see.n = g->n;
	g->see.whole = true;
	g->f = (struct log_parse_filter){ .n = g->n, .unless = unless,
		.nunless = g->n + (size_t)1, .find = foresee_find,
		.arg = g };
	return g;
}

const struct log_parse_filter *
glance_filter(const struct glance *g)
{
	return &g->f;
}

int
glance_take(const struct glance *g, const struct str *values, double *v)
{
	struct str own[SLOTS_MAX];
	const struct lql_filter *bad;

	for (uint32_t k = 0; k < g->nstage; k++) {
		const struct stage_at *st = &g->stage[k];

		for (uint32_t i = 0; i < st->stage->n; i++)
			own[i] = st->slot[i] == NO_NAME ? S("") :
			    values[st->slot[i]];
		if (!lql_keeps(st->stage, own, LQL_CLEAN, &bad))
			return 0;
		if (bad)
			return -1;
	}
	*v = 1;
	if (!g->unwrap)
		return 1;
	if (values[g->unwrap_at].n == 0)
		return 0;
	return lql_unwrap(g->unwrap->unwrap, values[g->unwrap_at], v) ? 1 :
	    -1;
}
