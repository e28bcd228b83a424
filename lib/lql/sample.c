#include "lql/sample.h"

#include "lql/hint.h"
#include "lql/level.h"
#include "lql/pipe.h"

#define ERROR		S("__error__")
#define EXTRACTED	S("_extracted")

static void
want(struct lql_wants *w, struct str name, struct arena *a)
{
	for (uint32_t i = 0; i < w->n; i++)
		if (str_eq(w->name[i], name))
			return;
	w->name = arena_grow(a, w->name, w->n, w->n + 1, sizeof *w->name);
	w->name[w->n++] = name;
	w->errors |= str_eq(name, ERROR);
	/* parsers ask before they know of the clash */
	if (str_ends(name, EXTRACTED))
		want(w, str_mk(name.p, name.n - EXTRACTED.n), a);
}

/* The labels that the steps look at; a template may look at any. */
static void
wants_of_steps(struct lql_wants *w, const struct lql_log *log,
    struct arena *a)
{
	for (size_t i = 0; i < log->nsteps; i++) {
		const struct lql_step *st = &log->step[i];

		for (uint32_t k = 0; st->label && k < st->label->n; k++)
			want(w, st->label->names[k], a);
		w->all |= st->tmpl != NULL;
		for (size_t k = 0; k < st->names; k++) {
			w->all |= st->name[k].tmpl != NULL;
			if (st->type == LQL_S_UNWRAP)
				want(w, st->name[k].name, a);
			else if (st->type == LQL_S_LABEL_FORMAT &&
			    !st->name[k].text)
				want(w, st->name[k].from, a);
		}
	}
}

/* A sum's grouping may be done at once, where that gives the same. */
static bool
sum_before(const struct lql_range *r)
{
	return !r->by.given && (r->op == LQL_R_COUNT || r->op == LQL_R_RATE ||
	    r->op == LQL_R_BYTES || r->op == LQL_R_BYTES_RATE ||
	    r->op == LQL_R_SUM);
}

static bool
by_level(const struct sampler *s)
{
	for (uint32_t i = 0; i < s->by.n; i++)
		if (str_eq(s->by.name[i], LEVEL_NAME))
			return true;
	return false;
}

/* Whether the steps leave all to the scan, and few labels are asked for. */
static bool
of_stream(const struct sampler *s)
{
	const struct lql_log *log = &s->range->log;
	bool idle = !s->wants.all && s->wants.n == 0;

	for (size_t i = 0; i < log->nsteps; i++) {
		const struct lql_step *st = &log->step[i];

		if ((!st->pushed || st->again) && !(idle && pipe_parses(st)))
			return false;
	}
	return s->counts && (s->none || !s->by.without);
}

static bool
asks_level(const struct sampler *s)
{
	const struct lql_log *log = &s->range->log;
	bool yes = by_level(s);

	for (size_t i = 0; i < log->nsteps && !yes; i++)
		yes = log->step[i].type == LQL_S_LABEL &&
		    lql_asks(log->step[i].label, LEVEL_NAME);
	return yes;
}

/*
 * Whether the pipeline, or the sample, is of the text; the level is, where no
 * severity says it.
 */
static enum log_want
reads(const struct sampler *s)
{
	const struct lql_log *log = &s->range->log;

	for (size_t i = 0; i < log->nsteps; i++) {
		enum lql_step_type t = log->step[i].type;

		if (!log->step[i].pushed && t != LQL_S_LABEL &&
		    t != LQL_S_UNWRAP && t != LQL_S_DROP && t != LQL_S_KEEP)
			return LOG_LINE;
	}
	if (!s->counts && !s->range->unwrap)
		return LOG_LINE;
	return asks_level(s) ? LOG_LINE_UNLESS_SEVERITY : LOG_NO_LINE;
}

