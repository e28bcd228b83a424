/*
 * logql_engine: metric queries over lines in memory, as eval.h is fed; the
 * cases of engine.json and pipeline.json's extract.
 */
#ifndef CONFORMANCE_LOGQL_ENGINE_H
#define CONFORMANCE_LOGQL_ENGINE_H

#include <math.h>

#include "base/num.h"
#include "conformance/logql.h"
#include "lql/eval.h"

struct fed {			/* a line */
	const struct log_pair *label, *meta;
	uint32_t nlabel, nmeta;
	int64_t time;
	struct str line;
};

struct feed {
	struct fed *v;
	uint32_t n, cap;
	struct arena mem;
};

/* One point of an answer, wanted or got. */
struct point { struct labels labels; int64_t at; double v; };

struct points { struct point *v; uint32_t n, cap; struct arena mem; };

static inline void
feed_add(struct feed *f, struct fed l)
{
	if (f->n == f->cap) {
		f->v = arena_grow(&f->mem, f->v, f->n, f->cap * 2 + 64,
		    sizeof *f->v);
		f->cap = f->cap * 2 + 64;
	}
	f->v[f->n++] = l;
}

static inline void
points_add(struct points *p, struct labels l, int64_t at, double v)
{
	if (p->n == p->cap) {
		p->v = arena_grow(&p->mem, p->v, p->n, p->cap * 2 + 64,
		    sizeof *p->v);
		p->cap = p->cap * 2 + 64;
	}
	p->v[p->n++] = (struct point){ l, at, v };
}

static inline bool
selected(const struct lql_log *log, const struct fed *l)
{
	for (size_t i = 0; i < log->nmatch; i++) {
		const struct log_matcher *m = &log->match[i];
		struct str v = S("");
		bool eq;

		for (uint32_t k = 0; k < l->nlabel; k++)
			if (str_eq(l->label[k].name, m->name))
				v = l->label[k].value;
		eq = m->re ? re_match(m->re, v, NULL) == 1 :
		    str_eq(v, m->value);
		if (eq != (m->op == LOG_EQ || m->op == LOG_RE))
			return false;
	}
	return true;
}

/* Lines go to two workers in turn, so that pouring together is tried, too. */
static inline int
feed_leaf(const struct feed *f, struct leaf *leaf, struct err *e)
{
	struct arena scratch = { 0 };
	int r = 0;

	for (uint32_t i = 0; i < f->n && r == 0; i++) {
		struct lql_entry en;

		if (!selected(&leaf->range->log, &f->v[i]))
			continue;
		arena_reset(&scratch);
		entry_begin(&en, f->v[i].line, f->v[i].label, f->v[i].nlabel,
		    f->v[i].meta, f->v[i].nmeta, &scratch);
		r = eval_take(leaf, i % 2, &en, f->v[i].time, true, e);
	}
	arena_free(&scratch);
	return r;
}

static inline int
feed_query(const struct feed *f, struct lql_query *q,
    const struct lql_times *t, const struct eval_limits *max,
    struct points *out, bool *scalar, struct err *e)
{
	struct eval ev;
	struct table tb;
	int r = 0;

	if (!q->metric)
		return err_set(e, ERR_QUERY, "a log query");
	if (eval_init(&ev, q->metric, t, 2, &out->mem, e) == -1)
		return -1;
	for (uint32_t i = 0; i < ev.n && r == 0; i++)
		r = feed_leaf(f, &ev.leaf[i], e);
	if (r == 0)
		r = eval_finish(&ev, max, &tb, e);
	for (uint32_t i = 0; r == 0 && i < tb.n; i++)
		for (uint32_t k = 0; k < tb.steps; k++)
			if (table_has(&tb.s[i], k))
				points_add(out, tb.s[i].labels, (int64_t)k,
				    tb.s[i].v[k]);
	*scalar = eval_scalar(&ev);
	eval_free(&ev);
	return r;
}

static inline bool
nearly(double a, double b)
{
	if (isnan(a) || isnan(b) || isinf(a) || isinf(b))
		return (isnan(a) && isnan(b)) || a == b;
	return fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b));
}

static inline bool
same_point(const struct point *a, const struct point *b)
{
	return a->at == b->at && nearly(a->v, b->v) &&
	    labels_cmp(a->labels, b->labels) == 0;
}

