/* traceql_eval: a case of eval.json against the answer of tql_run. */
#ifndef CONFORMANCE_TRACEQL_EVAL_H
#define CONFORMANCE_TRACEQL_EVAL_H

#include <math.h>

#include "base/num.h"
#include "conformance/traceql.h"

static inline bool
same_typed(const struct tql_val *v, json_t *want)
{
	const char *type = json_object_iter_key(json_object_iter(want));
	json_t *x = json_object_get(want, type), *one;
	char text[40];
	size_t i;

	switch (v->type) {
	case TQL_STR:
		return strcmp(type, "string") == 0 &&
		    str_eq(v->s, json_text(want, type));
	case TQL_INT:
		return strcmp(type, "int") == 0 &&
		    v->i == json_integer_value(x);
	case TQL_FLOAT:
		return strcmp(type, "double") == 0 && fabs(v->f -
		    json_f64(x)) <= 1e-9 * fabs(v->f);
	case TQL_BOOL:
		return strcmp(type, "bool") == 0 && v->i == json_is_true(x);
	case TQL_DURATION:
		if (strcmp(type, "duration") == 0)
			return v->i == json_integer_value(x);
		return strcmp(type, "string") == 0 && str_eq(str_of(
		    num_fmt_go_duration(text, v->i)), json_text(want, type));
	case TQL_STATUS: case TQL_KIND:
		return str_eq(json_text(want, type), v->type == TQL_KIND ?
		    tql_kind_word(v->i) : tql_status_word(v->i));
	case TQL_ARRAY:
		if (strcmp(type, "array") != 0 || json_array_size(x) != v->n)
			return false;
		json_array_foreach(x, i, one)
			if (!same_typed(&v->a[i], one))
				return false;
		return true;
	default:
		return strcmp(type, "nil") == 0;
	}
}

/* [key, typed] */
static inline bool
same_pair(struct str key, const struct tql_val *v, json_t *want)
{
	json_t *k = json_array_get(want, 0);

	return str_eq(key, str_mk(json_string_value(k),
	    json_string_length(k))) && same_typed(v, json_array_get(want, 1));
}

/* The key as search results have it: unscoped. */
static inline struct str
unscoped(const struct tql_attr *a, struct buf *b)
{
	buf_reset(b);
	if (a->in == IN_NONE)
		buf_adds(b, a->name);
	else
		tql_attr_print(b, a);
	return buf_str(b);
}

/* The reference shows those elements of an array that satisfied. */
static inline bool
in_array(const struct tql_val *v, json_t *pair)
{
	json_t *want = json_array_get(pair, 1), *one;
	json_t *all = json_object_get(want, "array");
	size_t i, seen = 0;

	if (v->type != TQL_ARRAY)
		return false;
	for (uint32_t k = 0; k < v->n && !all; k++)
		if (same_typed(&v->a[k], want))
			return true;
	json_array_foreach(all, i, one)
		for (uint32_t k = 0; k < v->n; k++)
			if (same_typed(&v->a[k], one)) {
				seen++;
				break;
			}
	return all && seen == json_array_size(all);
}

/* Every attribute that must be shown is. */
static inline bool
same_span(const struct tql_span *s, json_t *want)
{
	struct buf b = { 0 };
	bool all = true;
	json_t *pair;
	size_t i;

	json_array_foreach(json_object_get(want, "attributes"), i, pair) {
		bool found = false;

		for (uint32_t k = 0; k < s->nshown; k++)
			found |= same_pair(unscoped(s->shown[k].attr, &b),
			    &s->shown[k].val, pair) ||
			    in_array(&s->shown[k].val, pair);
		all &= found;
	}
	buf_free(&b);
	return all;
}

