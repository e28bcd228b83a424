/*
 * The engine against traceref.h: random traces, cut over blocks and tail at
 * random, random queries of the grammar; every answer must be the same.
 */
#include <unistd.h>

#include "base/num.h"
#include "tql/metrics.h"
#include "tql/tags.h"

#include "folder.h"
#include "tqlask.h"
#include "traceref.h"

#define QUERIES		40u	/* of each data set */

static unsigned long some, asked;	/* answers that are not empty; all */

/* ---- answers ------------------------------------------------------------------ */

/* Lines of an answer; sorted before they are compared. */
struct answer { struct str line[2000]; uint32_t n; struct arena *mem; };

static void
add_line(struct answer *a, struct buf *b)
{
	if (a->n == 2000)
		die("too long an answer");
	a->line[a->n++] = arena_str(a->mem, buf_str(b));
	buf_reset(b);
}

static int
by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static void
say_attr(struct buf *b, const struct tql_stage *st, const struct tql_val *v)
{
	tql_stage_print(b, st);
	buf_addf(b, "=%d ", v->type);
	if (v->type == TQL_FLOAT)	/* sums depend on their order */
		buf_addf(b, "%.6g", fabs(v->f) < 1e-9 ? 0 : v->f);
	else
		tql_val_print(b, v);
	buf_u8(b, ' ');
}

static int
by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void
say_ids(struct buf *b, uint32_t *id, uint32_t n)
{
	if (n > 1)
		qsort(id, n, sizeof *id, by_number);
	for (uint32_t i = 0; i < n; i++)
		buf_addf(b, " %u", id[i]);
}

static void
expected(const struct ref_data *d, const struct tql_query *q,
    struct answer *a)
{
	struct buf b = { 0 };

	for (uint32_t t = 0; t < REF_TRACES; t++) {
		struct ref_sets got = ref_trace(d, q->pipe, t, a->mem);

		for (uint32_t k = 0; k < got.n; k++) {
			const struct ref_set *s = &got.v[k];
			uint32_t id[REF_SPANS], n = 0;

			if (!ref_any(s))
				continue;
			buf_addf(&b, "%u: ", t);
			for (uint32_t i = 0; i < s->nattr; i++)
				say_attr(&b, s->by[i], &s->val[i]);
			for (uint32_t i = 0; i < d->n; i++)
				if (s->in[i])
					id[n++] = d->s[i].id;
			say_ids(&b, id, n);
			add_line(a, &b);
		}
	}
	buf_free(&b);
}

static int
answered(struct store_view *v, const struct tql_query *q, struct answer *a,
    struct err *e)
{
	struct tql_opts o = { .spans = UINT32_MAX, .workers = 1 };
	struct tql_result res;
	struct buf b = { 0 };
	int r = tql_run(v, q, &o, &res, e);

	for (size_t t = 0; t < res.n && r == 0; t++)
		for (uint32_t k = 0; k < res.trace[t].nset; k++) {
			const struct tql_spanset *s = &res.trace[t].set[k];
			uint32_t id[REF_SPANS];

			buf_addf(&b, "%u: ", res.trace[t].id[15]);
			for (uint32_t i = 0; i < s->nattr; i++)
				say_attr(&b, s->attr[i].stage,
				    &s->attr[i].val);
			for (uint32_t i = 0; i < s->nspan; i++)
				id[i] = s->span[i].id[6] * 256u +
				    s->span[i].id[7];
			say_ids(&b, id, s->nspan);
			add_line(a, &b);
		}
	tql_result_free(&res);
	buf_free(&b);
	return r;
}

/* ---- metrics ------------------------------------------------------------------ */