/* In order, or each once. */
static inline bool
same_points(const struct points *want, const struct points *got,
    bool ordered)
{
	bool *taken = calloc(got->n + 1, sizeof *taken), same;

	same = want->n == got->n;
	for (uint32_t i = 0; i < want->n && same; i++) {
		uint32_t k = ordered ? i : 0;

		while (k < got->n && (taken[k] || !same_point(&want->v[i],
		    &got->v[k])) && !ordered)
			k++;
		same = k < got->n && same_point(&want->v[i], &got->v[k]);
		if (same)
			taken[k] = true;
	}
	free(taken);
	return same;
}

static inline void
points_say(const struct points *p)
{
	struct buf b = { 0 };

	for (uint32_t i = 0; i < p->n; i++) {
		labels_print(&b, p->v[i].labels);
		buf_addf(&b, " %lld: %g\n", (long long)p->v[i].at, p->v[i].v);
	}
	printf("%.*s", PS(buf_str(&b)));
	buf_free(&b);
}

/* ---- engine.json ------------------------------------------------------------ */

static inline struct labels
labels_of_json(json_t *o, struct arena *a)
{
	uint32_t n;
	struct log_pair *p = pairs_of(o, a, &n);
	struct label *v = arena_new(a, struct label, n);

	for (uint32_t i = 0; i < n; i++)
		v[i] = (struct label){ p[i].name, p[i].value, LABEL_STR };
	return labels_sort(v, n);
}

static inline int64_t
ns_of(json_t *c, const char *key)
{
	int64_t ns = 0;

	num_i64(text_of(c, key), &ns);
	return ns;
}

static inline void
feed_data(struct feed *f, json_t *root, struct str id)
{
	json_t *set, *stream, *entry;
	size_t i, k, m;

	json_array_foreach(json_object_get(root, "data"), i, set) {
		if (!str_eq(text_of(set, "id"), id))
			continue;
		json_array_foreach(json_object_get(set, "streams"), k,
		    stream) {
			struct fed l = { 0 };

			l.label = pairs_of(json_object_get(stream, "labels"),
			    &f->mem, &l.nlabel);
			json_array_foreach(json_object_get(stream, "entries"),
			    m, entry) {
				num_i64(str_of(json_string_value(
				    json_array_get(entry, 0))), &l.time);
				l.line = str_of(json_string_value(
				    json_array_get(entry, 1)));
				l.meta = pairs_of(json_array_get(entry, 2),
				    &f->mem, &l.nmeta);
				feed_add(f, l);
			}
		}
	}
}

static inline void
want_value(struct points *p, struct labels l, int64_t at, struct str v)
{
	double d = NAN;

	num_f64(v, &d);
	points_add(p, l, at, d);
}

static inline void
wanted_points(json_t *c, struct lql_times t, struct points *p)
{
	json_t *result = json_object_get(c, "result"), *s, *v;
	struct labels none = { NULL, 0 };
	size_t i, k;

	if (json_is_object(result))
		want_value(p, none, 0, text_of(result, "v"));
	json_array_foreach(result, i, s) {
		struct labels l = labels_of_json(json_object_get(s,
		    "metric"), &p->mem);

		if (json_object_get(s, "v"))
			want_value(p, l, 0, text_of(s, "v"));
		json_array_foreach(json_object_get(s, "values"), k, v) {
			int64_t ms = json_integer_value(json_array_get(v, 0));

			want_value(p, l, (ms - t.start / 1000000) /
			    (int64_t)(t.step / 1000000), str_of(
			    json_string_value(json_array_get(v, 1))));
		}
	}
}

static inline struct lql_times
times_of(json_t *c)
{
	struct lql_times t = { .start = ns_of(c, "time"), .step = 1,
		.steps = 1, .instant = true };

	if (!json_object_get(c, "step"))
		return t;
	t.start = ns_of(c, "start");
	t.step = (uint64_t)ns_of(c, "step");
	t.steps = (uint32_t)((ns_of(c, "end") - t.start) / (int64_t)t.step) +
	    1;
	t.instant = false;
	return t;
}

static inline const char *
engine_run(json_t *c, json_t *root, struct lql_query *q, struct points *want,
    struct points *got)
{
	struct lql_times t = times_of(c);
	struct str error = text_of(c, "error");
	struct err e = { 0 };
	struct feed f = { 0 };
	bool scalar = false, sorted = strstr(json_string_value(
	    json_object_get(c, "query")), "sort") != NULL;
	int r;

