#include "tql/pot.h"

#include <math.h>

#include "base/num.h"
#include "query/agg.h"

void
pot_init(struct pot *p, const struct tql_metric *m, uint32_t steps)
{
	*p = (struct pot){ .m = m, .steps = steps };
}

void
pot_free(struct pot *p)
{
	map_free(&p->map);
	arena_free(&p->mem);
	exemplars_free(&p->ex);
}

static bool
sums(enum tql_metric_kind k)
{
	return k == METRIC_SUM || k == METRIC_AVG;
}

/* Room for a value at every step; 0, or -1: over the limit. */
static int
widen(struct pot *p, struct acc *a, struct err *e)
{
	if ((uint64_t)++p->wide * p->steps > TABLE_POINTS_MAX)
		return err_set(e, ERR_LIMIT, "%u series of %u steps: over the "
		    "limit of %llu points; ask for fewer steps, or by() "
		    "fewer values", p->wide, p->steps,
		    (unsigned long long)TABLE_POINTS_MAX);
	a->n = arena_zero(&p->mem, double, p->steps);
	if (p->m->kind >= METRIC_MIN && p->m->kind <= METRIC_AVG)
		a->v = arena_zero(&p->mem, double, p->steps);
	if (sums(p->m->kind))
		a->rest = arena_zero(&p->mem, double, p->steps);
	for (uint32_t i = 0; i < a->nfew; i++)
		a->n[a->few[i].step] = a->few[i].n;
	a->nfew = 0;
	return 0;
}

uint32_t
pot_series(struct pot *p, struct labels l, struct err *e)
{
	struct buf key = { 0 };
	bool fresh;
	uint32_t no;

	labels_key(&key, l);
	no = map_add(&p->map, buf_str(&key), &fresh);
	buf_free(&key);
	if (!fresh)
		return no;
	if (no == POT_SERIES_MAX) {
		err_set(e, ERR_LIMIT, "over the limit of %u different values; "
		    "a shorter range has fewer", POT_SERIES_MAX);
		return UINT32_MAX;
	}
	if (no == p->cap) {
		p->acc = arena_grow(&p->mem, p->acc, no, no * 2 + 8,
		    sizeof *p->acc);
		p->cap = no * 2 + 8;
	}
	p->acc[no] = (struct acc){ .labels = labels_copy(l, &p->mem) };
	if (p->m->kind != METRIC_COMPARE && widen(p, &p->acc[no], e) == -1)
		return UINT32_MAX;
	return no;
}

/* Adds to a pair, or makes one: false when there is no room for another. */
static bool
add_few(struct acc *a, uint32_t step, uint32_t n)
{
	for (uint32_t i = 0; i < a->nfew; i++)
		if (a->few[i].step == step) {
			a->few[i].n += n;
			return true;
		}
	if (a->nfew == POT_FEW)
		return false;
	a->few[a->nfew].step = step;
	a->few[a->nfew++].n = n;
	return true;
}

static void
combine(enum tql_metric_kind k, struct acc *a, uint32_t at, double n,
    double v)
{
	struct kahan sum;

	if (sums(k)) {
		sum = (struct kahan){ a->v[at], a->rest[at] };
		kahan_add(&sum, v);
		a->v[at] = sum.sum;
		a->rest[at] = sum.rest;
	} else if (a->v && (a->n[at] == 0 || (k == METRIC_MIN ?
	    v < a->v[at] : v > a->v[at]))) {
		a->v[at] = v;
	}
	a->n[at] += n;
}

int
pot_add(struct pot *p, uint32_t no, uint32_t step, double n, double v,
    struct err *e)
{
	struct acc *a = &p->acc[no];

	if (!a->n && n == 1 && add_few(a, step, 1))
		return 0;
	if (!a->n && widen(p, a, e) == -1)
		return -1;
	combine(p->m->kind, a, step, n, sums(p->m->kind) ? n * v : v);
	return 0;
}

/* A step of one into the other. */
static int
pour(struct pot *to, struct acc *a, const struct acc *from, uint32_t at,
    struct err *e)
{
	double n = acc_n(from, at);

	if (n == 0 || (!a->n && add_few(a, at, (uint32_t)n)))
		return 0;
	if (!a->n && widen(to, a, e) == -1)
		return -1;
	if (from->rest)
		combine(to->m->kind, a, at, 0, from->rest[at]);
	combine(to->m->kind, a, at, n, from->v ? from->v[at] : 0);
	return 0;
}

int
pot_pour(struct pot *to, const struct pot *from, struct err *e)
{
	uint32_t *series = arena_new(&to->mem, uint32_t, from->map.n);

	for (uint32_t i = 0; i < from->map.n; i++) {
		const struct acc *a = &from->acc[i];
		uint32_t no = pot_series(to, a->labels, e);

		if (no == UINT32_MAX)
			return -1;
		for (uint32_t k = 0; k < (a->n ? from->steps : a->nfew); k++)
			if (pour(to, &to->acc[no], a, a->n ? k :
			    a->few[k].step, e) == -1)
				return -1;
		series[i] = no;
	}
	exemplars_pour(&to->ex, &from->ex, series);
	return 0;
}

struct label
pot_label(struct str name, const struct tql_val *v, struct arena *mem)
{
	struct label l = { .name = name };
	char text[40];

	switch (v->type) {
	case TQL_STR: l.value = v->s; break;
	case TQL_INT:
		l.type = LABEL_INT;
		l.value = arena_printf(mem, "%lld", (long long)v->i);
		break;
	case TQL_FLOAT:
		l.type = LABEL_F64;
		l.value = arena_str(mem, str_of(num_fmt_f64(text, v->f)));
		break;
	case TQL_BOOL:
		l.type = LABEL_BOOL;
		l.value = v->i ? S("true") : S("false");
		break;
	case TQL_STATUS: l.value = tql_status_word(v->i); break;
	case TQL_KIND: l.value = tql_kind_word(v->i); break;
	case TQL_DURATION:
		l.value = arena_str(mem, str_of(num_fmt_go_duration(text,
		    v->i)));
		break;
	default: l.value = S("");
	}
	return l;
}

