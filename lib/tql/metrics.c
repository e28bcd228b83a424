#include "tql/metrics.h"

#include <math.h>
#include <stdlib.h>

#include "base/pool.h"
#include "base/time.h"
#include "query/agg.h"
#include "query/binary.h"
#include "show/axis.h"
#include "tql/pot.h"

/* ---- time ------------------------------------------------------------------ */

int
tql_range(struct tql_range *r, uint64_t from, uint64_t to, uint64_t step,
    struct err *e)
{
	uint64_t n;

	if (to <= from)
		return err_set(e, ERR_QUERY, "the range ends before it "
		    "begins");
	if (step == 0) {
		*r = (struct tql_range){ from, to, from, to, to - from, 1 };
		return 0;
	}
	*r = (struct tql_range){ from, to, from - from % step, to, step, 0 };
	if (to % step > 0 &&
	    __builtin_add_overflow(to - to % step, step, &r->end))
		return err_set(e, ERR_QUERY, "the range ends too late");
	n = (r->end - r->start) / step;
	if (n > TQL_STEPS_MAX)
		return err_set(e, ERR_QUERY, "%llu steps: over the limit of "
		    "%u; a longer --step, or a shorter range",
		    (unsigned long long)n, TQL_STEPS_MAX);
	r->steps = (uint32_t)n;
	return 0;
}

uint64_t
tql_range_at(const struct tql_range *r, uint32_t no)
{
	uint64_t at = r->start + (no + UINT64_C(1)) * r->step;

	return at > r->end ? r->end : at;
}

uint64_t
tql_range_step(uint64_t from, uint64_t to)
{
	const uint64_t day = 86400 * NS_S;

	for (uint64_t step = show_round_time((to - from) / 100); step > 0;
	    step = show_round_time(step + 1))
		if (to / step - from / step < 100)
			return step;
	return (to - from) / day / 100 * day + day;
}

/* ---- the scan -------------------------------------------------------------- */

struct scan {
	const struct tql_query *q;
	const struct tql_metrics_opts *o;
	const struct tql_metric **leaf;
	uint32_t n, exemplars;
	bool extrapolate;
	struct pot *pot;		/* by worker, then leaf */
};

static uint32_t
leaves(const struct tql_metric *m, const struct tql_metric **out, uint32_t n)
{
	for (; m->kind == METRIC_MATH; m = m->l)
		n = leaves(m->r, out, n);
	if (m->kind == METRIC_NUMBER)
		return n;
	if (out)
		out[n] = m;
	return n + 1;
}

/* The interval of each span; those outside the range lose their bit. */
static int
steps_of(const struct tql_range *r, struct part *p, uint64_t *bits,
    uint32_t **out, struct err *e)
{
	const int64_t *start;
	uint64_t lo = 1, hi = 0;	/* step `at` is (lo, hi] */
	uint32_t at = 0;

	if (part_ints(p, TR_SPAN, S("start"), bits, &start, e) == -1)
		return -1;
	*out = arena_new(p->mem, uint32_t, p->rows[TR_SPAN] + 1);
	for (size_t k = 0; k < p->words; k++)
		for (uint64_t w = bits[k]; w; w &= w - 1) {
			uint32_t row = (uint32_t)(k * 64) +
			    (uint32_t)__builtin_ctzll(w);
			uint64_t t = (uint64_t)start[row];

			if (t <= r->from || t > r->to) {
				bits[k] &= ~(UINT64_C(1) << row % 64);
				continue;
			}
			if (t <= lo || t > hi) {	/* traces go by start */
				at = (uint32_t)((t - r->start - 1) / r->step);
				lo = r->start + at * r->step;
				hi = lo + r->step;
			}
			(*out)[row] = at;
		}
	return 0;
}

static int
on_leaf(struct scan *s, struct pot *pot, const struct trace_part *tp,
    struct part *p, struct err *e)
{
	struct spansets ss = { .bits = part_spans(p, tp->skip, e),
	    .n = p->rows[TR_TRACE] };
	uint32_t *step;
	int r;

	if (!ss.bits || part_pipe(p, pot->m->pipe, &ss, e) == -1)
		return -1;
	if (!part_any(ss.bits, p->words))
		return 0;
	if (steps_of(&s->o->range, p, ss.bits, &step, e) == -1)
		return -1;
	if (!part_any(ss.bits, p->words))
		return 0;
	if (s->extrapolate && part_weigh(p, ss.bits, e) == -1)
		return -1;
	plan_begin(p->plan);
	r = (pot->m->kind == METRIC_COMPARE ? pot_compare : pot_measure)(pot,
	    p, ss.bits, step, e);
	plan_end(p->plan, PLAN_METRIC, pot->m, ss.bits, ss.bits, p->words);
	return r;
}

static int
on_part(void *arg, const struct trace_part *tp, unsigned worker,
    struct arena *mem, struct err *e)
{
	struct scan *s = arg;
	struct part p;