static inline bool
same_set(const struct tql_spanset *s, json_t *want, size_t spss)
{
	json_t *spans = json_object_get(want, "spans"), *one;
	json_t *attrs = json_object_get(want, "attributes");
	size_t matched = (size_t)json_integer_value(json_object_get(want,
	    "matched")), i, seen = 0;

	if (s->matched != matched || s->nattr != json_array_size(attrs) ||
	    s->nspan != (spss && spss < matched ? spss : matched))
		return false;
	json_array_foreach(attrs, i, one) {
		struct buf b = { 0 };
		bool same;

		tql_stage_print(&b, s->attr[i].stage);
		same = same_pair(buf_str(&b), &s->attr[i].val, one);
		buf_free(&b);
		if (!same)
			return false;
	}
	for (uint32_t k = 0; k < s->nspan; k++)
		json_array_foreach(spans, i, one) {
			char hex[17];

			str_hex(hex, s->span[k].id, 8);
			if (str_eq(span_id(one), str_of(hex)) &&
			    same_span(&s->span[k], one)) {
				seen++;
				break;
			}
		}
	return seen == s->nspan;
}

static inline bool
same_trace(const struct tql_trace *t, json_t *want, size_t spss)
{
	json_t *sets = json_object_get(want, "spansets"), *s;
	size_t i;

	if (json_array_size(sets) != t->nset)
		return false;
	json_array_foreach(sets, i, s) {
		bool found = false;

		for (uint32_t k = 0; k < t->nset && !found; k++)
			found = same_set(&t->set[k], s, spss);
		if (!found)
			return false;
	}
	return true;
}

static inline void
say_answer(struct buf *b, const struct tql_result *res)
{
	for (size_t i = 0; i < res->n; i++) {
		char hex[33];

		str_hex(hex, res->trace[i].id, 16);
		buf_addf(b, "%s:", hex);
		for (uint32_t k = 0; k < res->trace[i].nset; k++) {
			const struct tql_spanset *s = &res->trace[i].set[k];

			buf_adds(b, S(" ["));
			for (uint32_t n = 0; n < s->nattr; n++) {
				tql_stage_print(b, s->attr[n].stage);
				buf_u8(b, '=');
				tql_val_print(b, &s->attr[n].val);
				buf_u8(b, ' ');
			}
			for (uint32_t n = 0; n < s->nspan; n++) {
				str_hex(hex, s->span[n].id, 8);
				buf_addf(b, "%s ", hex);
			}
			buf_addf(b, "of %u]", s->matched);
		}
		buf_adds(b, S("\n  "));
	}
}

static inline bool
same_answer(const struct tql_result *res, json_t *c)
{
	json_t *traces = json_object_get(json_object_get(c, "expect"),
	    "traces"), *t;
	size_t limit = (size_t)json_integer_value(json_object_get(c, "limit"));
	size_t spss = (size_t)json_integer_value(json_object_get(c, "spss"));
	size_t n = json_array_size(traces), i;

	if (res->n != (limit && limit < n ? limit : n))
		return false;
	for (size_t k = 0; k < res->n; k++) {
		bool found = false;
		char hex[33];

		str_hex(hex, res->trace[k].id, 16);
		json_array_foreach(traces, i, t)
			if (str_eq(json_text(t, "traceId"), str_of(hex)))
				found = same_trace(&res->trace[k], t, spss);
		if (!found)
			return false;
	}
	return true;
}

static inline enum verdict
eval_case(json_t *c, struct store_view *view, const struct tql_query *q,
    struct buf *why)
{
	json_t *expect = json_object_get(c, "expect");
	size_t spss = (size_t)json_integer_value(json_object_get(c, "spss"));
	struct tql_opts o = { .workers = 1, .limit = (uint64_t)
	    json_integer_value(json_object_get(c, "limit")),
	    .spans = spss ? (uint32_t)spss : UINT32_MAX };
	bool error = json_object_get(expect, "error");
	struct tql_result res = { 0 };
	enum verdict v = V_PASSED;
	struct err e = { 0 };

	if (tql_run(view, q, &o, &res, &e) == -1) {
		v = error && e.kind == ERR_QUERY ? V_PASSED : V_FAILED;
		buf_adds(why, str_of(e.msg));
	} else if (error || !same_answer(&res, c)) {
		char *text = json_dumps(expect, JSON_COMPACT);

		say_answer(why, &res);
		buf_addf(why, "want %.900s", text);
		free(text);
		v = V_FAILED;
	}
	if (v == V_PASSED)
		buf_reset(why);
	tql_result_free(&res);
	return v;
}

#endif