/* ---- tables ---------------------------------------------------------------- */

double
pot_quantile(double q, const double *bound, const double *count, uint32_t n)
{
	double total = 0, need, seen = 0, prev, part;

	for (uint32_t i = 0; i < n; i++)
		total += count[i];
	if (total == 0)
		return 0;
	need = ceil(q * total);
	need = need < 1 ? 1 : need;
	for (uint32_t i = 0; i < n; i++) {
		if (count[i] == 0)
			continue;
		if (seen + count[i] <= need) {
			seen += count[i];
			if (seen == need)
				return bound[i];
			continue;
		}
		prev = bound[i] / 2;
		for (uint32_t k = i; k-- > 0;)
			if (count[k] > 0) {
				prev = bound[k];
				break;
			}
		part = (need - seen) / count[i];
		return exp2(log2(prev) + part * (log2(bound[i]) - log2(prev)));
	}
	return bound[n - 1];
}

/* A group of histogram series: one a bucket. */
struct buckets {
	uint32_t *no;		/* of the pot's series, by bound */
	double *bound;
	uint32_t n, cap;
};

/* Asked for before: the same series again. */
static bool
is_repeated(const struct tql_metric *m, uint32_t no)
{
	for (uint32_t k = 0; k < no; k++)
		if (m->q[k] == m->q[no])
			return true;
	return false;
}

static int
quantile_series(const struct pot *p, const struct buckets *b,
    struct labels group, struct table *t, struct err *e)
{
	double *count = arena_new(t->mem, double, b->n);

	for (uint32_t k = 0; k < p->m->nq; k++) {
		struct tql_val q = { .type = TQL_FLOAT, .f = p->m->q[k] };
		struct series *s;

		if (is_repeated(p->m, k))
			continue;
		s = table_add(t, labels_set(group, pot_label(S("p"), &q,
		    t->mem), t->mem), e);
		if (!s)
			return -1;
		for (uint32_t at = 0; at < p->steps; at++) {
			for (uint32_t i = 0; i < b->n; i++)
				count[i] = p->acc[b->no[i]].n[at];
			table_put(s, at, pot_quantile(q.f, b->bound, count,
			    b->n));
		}
	}
	return 0;
}

/* Into the place that the bound asks for. */
static void
add_bucket(struct buckets *b, uint32_t no, double bound, struct arena *mem)
{
	uint32_t k = b->n;

	if (b->n == b->cap) {
		b->no = arena_grow(mem, b->no, b->n, b->cap * 2 + 8,
		    sizeof *b->no);
		b->bound = arena_grow(mem, b->bound, b->n, b->cap * 2 + 8,
		    sizeof *b->bound);
		b->cap = b->cap * 2 + 8;
	}
	for (; k > 0 && b->bound[k - 1] > bound; k--) {
		b->bound[k] = b->bound[k - 1];
		b->no[k] = b->no[k - 1];
	}
	b->bound[k] = bound;
	b->no[k] = no;
	b->n++;
}

static int
quantile_table(const struct pot *p, struct table *t, struct err *e)
{
	static const struct str bucket[] = { S("__bucket") };
	static const struct label_pick rest = { .without = true,
	    .name = bucket, .n = 1 };
	struct buckets *b = arena_zero(t->mem, struct buckets, p->map.n);
	uint32_t *of = arena_new(t->mem, uint32_t, p->map.n);
	struct map groups = { 0 };
	struct buf key = { 0 };
	int r = 0;

	for (uint32_t i = 0; i < p->map.n; i++) {
		struct labels l = p->acc[i].labels;
		uint32_t no;
		double bound;
		bool fresh;

		buf_reset(&key);
		labels_pick_key(&key, l, &rest);
		no = map_add(&groups, buf_str(&key), &fresh);
		if (fresh)
			of[no] = i;
		num_f64(labels_get(l, bucket[0]), &bound);
		add_bucket(&b[no], i, bound, t->mem);
	}
	for (uint32_t g = 0; g < groups.n && r == 0; g++)
		r = quantile_series(p, &b[g], labels_copy(labels_pick(
		    p->acc[of[g]].labels, &rest, t->mem), t->mem), t, e);
	buf_free(&key);
	map_free(&groups);
	return r;
}

int
pot_table(const struct pot *p, const struct tql_range *range,
    struct table *t, struct err *e)
{
	double seconds = (double)range->step / 1e9;

	if (p->m->kind == METRIC_COMPARE)
		return pot_compare_table(p, t, e);
	if (p->m->kind == METRIC_QUANTILE)
		return quantile_table(p, t, e);
	for (uint32_t i = 0; i < p->map.n; i++) {
		const struct acc *a = &p->acc[i];
		struct series *s = table_add(t, labels_copy(a->labels, t->mem),
		    e);

		if (!s)
			return -1;
		for (uint32_t at = 0; at < p->steps; at++) {
			double v = a->v ? a->v[at] : a->n[at];

			if (a->v && a->n[at] == 0)
				continue;
			if (a->rest)
				v += a->rest[at];
			if (p->m->kind == METRIC_AVG)
				v /= a->n[at];
			else if (p->m->kind == METRIC_RATE)
				v /= seconds;
			table_put(s, at, v);
		}
	}
	return 0;
}