	feed_data(&f, root, text_of(c, "data"));
	r = feed_query(&f, q, &t, NULL, got, &scalar, &e);
	arena_free(&f.mem);
	wanted_points(c, t, want);
	if (r == -1)
		return error.n > 0 && str_starts(error, str_of(e.msg)) ?
		    NULL : arena_printf(&got->mem, "failed: %s", e.msg).p;
	if (error.n > 0)
		return "did not fail";
	if (t.instant && scalar != str_eq(text_of(c, "type"), S("scalar")))
		return "another type";
	return same_points(want, got, sorted && t.instant) ? NULL :
	    "another answer";
}

static inline void
engine_case(json_t *c, json_t *root)
{
	struct points want = { 0 }, got = { 0 };
	struct err e = { 0 };
	struct lql_query q;
	const char *why;

	if (str_eq(text_of(c, "kind"), S("logs")))
		return;		/* logql_logs.h */
	if (lql_parse(&q, text_of(c, "query"), &want.mem, &e) == -1) {
		verdict(false, c, e.msg);
	} else {
		why = engine_run(c, root, &q, &want, &got);
		verdict(!why, c, why);
		if (why)
			points_say(&got);
		lql_query_free(&q);
	}
	arena_free(&want.mem);
	arena_free(&got.mem);
}

/* ---- limits ----------------------------------------------------------------- */

static inline void
limited(json_t *c, const struct eval_limits *max, const struct feed *f,
    struct str error)
{
	struct lql_times t = { .start = 0, .step = UINT64_C(60000000000),
		.steps = 1667 };
	struct points got = { 0 };
	struct err e = { 0 };
	struct lql_query q;
	bool scalar;
	int r = 0;

	if (lql_parse(&q, text_of(c, "query"), &got.mem, &e) == -1)
		r = -1;
	else if (q.metric)
		r = feed_query(f, &q, &t, max, &got, &scalar, &e);
	verdict(error.n == 0 ? r == 0 : r == -1 && strstr(e.msg, error.p), c,
	    e.msg);
	lql_query_free(&q);
	arena_free(&got.mem);
}

static inline void
range_limit_case(json_t *c, json_t *root)
{
	struct eval_limits max = { 0 };
	struct feed none = { 0 };

	(void)root;
	num_prom_duration(text_of(c, "max_query_range"), &max.range);
	limited(c, &max, &none, text_of(c, "error_contains"));
}

static inline void
series_limit_case(json_t *c, json_t *root)
{
	static const struct log_pair foo = { S("app"), S("foo") },
	    bar = { S("app"), S("bar") }, both = { S("app"), S("foo|bar") };
	struct eval_limits max = { .series = (uint32_t)json_integer_value(
	    json_object_get(c, "max_series")) };
	struct feed f = { 0 };

	(void)root;
	/* two streams that all of the selectors there are said to take */
	for (int64_t i = 0; i < 100; i++)
		for (int k = 0; k < 3; k++)
			feed_add(&f, (struct fed){ .label = k == 0 ? &foo :
			    k == 1 ? &bar : &both, .nlabel = 1,
			    .meta = i % 2 ? &foo : &bar, .nmeta = 1,
			    .time = i * 1000000000 * 10 +
			    (k == 0) * (i % 7) * 1000000000,
			    .line = S("foo bar") });
	limited(c, &max, &f, json_is_true(json_object_get(c,
	    "limit_error")) ? S("maximum number of series") : S(""));
	arena_free(&f.mem);
}

/* ---- extract ---------------------------------------------------------------- */

static inline const char *
extract(struct lql_query *q, json_t *c, struct arena *a)
{
	struct lql_times t = { .step = 1, .steps = 1, .instant = true };
	struct err e = { 0 };
	uint32_t nstream, nmeta;
	struct log_pair *stream = pairs_of(json_object_get(c, "stream"), a,
	    &nstream);
	struct log_pair *meta = pairs_of(json_object_get(c, "metadata"), a,
	    &nmeta);
	struct lql_entry en;
	struct sample s;
	struct eval ev;
	double v = NAN;
	bool got;

	if (!q->metric || eval_init(&ev, q->metric, &t, 1, a, &e) == -1)
		return "no metric query";
	entry_begin(&en, text_of(c, "line"), stream, nstream, meta, nmeta, a);
	got = sampler_take(&ev.leaf[0].sampler, true, &en, &s);
	eval_free(&ev);
	if (got != json_is_true(json_object_get(c, "sample")))
		return got ? "a sample" : "no sample";
	num_f64(text_of(c, "value"), &v);
	if (!got)
		return NULL;
	if (!nearly(v, s.value))
		return "another value";
	return labels_cmp(s.labels, labels_of_json(json_object_get(c,
	    "labels"), a)) == 0 ? NULL : "other labels";
}

#endif
