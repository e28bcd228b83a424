#include "lql/feed.h"

#include "lql/hint.h"
#include "lql/run.h"

#define NONE	UINT32_MAX

void
feed_init(struct feed *f, struct leaf *l, unsigned worker)
{
	*f = (struct feed){ .leaf = l, .meter = &l->meter[worker],
		.worker = worker };
}

void
feed_free(struct feed *f)
{
	arena_free(&f->mem);
}

void
feed_begin(struct feed *f, const struct log_batch *b)
{
	arena_reset(&f->mem);
	f->series = arena_new(&f->mem, uint32_t, b->streams);
	memset(f->series, 0xff, b->streams * sizeof *f->series);
}

/* ---- series ----------------------------------------------------------------- */

static int
series_of(struct feed *f, const struct log_pair *p, uint32_t n,
    struct arena *mem, uint32_t *no, struct err *e)
{
	*no = meter_series(f->meter, sampler_stream(&f->leaf->sampler, p, n,
	    mem), e);
	return *no == NONE ? -1 : 0;
}

int
feed_series(struct feed *f, struct str stream, const struct log_pair *more,
    uint32_t n, struct arena *mem, uint32_t *no, struct err *e)
{
	struct log_pair *own, *p;
	uint32_t nown;

	if (pairs_read(stream, mem, &own, &nown, e) == -1)
		return -1;
	p = arena_new(mem, struct log_pair, nown + n);
	memcpy(p, own, nown * sizeof *p);
	for (uint32_t i = 0; i < n; i++)
		p[nown + i] = more[i];
	return series_of(f, p, nown + n, mem, no, e);
}

int
feed_stream(struct feed *f, const struct log_batch *b, uint32_t code,
    uint32_t *no, struct err *e)
{
	if (f->series[code] == NONE && feed_series(f, b->stream[code], NULL, 0,
	    &f->mem, &f->series[code], e) == -1)
		return -1;
	*no = f->series[code];
	return 0;
}

/* ---- lines that are looked at ----------------------------------------------- */

/* Whether metadata can tell nothing that is asked for; lines with an error that
 * is asked for keep all. */
static bool
bare(const struct sampler *s, struct log_batch *b)
{
	bool may = s->wants.all || s->wants.errors || !b->found;

	for (uint32_t i = 0; i < s->wants.n && !may; i++)
		may = log_batch_may_have(b, s->wants.name[i]);
	return !may;
}

static int
take_line(struct feed *f, struct log_batch *b, uint32_t i, struct arena *mem,
    struct err *e)
{
	struct lql_entry en;
	struct log_line l;
	int r = log_batch_line(b, i, &l, e);

	if (r != 1)
		return r;
	arena_reset(mem);
	lql_enter(&en, &l, mem);
	return eval_take(f->leaf, f->worker, &en, (int64_t)l.time, false, e);
}

static int
take_lines(struct feed *f, struct log_batch *b, struct err *e)
{
	b->bare = bare(&f->leaf->sampler, b);
	for (uint32_t i = 0; i < b->n; i++)
		if (meter_turn(f->meter, (int64_t)b->time[i]) &&
		    take_line(f, b, i, &f->mem, e) == -1)
			return -1;
	return 0;
}

/* ---- lines that are only counted -------------------------------------------- */

/* Lines of a series in a row, in the same windows. */
struct run { uint32_t no, n; };

static void
end_run(struct meter *m, struct run *r)
{
	if (r->n > 0 && m->at.lo <= m->at.hi)
		meter_count(m, r->no, m->at.lo, m->at.hi, r->n);
	r->n = 0;
}

static bool
same_windows(const struct meter *m, int64_t t)
{
	return t >= m->at.from && t < m->at.to;
}

static int
count_streams(struct feed *f, struct log_batch *b, struct err *e)
{
	uint32_t code = NONE;
	struct run run = { 0 };

	for (uint32_t i = 0; i < b->n; i++) {
		uint32_t c = b->code ? b->code[i] : i;
		int64_t t = (int64_t)b->time[i];

		if (c == code && same_windows(f->meter, t)) {
			run.n++;
			continue;
		}
		end_run(f->meter, &run);
		if (!meter_turn(f->meter, t))
			continue;
		if (feed_stream(f, b, c, &run.no, e) == -1)
			return -1;
		code = c;
		run.n = 1;
	}
	end_run(f->meter, &run);
	return 0;
}

/* The labels to group by that a line has beside its text; `level`, if it has
 * any, for the level. */
static int
value_series(struct feed *f, const struct log_batch *b, struct str level,
    struct arena *mem, uint32_t *no, struct err *e)
{
	const struct label_pick *by = &f->leaf->sampler.by;
	struct log_pair *p = arena_new(mem, struct log_pair, by->n);
	uint32_t n = 0;