/* A group's labels as text: "name=type value" each, the missing left out. */
static void
say_group(const struct ref_data *d, const struct tql_metric *m,
    const struct ref_span *s, struct buf *b, struct arena *mem)
{
	struct str part[6];
	struct buf one = { 0 };
	uint32_t n = 0;

	for (uint32_t i = 0; i < m->nby; i++) {
		struct tql_expr x = { .kind = EX_ATTR, .attr = m->by[i] };
		struct tql_val v = ref_first(d, s, &x, mem);

		if (v.type == TQL_NIL || v.type == TQL_ARRAY)
			continue;
		buf_reset(&one);
		tql_attr_print(&one, m->by[i]);
		buf_u8(&one, '=');
		if (v.type == TQL_STR)
			buf_adds(&one, v.s);
		else
			tql_val_print(&one, &v);
		part[n++] = arena_str(mem, buf_str(&one));
	}
	if (n == 0 && m->nby > 0) {
		buf_reset(&one);
		tql_attr_print(&one, m->by[0]);
		buf_adds(&one, S("=nil"));
		part[n++] = arena_str(mem, buf_str(&one));
	}
	qsort(part, n, sizeof *part, by_text);
	for (uint32_t i = 0; i < n; i++)
		if (i == 0 || !str_eq(part[i], part[i - 1]))
			buf_addf(b, "%.*s;", PS(part[i]));
	buf_free(&one);
}

struct ref_point { struct str key; double n, v; };

static bool
measured(const struct ref_data *d, const struct tql_metric *m,
    const struct ref_span *s, struct buf *key, double *out, struct arena *mem)
{
	struct tql_expr x = { .kind = EX_ATTR, .attr = m->of };
	struct tql_val v;
	double bound = 2;

	*out = 1;
	if (!m->of)
		return true;
	v = ref_first(d, s, &x, mem);
	if (!tql_numeric(v.type))
		return false;
	*out = v.type == TQL_FLOAT ? v.f : (double)v.i;
	if (m->kind != METRIC_HISTOGRAM) {
		*out /= m->of->in == IN_DURATION ? 1e9 : 1;
		return true;
	}
	if (v.type == TQL_FLOAT || v.i < 2)
		return false;
	while (bound < (double)v.i)
		bound *= 2;
	buf_addf(key, "bucket %.17g", v.type == TQL_DURATION ? bound / 1e9 :
	    bound);
	return true;
}

static void
add_point(struct ref_point *p, uint32_t *n, struct str key, double v,
    enum tql_metric_kind kind)
{
	uint32_t i = 0;

	while (i < *n && !str_eq(p[i].key, key))
		i++;
	if (i == *n)
		p[(*n)++] = (struct ref_point){ key, 0, kind == METRIC_MIN ||
		    kind == METRIC_MAX ? v : 0 };
	p[i].n++;
	p[i].v = kind == METRIC_MIN ? (v < p[i].v ? v : p[i].v) :
	    kind == METRIC_MAX ? (v > p[i].v ? v : p[i].v) : p[i].v + v;
}

/* "group @step value", of what is not zero. */
static void
expected_points(const struct ref_data *d, const struct tql_metric *m,
    const struct tql_range *r, struct answer *a)
{
	struct ref_point *p = arena_new(a->mem, struct ref_point, REF_SPANS);
	struct buf b = { 0 };
	uint32_t n = 0;

	for (uint32_t t = 0; t < REF_TRACES; t++) {
		struct ref_sets got = ref_trace(d, m->pipe, t, a->mem);

		for (uint32_t k = 0; k < got.n; k++)
			for (uint32_t i = 0; i < d->n; i++) {
				const struct ref_span *s = &d->s[i];
				uint64_t at = (uint64_t)s->start;
				double v;

				buf_reset(&b);
				if (!got.v[k].in[i] || at <= r->from ||
				    at > r->to)
					continue;
				say_group(d, m, s, &b, a->mem);
				if (!measured(d, m, s, &b, &v, a->mem))
					continue;
				buf_addf(&b, "@%llu", (unsigned long long)
				    ((at - r->start - 1) / r->step));
				add_point(p, &n, arena_str(a->mem,
				    buf_str(&b)), v, m->kind);
			}
	}
	for (uint32_t i = 0; i < n; i++) {
		double v = m->kind <= METRIC_COUNT ||
		    m->kind == METRIC_HISTOGRAM ? p[i].n : p[i].v;

		if (m->kind == METRIC_RATE)
			v /= (double)r->step / 1e9;
		if (m->kind == METRIC_AVG)
			v /= p[i].n;
		buf_reset(&b);
		buf_addf(&b, "%.*s %.9g", PS(p[i].key), v == 0 ? 0 : v);
		if (v != 0 || m->kind > METRIC_COUNT)
			add_line(a, &b);
	}
	buf_free(&b);
}

