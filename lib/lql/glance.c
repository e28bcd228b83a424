#include "lql/glance.h"

#include "lql/filter.h"
#include "lql/foresee.h"
#include "lql/pipe.h"

#define ERROR		UINT32_MAX	/* for the place of a value */
#define DETAILS		(UINT32_MAX - 1)
#define SLOTS_MAX	8u		/* labels that one filter asks for */

struct stage_at {
	const struct lql_stage *stage;
	uint32_t slot[SLOTS_MAX];	/* its names, in ours */
};

struct glance {
	const struct sampler *sampler;
	const struct lql_step *parser;
	struct str *name;
	uint32_t n;
	struct stage_at *stage;
	uint32_t nstage;
	const struct lql_step *unwrap;
	uint32_t unwrap_at;
	bool bytes;			/* a sample is the line's length */
};

struct glance_look {
	struct foresight see;	/* first: what foresee_find is given */
	const struct glance *g;
	const struct str *name;	/* g's, then those to group by */
	uint32_t n;
	struct log_parse_filter f;
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
		struct str name = st->names[i];
		bool error = str_eq(name, S("__error__"));
		bool details = str_eq(name, S("__error_details__"));

		if (!error && !details && !foresee_can(name))
			return false;
		at->slot[i] = error ? ERROR : details ? DETAILS :
		    name_at(g, name);
	}
	return true;
}

static bool
add_step(struct glance *g, const struct lql_step *st)
{
	if (st->pushed && !st->again)
		return true;
	if (st->type == LQL_S_LABEL && g->parser)
		return add_stage(g, st->label);
	if (!g->parser && (foresee_parser(st) || st->type == LQL_S_REGEXP)) {
		g->parser = st;
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

	if (s->wants.all)
		return NULL;
	g->sampler = s;
	g->bytes = !s->counts && !s->range->unwrap;
	g->name = arena_new(a, struct str, s->wants.n + 1);
	g->stage = arena_new(a, struct stage_at, log->nsteps + 1);
	for (size_t i = 0; i < log->nsteps; i++)
		if (!add_step(g, &log->step[i]))
			return NULL;
	return g->parser || g->bytes ? g : NULL;
}

/* Whether the line is all that a template tells. */
static bool
of_line(const struct glance *g)
{
	return g->parser && g->parser->type == LQL_S_REGEXP;
}

/* Of how many streams it is a label. */
static uint32_t
having(const struct str *stream, uint32_t streams, struct str name)
{
	uint32_t n = 0;

	for (uint32_t d = 0; d < streams; d++)
		n += pairs_get(stream[d], name).n > 0;
	return n;
}

struct glance_look *
glance_at(const struct glance *g, const struct str *stream, uint32_t streams,
    struct arena *a)
{
	const struct label_pick *by = &g->sampler->by;
	struct glance_look *k = arena_zero(a, struct glance_look, 1);
	struct str *name = arena_new(a, struct str, g->n + by->n + 1);
	uint32_t n = g->n;

	memcpy(name, g->name, n * sizeof *name);
	for (uint32_t i = 0; i < by->n && !g->sampler->none; i++) {
		uint32_t have = having(stream, streams, by->name[i]);

		if (have == streams)
			continue;
		if (have > 0 || !foresee_can(by->name[i]))
			return NULL;
		name[n++] = by->name[i];
	}
	k->g = g;
	k->name = name;
	k->n = n;
	k->see = (struct foresight){ .parser = of_line(g) ? NULL : g->parser,
		.name = name, .n = of_line(g) ? 0 : n, .whole = true,
		.text = of_line(g) || g->bytes };
	name[n] = S("__error__");
	k->f = (struct log_parse_filter){
		.n = k->see.n + (size_t)1 + k->see.text, .unless = name,
		.nunless = n + (size_t)1, .find = foresee_find, .arg = k };
	return k;
}

const struct log_parse_filter *
glance_filter(const struct glance_look *k)
{
	return &k->f;
}

uint32_t
glance_names(const struct glance_look *k, const struct str **names)
{
	*names = k->name + k->g->n;
	return k->n - k->g->n;
}

const struct str *
glance_values(const struct glance_look *k, const struct str *values)
{
	return values + k->g->n;
}

const struct str *
glance_read(const struct glance_look *k, const struct str *told,
    struct arena *mem)
{
	const struct lql_step *st = k->g->parser;
	struct str *v, *group;

	if (!of_line(k->g))
		return told;
	arena_reset(mem);
	v = arena_zero(mem, struct str, k->n + 2);
	group = arena_new(mem, struct str, st->names);
	memcpy(v + k->n, told, 2 * sizeof *v);
	if (re_groups(st->re, told[1], group, st->names, mem, NULL) != 1)
		return v;
	for (uint32_t i = 0; i < k->n; i++)
		for (size_t j = 0; j < st->names; j++)
			if (str_eq(k->name[i], st->name[j].name))
				v[i] = group[j];
	return v;
}

int
glance_take(const struct glance_look *k, const struct str *values, double *v)
{
	const struct glance *g = k->g;
	struct str own[SLOTS_MAX], error = values[k->n].n > 0 ?
	    S("JSONParserErr") : S("");
	const struct lql_filter *bad;

	for (uint32_t i = g->n; i < k->n; i++)
		if (values[i].p && values[i].n == 0)
			return -1;
	for (uint32_t at = 0; at < g->nstage; at++) {
		const struct stage_at *st = &g->stage[at];

		for (uint32_t i = 0; i < st->stage->n; i++)
			own[i] = st->slot[i] == ERROR ? error :
			    st->slot[i] == DETAILS ? S("") :
			    values[st->slot[i]];
		if (!lql_keeps(st->stage, own, error.n > 0 ? LQL_FAILED :
		    LQL_CLEAN, &bad))
			return 0;
		if (bad)
			return -1;
	}
	if (error.n > 0)
		return -1;
	*v = g->bytes ? (double)values[k->n + 1].n : 1;
	if (!g->unwrap)
		return 1;
	if (values[g->unwrap_at].n == 0)
		return 0;
	return lql_unwrap(g->unwrap->unwrap, values[g->unwrap_at], v) ? 1 :
	    -1;
}