	for (uint32_t k = 0; k < by->n; k++) {
		struct str v = level.n > 0 && str_eq(by->name[k], LEVEL_NAME) ?
		    level : b->values.v[k];

		if (v.n > 0)
			p[n++] = (struct log_pair){ by->name[k], v };
	}
	return series_of(f, p, n, mem, no, e);
}

static int
count_values(struct feed *f, struct log_batch *b, struct err *e)
{
	const struct label_pick *by = &f->leaf->sampler.by;
	struct run run = { 0 };
	bool known = false;

	if (log_batch_names(b, by->name, by->n, e) == -1)
		return -1;
	for (uint32_t i = 0; i < b->n; i++) {
		int64_t t = (int64_t)b->time[i];

		if (log_batch_values(b, i, e) == -1)
			return -1;
		if (known && b->values.same && same_windows(f->meter, t)) {
			run.n++;
			continue;
		}
		end_run(f->meter, &run);
		known = meter_turn(f->meter, t);
		if (!known)
			continue;
		if (value_series(f, b, S(""), &f->mem, &run.no, e) == -1)
			return -1;
		run.n = 1;
	}
	end_run(f->meter, &run);
	return 0;
}

/* ---- lines by level --------------------------------------------------------- */

/*
 * What a line is asked for when its level is: the names to group by, and behind
 * them those that tell the level, where any line has them.
 */
struct asked { struct str *name; uint32_t n, level[LEVEL_NAMES]; };

static void
ask_for_level(const struct label_pick *by, struct log_batch *b,
    struct arena *a, struct asked *out)
{
	out->name = arena_new(a, struct str, by->n + LEVEL_NAMES);
	out->n = by->n;
	memcpy(out->name, by->name, by->n * sizeof *out->name);
	for (uint32_t i = 0; i < LEVEL_NAMES; i++) {
		struct str name = lql_level_name(i);
		bool any = log_batch_may_have(b, name);

		for (uint32_t d = 0; d < b->streams && !any; d++)
			any = pairs_get(b->stream[d], name).n > 0;
		out->level[i] = any ? out->n : NONE;
		if (any)
			out->name[out->n++] = name;
	}
}

/* Line i, looked at if its level is not known otherwise. */
static int
count_level(struct feed *f, struct log_batch *b, const struct asked *ask,
    uint32_t i, struct arena *mem, struct err *e)
{
	struct meter *m = f->meter;
	struct str level, v[LEVEL_NAMES];
	uint32_t no;

	if (log_batch_values(b, i, e) == -1)
		return -1;
	for (uint32_t k = 0; k < LEVEL_NAMES; k++)
		v[k] = ask->level[k] == NONE ? S("") :
		    b->values.v[ask->level[k]];
	level = lql_level_of(v);
	if (level.n == 0)
		return take_line(f, b, i, mem, e);
	arena_reset(mem);
	if (value_series(f, b, level, mem, &no, e) == -1)
		return -1;
	meter_count(m, no, m->at.lo, m->at.hi, 1);
	return 0;
}

static int
count_levels(struct feed *f, struct log_batch *b, struct err *e)
{
	struct arena mem = { 0 };
	struct asked ask;
	int r;

	ask_for_level(&f->leaf->sampler.by, b, &f->mem, &ask);
	r = log_batch_names(b, ask.name, ask.n, e);
	for (uint32_t i = 0; i < b->n && r == 0; i++)
		if (meter_turn(f->meter, (int64_t)b->time[i]))
			r = count_level(f, b, &ask, i, &mem, e);
	arena_free(&mem);
	return r;
}

/* ---- batches and runs ------------------------------------------------------- */

bool
feed_by_stream(const struct sampler *s, struct log_batch *b)
{
	for (uint32_t k = 0; k < s->by.n && !s->none; k++) {
		bool all = true;

		for (uint32_t d = 0; d < b->streams && all; d++)
			all = pairs_get(b->stream[d], s->by.name[k]).n > 0;
		if (!all && log_batch_may_have(b, s->by.name[k]))
			return false;
	}
	return true;
}

int
feed_batch(struct feed *f, struct log_batch *b, struct err *e)
{
	const struct sampler *s = &f->leaf->sampler;

	if (s->of_level && b->found)
		return count_levels(f, b, e);
	if (!s->of_stream || !b->found)
		return take_lines(f, b, e);
	return feed_by_stream(s, b) ? count_streams(f, b, e) :
	    count_values(f, b, e);
}

int
feed_runs(struct feed *f, const struct log_batch *b,
    const struct log_runs *runs, struct err *e)
{
	struct meter *m = f->meter;

	for (uint32_t i = 0; i < runs->n; i++) {
		const struct stretch *v = &runs->v[i];
		uint32_t no;

		if (!meter_turn(m, v->first))
			continue;
		if (feed_stream(f, b, v->code, &no, e) == -1)
			return -1;
		meter_count(m, no, m->at.lo, m->at.hi, v->n);
	}
	return 0;
}