static int
answered_points(struct store_view *v, const struct tql_query *q,
    const struct tql_range *r, struct answer *a, struct err *e)
{
	struct tql_metrics_opts o = { .range = *r, .workers = 2 };
	bool counts = q->metric->kind <= METRIC_COUNT ||
	    q->metric->kind == METRIC_HISTOGRAM;
	struct buf b = { 0 };
	struct table t;

	if (tql_metrics(v, q, &o, a->mem, &t, NULL, e) == -1)
		return -1;
	for (uint32_t i = 0; i < t.n; i++)
		for (uint32_t at = 0; at < r->steps; at++) {
			struct labels l = t.s[i].labels;
			double x = t.s[i].v[at], bound;

			if (!table_has(&t.s[i], at) || (counts && x == 0))
				continue;
			buf_reset(&b);
			for (uint32_t k = 0; k < l.n; k++)
				if (str_eq(l.v[k].name, S("__bucket")))
					continue;
				else if (!str_eq(l.v[k].name, LABEL_NAME))
					buf_addf(&b, "%.*s=%.*s%s;",
					    PS(l.v[k].name), PS(l.v[k].value),
					    l.v[k].type == LABEL_F64 &&
					    !memchr(l.v[k].value.p, '.',
					    l.v[k].value.n) ? ".0" : "");
			if (num_f64(labels_get(l, S("__bucket")), &bound))
				buf_addf(&b, "bucket %.17g", bound);
			buf_addf(&b, "@%u %.9g", at, x == 0 ? 0 : x);
			add_line(a, &b);
		}
	buf_free(&b);
	return 0;
}

/* ---- one query ---------------------------------------------------------------- */

static bool
same(struct answer *a, struct answer *b)
{
	qsort(a->line, a->n, sizeof *a->line, by_text);
	qsort(b->line, b->n, sizeof *b->line, by_text);
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (!str_eq(a->line[i], b->line[i]))
			return false;
	return true;
}

static void
show(const char *what, const struct answer *a)
{
	fprintf(stderr, " %s\n", what);
	for (uint32_t i = 0; i < a->n && i < 30; i++)
		fprintf(stderr, "  %.*s\n", PS(a->line[i]));
}

/* Whether the query was one. */
static bool
compare(struct store_view *v, const struct ref_data *d, struct str text,
    unsigned long round)
{
	static struct answer want, got;
	struct arena mem = { 0 };
	struct tql_range r;
	struct tql_query q;
	struct err e = { 0 };
	int failed;

	if (tql_parse(&q, text, &mem, &e) == -1) {
		arena_free(&mem);
		return false;
	}
	want.n = got.n = 0;
	want.mem = got.mem = &mem;
	ref_failed = false;
	if (q.metric) {
		tql_range(&r, BASE - 1 + roll(1000000), BASE + 30000000,
		    1000000 + roll(7000000), NULL);
		expected_points(d, q.metric, &r, &want);
		failed = answered_points(v, &q, &r, &got, &e);
	} else {
		expected(d, &q, &want);
		failed = answered(v, &q, &got, &e);
	}
	if (ref_failed)
		failed = 0;	/* either may be */
	if (failed || (!ref_failed && !same(&want, &got))) {
		fprintf(stderr, "round %lu: %.*s %s\n", round, PS(text),
		    e.msg);
		show("got", &got);
		show("want", &want);
		unit_failed++;
	} else {
		unit_passed++;
		some += got.n > 0;
	}
	asked++;
	tql_free(&q);
	arena_free(&mem);
	return true;
}

/* ---- values of an attribute ----------------------------------------------------- */

static void
say_value(struct answer *a, const struct tql_val *v)
{
	struct buf b = { 0 };

	for (uint32_t i = 0; v->type == TQL_ARRAY && i < v->n; i++)
		say_value(a, &v->a[i]);
	if (v->type == TQL_NIL || v->type == TQL_ARRAY)
		return;
	buf_addf(&b, "%d ", v->type);
	tql_val_print(&b, v);
	for (uint32_t i = 0; i < a->n; i++)
		if (str_eq(a->line[i], buf_str(&b)))
			buf_reset(&b);
	if (b.n > 0)
		add_line(a, &b);
	buf_free(&b);
}

