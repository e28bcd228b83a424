/* traceql_metrics: a case of metrics.json against the series of tql_metrics. */
#ifndef CONFORMANCE_TRACEQL_METRICS_H
#define CONFORMANCE_TRACEQL_METRICS_H

#include "conformance/traceql.h"
#include "tql/metrics.h"

static inline bool
same_label(const struct label *l, json_t *want)
{
	static const char *const types[] = { "string", "int", "double",
	    "bool" };
	json_t *v = json_array_get(want, 1);
	const char *type = json_object_iter_key(json_object_iter(v));
	json_t *x = json_object_get(v, type);
	json_t *name = json_array_get(want, 0);

	if (!str_eq(l->name, str_of(json_string_value(name))) ||
	    strcmp(type, types[l->type]) != 0)
		return false;
	switch (l->type) {
	case LABEL_STR: return str_eq(l->value, json_text(v, type));
	case LABEL_INT: return strtoll(l->value.p, NULL, 10) ==
	    json_integer_value(x);
	case LABEL_F64: return strtod(l->value.p, NULL) == json_f64(x);
	default: return str_eq(l->value, S("true")) == json_is_true(x);
	}
}

static inline bool
same_labels(struct labels l, json_t *want)
{
	json_t *one;
	size_t i;

	if (l.n != json_array_size(want))
		return false;
	json_array_foreach(want, i, one) {
		bool found = false;

		for (uint32_t k = 0; k < l.n; k++)
			found |= same_label(&l.v[k], one);
		if (!found)
			return false;
	}
	return true;
}

static inline bool
same_series(const struct series *s, const struct tql_range *r, json_t *want)
{
	json_t *samples = json_object_get(want, "samples"), *one;
	size_t i, n = 0;

	if (!same_labels(s->labels, json_object_get(want, "labels")))
		return false;
	for (uint32_t at = 0; at < r->steps; at++)
		n += table_has(s, at);
	if (n != json_array_size(samples))
		return false;
	json_array_foreach(samples, i, one) {
		int64_t ms = json_integer_value(json_array_get(one, 0));
		double v = json_f64(json_array_get(one, 1));
		uint32_t at = 0;

		while (at < r->steps && (int64_t)(tql_range_at(r, at) /
		    1000000) != ms)
			at++;
		if (at == r->steps || !table_has(s, at) || (s->v[at] != v &&
		    !(fabs(s->v[at] - v) <= 1e-9 * fabs(v))))
			return false;
	}
	return true;
}

static inline void
say_series(struct buf *b, const struct table *t, const struct tql_range *r,
    json_t *want)
{
	json_t *one;
	size_t i;

	for (uint32_t k = 0; k < t->n; k++) {
		bool found = false;

		json_array_foreach(want, i, one)
			found |= same_series(&t->s[k], r, one);
		if (found)
			continue;
		buf_adds(b, S("got "));
		labels_print(b, t->s[k].labels);
		for (uint32_t at = 0; at < r->steps; at++)
			if (table_has(&t->s[k], at))
				buf_addf(b, " %llu:%g", (unsigned long long)
				    (tql_range_at(r, at) / 1000000),
				    t->s[k].v[at]);
		buf_adds(b, S("\n  "));
	}
	json_array_foreach(want, i, one) {
		bool found = false;
		char *text;

		for (uint32_t k = 0; k < t->n; k++)
			found |= same_series(&t->s[k], r, one);
		if (found)
			continue;
		text = json_dumps(one, JSON_COMPACT);
		buf_addf(b, "want %.500s\n  ", text);
		free(text);
	}
}

static inline enum verdict
metrics_case(json_t *c, struct store_view *view, const struct tql_query *q,
    struct buf *why)
{
	json_t *want = json_object_get(json_object_get(c, "expect"), "series");
	struct tql_metrics_opts o = { .workers = 2 };
	bool instant = json_is_true(json_object_get(c, "instant"));
	uint64_t start = (uint64_t)json_integer_value(json_object_get(c,
	    "start"));
	uint64_t end = (uint64_t)json_integer_value(json_object_get(c, "end"));
	uint64_t step = (uint64_t)json_integer_value(json_object_get(c,
	    "step"));
	struct arena mem = { 0 };
	struct err e = { 0 };
	struct table t;
	bool same;

	if (!q->metric) {
		buf_adds(why, S("not a metrics query"));
		return V_FAILED;
	}
	if (tql_range(&o.range, start, end, instant ? 0 : step, &e) == -1 ||
	    tql_metrics(view, q, &o, &mem, &t, NULL, &e) == -1) {
		buf_adds(why, str_of(e.msg));
		arena_free(&mem);
		return V_FAILED;
	}
	say_series(why, &t, &o.range, want);
	same = why->n == 0 && t.n == json_array_size(want);
	if (!same)
		buf_addf(why, "%u series, not %zu", t.n,
		    json_array_size(want));
	arena_free(&mem);
	return same ? V_PASSED : V_FAILED;
}

#endif