void
sampler_init(struct sampler *s, const struct lql_range *r,
    const struct lql_grouping *sum, struct arena *a)
{
	bool grouped = r->by.given;

	*s = (struct sampler){ .range = r, .by = { .without = true } };
	s->counts = !r->unwrap && r->op != LQL_R_BYTES &&
	    r->op != LQL_R_BYTES_RATE;
	if (sum && sum_before(r)) {
		s->by = sum->by;
		grouped = true;
	} else if (r->by.given) {
		s->by = r->by.by;
	}
	s->none = r->op == LQL_R_ABSENT || (grouped && !s->by.without &&
	    s->by.n == 0);
	s->wants.all = !s->none && s->by.without;
	wants_of_steps(&s->wants, &r->log, a);
	for (uint32_t i = 0; i < s->by.n && !s->by.without; i++)
		want(&s->wants, s->by.name[i], a);
	s->of_stream = of_stream(s) && !by_level(s);
	s->of_level = of_stream(s) && by_level(s);
	s->reads = reads(s);
}

/* Everything that is shown of it, and its error. */
static struct labels
all_labels(const struct lql_entry *en)
{
	struct label *v = arena_new(en->mem, struct label, en->n + 2);
	bool parsed = en->error.n > 0;
	uint32_t n = 0;

	for (uint32_t i = 0; i < en->n; i++) {
		parsed |= en->label[i].kind == LQL_PARSED;
		v[n++] = (struct label){ en->label[i].name,
			en->label[i].value, LABEL_STR };
	}
	if (en->error.n > 0)
		v[n++] = (struct label){ ERROR, en->error, LABEL_STR };
	if (en->details.n > 0 && parsed)
		v[n++] = (struct label){ S("__error_details__"), en->details,
			LABEL_STR };
	return labels_sort(v, n);
}

/* One that is there and empty is not one that is not there. */
static struct labels
by_labels(const struct sampler *s, const struct lql_entry *en)
{
	struct label *v = arena_new(en->mem, struct label, s->by.n + 1);
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->by.n; i++) {
		struct str value = entry_get(en, s->by.name[i]);

		if (value.p)
			v[n++] = (struct label){ s->by.name[i], value,
				LABEL_STR };
	}
	return labels_sort(v, n);
}

static struct labels
labels_for(const struct sampler *s, const struct lql_entry *en)
{
	const struct lql_log *log = &s->range->log;
	struct labels l;

	if (en->error.n > 0)
		return all_labels(en);
	if (s->none)
		return (struct labels){ NULL, 0 };
	if (!s->by.without)
		return by_labels(s, en);
	l = labels_pick(all_labels(en), &s->by, en->mem);
	for (size_t i = 0; i < log->nsteps; i++)
		if (log->step[i].type == LQL_S_UNWRAP)
			l = labels_pick(l, &(struct label_pick){
			    .without = true, .n = 1,
			    .name = &log->step[i].name[0].name }, en->mem);
	return l;
}

bool
sampler_take(const struct sampler *s, bool all, struct lql_entry *en,
    struct sample *out)
{
	const struct lql_log *log = &s->range->log;

	en->wants = &s->wants;
	if (!pipe_run(log->step, log->nsteps, all, en))
		return false;
	out->value = s->range->unwrap ? en->value : s->counts ? 1 :
	    (double)en->line.n;
	out->labels = labels_for(s, en);
	return true;
}

struct labels
sampler_stream(const struct sampler *s, const struct log_pair *p, uint32_t n,
    struct arena *a)
{
	struct label *v = arena_new(a, struct label, n + 1);

	for (uint32_t i = 0; i < n; i++)
		v[i] = (struct label){ p[i].name, p[i].value, LABEL_STR };
	return s->none ? (struct labels){ NULL, 0 } :
	    labels_pick(labels_of(v, n), &s->by, a);
}

bool
sample_failed(struct labels l)
{
	return labels_get(l, ERROR).n > 0 &&
	    !str_eq(labels_get(l, S("__preserve_error__")), S("true"));
}