static void
expected_values(const struct ref_data *d, const struct tql_attr *attr,
    const struct tql_query *q, const struct tql_opts *o, struct answer *a)
{
	for (uint32_t i = 0; i < d->n; i++) {
		const struct ref_span *s = &d->s[i];
		unsigned where = ref_where(attr);
		uint32_t n = where == 1 ? s->events : where == 2 ? s->links : 1;

		if ((q && !ref_filter(d, s, q->pipe->set->filter, a->mem)) ||
		    (o->to > 0 && ((uint64_t)s->start < o->from ||
		    (uint64_t)s->start >= o->to)))
			continue;
		for (uint32_t k = 0; k < n; k++) {
			struct tql_val v = ref_value(d, s, attr, k, k,
			    a->mem);

			say_value(a, &v);
		}
	}
}

/* Some attribute's values, of all spans, of a range, or of a filter's. */
static void
compare_values(struct store_view *v, const struct ref_data *d,
    unsigned long round)
{
	static const char *const all[] = { "span.i", "resource.i", "span.f",
	    "span.m", "resource.s", "span.b", "instrumentation.ni",
	    "event.es", "event.em", "link.ls", "event:name", "name",
	    "statusMessage", "rootName", "rootServiceName", "span:childCount",
	    "instrumentation:name", "resource.service.name", "span.none" };
	static struct answer want, got;
	struct tql_opts o = { .workers = 2 };
	struct arena mem = { 0 };
	struct tql_query q = { .nattr = 0 }, own;
	struct buf text = { 0 };
	const struct tql_attr *attr;
	struct tql_val *value;
	struct err e = { 0 };
	size_t n;
	int r;

	want.n = got.n = 0;
	want.mem = got.mem = &mem;
	if (roll(2) == 0) {
		o.from = BASE + 1 + roll(10000000);
		o.to = o.from + 1 + roll(10000000);
	}
	if (roll(3) == 0)
		some_filter(&text);
	attr = tql_parse_attr(&own, str_of(PICK(all)), &mem, &e);
	if (!attr || (text.n > 0 && tql_parse(&q, buf_str(&text), &mem,
	    &e) == -1))
		goto out;
	ref_failed = false;
	expected_values(d, attr, q.pipe ? &q : NULL, &o, &want);
	r = tql_values(v, attr, q.pipe ? &q : NULL, &o, &mem, &value, &n, &e);
	CHECK(r == 0 || ref_failed);
	if (ref_failed)
		goto out;
	for (size_t i = 0; i < n; i++)
		say_value(&got, &value[i]);
	CHECK(got.n == n);
	CHECK(same(&want, &got));
	if (!same(&want, &got)) {
		fprintf(stderr, "round %lu: values of %.*s %.*s\n", round,
		    PS(own.text), PS(text));
		show("got", &got);
		show("want", &want);
	}
out:
	tql_free(&q);
	buf_free(&text);
	arena_free(&mem);
}

static void
one_round(const char *tmp, unsigned long round)
{
	static struct ref_data d;
	struct arena mem = { 0 };
	struct buf text = { 0 };
	struct store_view *v;
	struct cutstore c;

	seed = round;
	make_data(&d, &mem);
	v = make_store(&c, tmp, &d);
	for (uint32_t n = 0; n < QUERIES && unit_failed < 5;) {
		some_query(&text);
		n += compare(v, &d, buf_str(&text), round);
	}
	for (uint32_t n = 0; n < QUERIES && unit_failed < 5; n++)
		compare_values(v, &d, round);
	store_view_close(v);
	cutstore_wipe(&c);
	buf_free(&text);
	arena_free(&mem);
}

int
main(void)
{
	char dir[FOLDER_PATH];

	folder_new(dir, "tql_diff");
	for (unsigned long round = 0; round < unit_rounds(50, 2500) &&
	    unit_failed < 5; round++)
		one_round(dir, round);
	folder_wipe(dir);
	CHECK(some > asked / 4);	/* or this test says little */
	return unit_done();
}
