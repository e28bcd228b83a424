#include "tql/far.h"

#include "base/num.h"
#include "otlp/walk.h"

#define RECORDS_MAX	((size_t)512 << 20)	/* of an answer */

static int
on_trace(void *arg, const struct remote_answer *a, struct err *e)
{
	struct rec rec = { .signal = SIGNAL_TRACES, .payload = a->text };
	struct far *f = arg;
	struct otlp_sum sum;

	if (a->kind != ANSWER_TRACE)
		return 0;
	if (a->text.n > RECORDS_MAX - f->records.n)
		return err_set(e, ERR_LIMIT, "traces of over %zu MiB",
		    RECORDS_MAX >> 20);
	if (otlp_check(SIGNAL_TRACES, a->text, &sum, e) == -1)
		return err_in(e, "a trace of the server");
	rec.items = sum.items;
	rec.min_time = sum.min_time;
	rec.max_time = sum.max_time;
	rec_put(&f->records, &rec, false);
	return 0;
}

void
far_empty(struct far *f, const struct tql_ask *tql)
{
	struct store_view_opts vo = { .kind = "traces", .say = tql->say,
		.say_arg = tql->say_arg };

	f->view = store_view_held(buf_str(&f->records), SIGNAL_TRACES, &vo);
}

static int
ask(struct far *f, const struct tql_ask *tql, const struct question *q,
    struct err *e)
{
	if (remote_ask(f->to, "tempo", f->tenant, q, on_trace, f, e) == -1)
		return -1;
	far_empty(f, tql);
	return 0;
}

int
far_ids(struct far *f, const struct tql_ask *tql, struct str ids,
    struct err *e)
{
	return ask(f, tql, &(struct question){ .what = QUESTION_TRACES,
	    .text = ids }, e);
}

int
far_search(struct far *f, const struct tql_ask *tql, struct str query,
    struct err *e)
{
	struct question qn = { .what = QUESTION_SEARCH, .text = query,
		.from = tql->o.from, .to = tql->o.to, .limit = tql->o.limit };
	struct arena mem = { 0 };
	struct tql_query q;
	bool metric;

	if (tql_parse(&q, query, &mem, e) == -1) {
		arena_free(&mem);
		return -1;
	}
	metric = q.metric != NULL;
	tql_free(&q);
	arena_free(&mem);
	if (!metric) {
		remote_range(&qn.from, &qn.to);
		return ask(f, tql, &qn, e);
	}
	far_empty(f, tql);
	return 0;
}

struct wanted {
	const struct tql_range *range;
	struct table *table;
	struct arena *mem;
};

static int
on_series(void *arg, const struct remote_answer *a, struct err *e)
{
	struct wanted *w = arg;
	const struct tql_range *range = w->range;
	struct series *s;

	if (a->kind != ANSWER_SERIES)
		return 0;
	s = table_add(w->table, labels_copy(a->labels, w->mem), e);
	for (size_t i = 0; s && i < a->points; i++) {
		/* the first step ends one after the start */
		uint64_t n = (a->point[i].time - range->start +
		    range->step - 1) / range->step - 1;

		if (a->point[i].time > range->start && n < range->steps)
			table_put(s, (uint32_t)n, a->point[i].value);
	}
	return s ? 0 : -1;
}

int
far_metrics(const struct far *f, const struct tql_ask *tql,
    const struct tql_query *q, struct tql_range *range, struct arena *mem,
    struct table *t, struct err *e)
{
	struct wanted w = { range, t, mem };
	struct question qn = { .what = QUESTION_SERIES, .text = q->text,
		.from = tql->o.from, .to = tql->o.to };

	if (tql->exemplars > 0)
		return err_set(e, ERR_QUERY, "--exemplars: of a store only, "
		    "not of a server");
	remote_range(&qn.from, &qn.to);
	qn.from += qn.from == 0;
	qn.step = tql->step == ASK_STEP_AUTO ? tql_range_step(qn.from - 1,
	    qn.to - 1) : tql->step;
	if (tql_range(range, qn.from - 1, qn.to - 1, qn.step, e) == -1)
		return -1;
	qn.from = range->start;
	qn.to = range->end;
	table_init(t, range->steps, mem);
	if (remote_ask(f->to, "tempo", f->tenant, &qn, on_series, &w, e) == -1)
		return -1;
	table_sweep(t);
	return 1;
}

#define NAMES_MAX	1000000u

/* Names as they come: a scope or type, and a text. */
struct names {
	struct label *v;
	size_t n, cap;
	struct arena *mem;
};

static int
on_name(void *arg, const struct remote_answer *a, struct err *e)
{
	struct names *ns = arg;

	if (a->kind != ANSWER_NAME || a->labels.n != 1)
		return 0;
	if (ns->n == NAMES_MAX)
		return err_set(e, ERR_LIMIT, "over %u names", NAMES_MAX);
	if (ns->n == ns->cap) {
		ns->cap = ns->cap ? ns->cap * 2 : 64;
		ns->v = arena_grow(ns->mem, ns->v, ns->n, ns->cap,
		    sizeof *ns->v);
	}
	ns->v[ns->n++] = labels_copy(a->labels, ns->mem).v[0];
	return 0;
}

static int
ask_names(const struct far *f, const struct tql_ask *tql, struct question *qn,
    struct names *ns, struct err *e)
{
	qn->from = tql->o.from;
	qn->to = tql->o.to;
	remote_range(&qn->from, &qn->to);
	return remote_ask(f->to, "tempo", f->tenant, qn, on_name, ns, e);
}

/* What is in no scope that attributes have is left out. */
int
far_tags(const struct far *f, const struct tql_ask *tql, struct arena *mem,
    struct tql_tag **out, size_t *n, struct err *e)
{
	struct names ns = { .mem = mem };

	if (ask_names(f, tql, &(struct question){ .what = QUESTION_TAGS }, &ns,
	    e) == -1)
		return -1;
	*out = arena_new(mem, struct tql_tag, ns.n + 1);
	*n = 0;
	for (size_t i = 0; i < ns.n; i++)
		for (enum tql_scope s = SCOPE_SPAN; s < SCOPES; s++)
			if (str_eq(ns.v[i].name, tql_scope_word(s)))
				(*out)[(*n)++] = (struct tql_tag){ s,
				    ns.v[i].value };
	tql_tags_sort(*out, *n);
	return 0;
}

static struct tql_val
value_of(const struct label *l)
{
	struct tql_val v = { .type = TQL_STR, .s = l->value };

	if (str_eq(l->name, S("int")) && num_i64(l->value, &v.i))
		v.type = TQL_INT;
	else if (str_eq(l->name, S("float")) && num_f64(l->value, &v.f))
		v.type = TQL_FLOAT;
	else if (str_eq(l->name, S("bool"))) {
		v.i = str_eq(l->value, S("true"));
		v.type = TQL_BOOL;
	}
	return v;
}

int
far_values(const struct far *f, const struct tql_ask *tql, struct str key,
    struct str filter, struct arena *mem, struct tql_val **out, size_t *n,
    struct err *e)
{
	struct names ns = { .mem = mem };

	if (ask_names(f, tql, &(struct question){ .what = QUESTION_VALUES,
	    .name = key, .text = filter }, &ns, e) == -1)
		return -1;
	*out = arena_new(mem, struct tql_val, ns.n + 1);
	for (size_t i = 0; i < ns.n; i++)
		(*out)[i] = value_of(&ns.v[i]);
	*n = ns.n;
	tql_values_sort(*out, *n);
	return 0;
}

void
far_free(struct far *f)
{
	store_view_close(f->view);
	f->view = NULL;
	buf_free(&f->records);
}