	if (s->o->stopped && s->o->stopped())
		return err_set(e, ERR_CANCEL, "stopped");
	part_init(&p, tp->stripe, s->q, mem);
	p.plan = s->o->plan;
	plan_part(p.plan, tp->made);
	for (uint32_t i = 0; i < s->n; i++)
		if (on_leaf(s, &s->pot[worker * s->n + i], tp, &p, e) == -1)
			return -1;
	return 0;
}

/* compare() looks at every column, others name theirs. */
static void
needs(struct scan *s, struct arena *mem, struct trace_scan_opts *so)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (s->leaf[i]->kind == METRIC_COMPARE)
			return;
	so->need = tql_needs(mem, s->q, false, &so->nneed);
}

/* ---- series ---------------------------------------------------------------- */

/* Counts without by() are there even when nothing was counted. */
static int
zero_series(struct pot *pot, struct err *e)
{
	struct label l = { LABEL_NAME, str_of(tql_metric_name(pot->m->kind)),
	    LABEL_STR };

	if (pot->m->kind > METRIC_COUNT || pot->m->nby > 0)
		return 0;
	return pot_series(pot, (struct labels){ &l, 1 }, e) == UINT32_MAX ?
	    -1 : 0;
}

static int
leaf_table(struct scan *s, unsigned workers, uint32_t no, struct table *t,
    struct err *e)
{
	struct pot *to = &s->pot[no];

	for (unsigned w = 1; w < workers; w++)
		if (pot_pour(to, &s->pot[w * s->n + no], e) == -1)
			return -1;
	return zero_series(to, e) == -1 ? -1 :
	    pot_table(to, &s->o->range, t, e);
}

static enum bin_op
as_binary(enum tql_op op)
{
	static const enum bin_op of[OPS] = { [OP_ADD] = BIN_ADD,
	    [OP_SUB] = BIN_SUB, [OP_MUL] = BIN_MUL, [OP_DIV] = BIN_DIV,
	    [OP_EQ] = BIN_EQ, [OP_NE] = BIN_NE, [OP_LT] = BIN_LT,
	    [OP_LE] = BIN_LE, [OP_GT] = BIN_GT, [OP_GE] = BIN_GE };

	return of[op];
}

static double *
everywhere(struct table *t, double v)
{
	double *out = arena_new(t->mem, double, t->steps);

	for (uint32_t i = 0; i < t->steps; i++)
		out[i] = v;
	return out;
}

static int
second(const struct tql_second *s, struct table *t, struct err *e)
{
	struct notes none = { .mem = t->mem };
	struct binary b = { .op = as_binary(s->op),
	    .dialect = &dialect_traceql };
	struct agg a = { .op = s->kind == SECOND_TOPK ? AGG_TOPK : AGG_BOTTOMK,
	    .last_of_equals = s->kind == SECOND_BOTTOMK };
	struct table in = *t;

	if (s->kind == SECOND_COMPARE) {
		table_init(t, in.steps, in.mem);
		return bin_scalar(&b, &in, everywhere(&in, s->v), false, t,
		    &none, e);
	}
	if (in.n <= s->k)
		return 0;
	table_sort(&in);
	for (uint32_t i = 0; i < in.n; i++)
		for (uint32_t at = 0; at < in.steps; at++)
			if (isnan(in.s[i].v[at]))
				in.s[i].has[at / 64] &=
				    ~(UINT64_C(1) << at % 64);
	table_init(t, in.steps, in.mem);
	a.param = everywhere(&in, (double)s->k);
	return agg_eval(&a, &in, t, &none, e);
}

static bool
lonely(const struct table *t)
{
	return t->n == 1 && labels_unnamed(t->s[0].labels, t->mem).n == 0;
}

static struct str
name_of(const struct table *t)
{
	return t->n > 0 ? labels_get(t->s[0].labels, LABEL_NAME) : S("");
}

/* Series with equal labels; a lonely one goes with all of the others. */
static int
joined(enum tql_op op, const struct table *l, const struct table *r,
    struct table *out, struct err *e)
{
	struct binary b = { .op = as_binary(op), .on = { .without = true },
	    .dialect = &dialect_traceql };
	struct notes none = { .mem = out->mem };
	struct str x = name_of(l), y = name_of(r), name = S("");

	if (lonely(l) != lonely(r)) {
		b.on = (struct label_pick){ .without = false };
		b.many = lonely(r) ? BIN_MANY_LEFT : BIN_MANY_RIGHT;
	}
	if (bin_tables(&b, l, r, out, &none, e) == -1)
		return -1;
	if (x.n > 0 && y.n > 0)
		name = arena_printf(out->mem, "(%.*s %s %.*s)", PS(x),
		    tql_op_text(op), PS(y));
	for (uint32_t i = 0; i < out->n; i++) {
		out->s[i].unname = false;
		out->s[i].labels = labels_set(out->s[i].labels,
		    (struct label){ LABEL_NAME, name, LABEL_STR }, out->mem);
	}
	return 0;
}

static int
with_number(enum tql_op op, const struct table *t, const struct tql_val *v,
    bool number_left, struct table *out, struct err *e)
{
	struct binary b = { .op = as_binary(op),
	    .dialect = &dialect_traceql };
	struct notes none = { .mem = out->mem };
	struct table in = *t;

	if (bin_scalar(&b, t, everywhere(&in, v->type == TQL_FLOAT ? v->f :
	    (double)v->i), number_left, out, &none, e) == -1)
		return -1;
	for (uint32_t i = 0; i < out->n; i++)
		out->s[i].unname = false;
	return 0;
}

static int
series_of(struct scan *s, unsigned workers, const struct tql_metric *m,
    struct table *out, struct err *e)
{
	struct table l, r;
	int got;

	if (m->kind == METRIC_MATH) {
		table_init(&l, out->steps, out->mem);
		table_init(&r, out->steps, out->mem);
		if ((m->l->kind != METRIC_NUMBER &&
		    series_of(s, workers, m->l, &l, e) == -1) ||
		    (m->r->kind != METRIC_NUMBER &&
		    series_of(s, workers, m->r, &r, e) == -1))
			return -1;
		if (m->l->kind == METRIC_NUMBER)
			got = with_number(m->op, &r, &m->l->number, true, out,
			    e);
		else if (m->r->kind == METRIC_NUMBER)
			got = with_number(m->op, &l, &m->r->number, false,
			    out, e);
		else
			got = joined(m->op, &l, &r, out, e);
	} else {
		uint32_t no = 0;

		while (s->leaf[no] != m)
			no++;
		got = leaf_table(s, workers, no, out, e);
	}
	for (const struct tql_second *x = m->second; x && got == 0;
	    x = x->next)
		got = second(x, out, e);
	return got;
}

/* Fewer labels first, then label by label. */
static int
for_people(const void *a, const void *b)
{
	const struct series *x = a, *y = b;

	if (x->labels.n != y->labels.n)
		return x->labels.n < y->labels.n ? -1 : 1;
	return labels_cmp(x->labels, y->labels);
}

void
tql_metrics_sort(struct table *t)
{
	if (t->n > 1)
		qsort(t->s, t->n, sizeof *t->s, for_people);
}

uint32_t
tql_exemplars_of(const struct tql_query *q, uint32_t n)
{
	const struct tql_val *v = tql_hint(q, S("exemplars"));

	if (v && v->type == TQL_BOOL)
		n = v->i ? TQL_EXEMPLARS_MAX : 0;
	else if (v && v->type == TQL_INT)
		n = v->i > TQL_EXEMPLARS_MAX ? TQL_EXEMPLARS_MAX :
		    (uint32_t)v->i;
	return n;
}

int
tql_metrics(struct store_view *view, const struct tql_query *q,
    const struct tql_metrics_opts *o, struct arena *mem, struct table *out,
    struct tql_exemplars *ex, struct err *e)
{
	const struct tql_val *more = tql_hint(q, S("extrapolate"));
	unsigned workers = o->workers ? o->workers : pool_workers();
	struct scan s = { .q = q, .o = o,
	    .n = leaves(q->metric, NULL, 0),
	    .exemplars = ex ? tql_exemplars_of(q, o->exemplars) : 0,
	    .extrapolate = more && tql_true(more) };
	struct trace_scan_opts so = { .from = o->range.from + 1,
	    .to = o->range.to + 1, .count = o->count, .workers = workers };
	struct must must;
	int r;

	table_init(out, o->range.steps, mem);
	s.leaf = arena_new(mem, const struct tql_metric *, s.n);
	leaves(q->metric, s.leaf, 0);
	needs(&s, mem, &so);
	if (s.n == 1)
		tql_must(&must, q, s.leaf[0]->pipe, &so);
	so.apart = tql_apart(q, s.leaf, s.n);
	s.pot = xcalloc((size_t)workers * s.n, sizeof *s.pot);
	for (uint32_t i = 0; i < workers * s.n; i++) {
		pot_init(&s.pot[i], s.leaf[i % s.n], o->range.steps);
		exemplars_init(&s.pot[i].ex, &o->range, s.exemplars);
	}
	r = trace_scan(view, &so, on_part, &s, e);
	if (r == 0)
		r = series_of(&s, workers, q->metric, out, e);
	if (r == 0)
		tql_metrics_sort(out);
	if (ex)
		*ex = (struct tql_exemplars){ .v = NULL };
	for (uint32_t i = 0; i < s.n && r == 0 && s.exemplars > 0; i++)
		exemplars_put(&s.pot[i], out, &o->range, s.exemplars, ex, mem);
	for (uint32_t i = 0; i < workers * s.n; i++)
		pot_free(&s.pot[i]);
	free(s.pot);
	return r;
}
