#include "lql/meter.h"

#include <math.h>
#include <stdlib.h>

#include "lql/sample.h"
#include "query/agg.h"

enum form { COUNTS, ATOMS, SAMPLES };

static enum form
form_of(const struct lql_range *r)
{
	switch (r->op) {
	case LQL_R_QUANTILE: case LQL_R_RATE_COUNTER: return SAMPLES;
	case LQL_R_COUNT: case LQL_R_BYTES: case LQL_R_BYTES_RATE:
	case LQL_R_ABSENT: return COUNTS;
	default: return r->unwrap ? ATOMS : COUNTS;
	}
}

static bool
of_bytes(const struct lql_range *r)
{
	return r->op == LQL_R_BYTES || r->op == LQL_R_BYTES_RATE;
}

void
meter_init(struct meter *m, const struct lql_range *r, const struct grid *g)
{
	*m = (struct meter){ .range = r, .grid = g,
		.at = { .lo = 1, .from = 0, .to = 0 } };
}

void
meter_free(struct meter *m)
{
	for (uint32_t i = 0; i < m->map.n; i++)
		free(m->s[i].raw);
	free(m->s);
	map_free(&m->map);
	buf_free(&m->key);
	arena_free(&m->mem);
}

static void
open_series(struct meter *m, struct metered *s)
{
	uint32_t steps = m->grid->steps + 1;

	switch (form_of(m->range)) {
	case COUNTS:
		s->n = arena_zero(&m->mem, int64_t, steps);
		if (of_bytes(m->range))
			s->bytes = arena_zero(&m->mem, int64_t, steps);
		break;
	case ATOMS:
		s->atom = arena_zero(&m->mem, struct atom, m->grid->atoms);
		break;
	case SAMPLES: break;
	}
}

uint32_t
meter_series(struct meter *m, struct labels l, struct err *e)
{
	uint64_t cells = form_of(m->range) == ATOMS ? m->grid->atoms :
	    m->grid->steps;
	uint32_t no;
	bool fresh;

	buf_reset(&m->key);
	labels_key(&m->key, l);
	no = map_add(&m->map, buf_str(&m->key), &fresh);
	if (!fresh)
		return no;
	if (no == m->cap) {
		m->cap = m->cap * 2 + 16;
		m->s = xrealloc(m->s, m->cap, sizeof *m->s);
	}
	m->s[no] = (struct metered){ .labels = labels_copy(l, &m->mem) };
	if ((no + UINT64_C(1)) * (cells + 1) > METER_CELLS_MAX) {
		err_set(e, ERR_LIMIT, "%u series of %llu steps: over the "
		    "limit; sum by fewer labels, or a longer --step", no + 1,
		    (unsigned long long)cells);
		return UINT32_MAX;
	}
	open_series(m, &m->s[no]);
	return no;
}

/* ---- samples ---------------------------------------------------------------- */

void
meter_count(struct meter *m, uint32_t no, uint32_t lo, uint32_t hi,
    uint32_t n)
{
	m->s[no].n[lo] += n;
	m->s[no].n[hi + 1] -= n;
}

static struct atom
one(const struct lql_range *r, int64_t time, double v)
{
	struct atom a = { .n = 1, .a = v };

	if (r->op == LQL_R_FIRST || r->op == LQL_R_LAST)
		a.t = time;
	if (r->op == LQL_R_STDDEV || r->op == LQL_R_STDVAR)
		a.b = isfinite(v) ? 0 : NAN;
	return a;
}

static void
add_mean(struct atom *x, const struct atom *y, bool squares)
{
	double n = x->n + y->n, far = y->a - x->a;

	if (squares)
		x->b += y->b + far * far * x->n * y->n / n;
	if (isfinite(far))
		x->a += far * y->n / n;
	else if (isinf(x->a) || isinf(y->a))
		x->a += isinf(x->a) && isfinite(y->a) ? 0 : y->a;
	else	/* too far from each other, or no number */
		x->a = x->a * (x->n / n) + y->a * (y->n / n);
}

/* x and then y: what both come to. */
static void
join(const struct lql_range *r, struct atom *x, const struct atom *y)
{
	struct kahan k;

	if (x->n == 0 || y->n == 0) {
		*x = x->n == 0 ? *y : *x;
		return;
	}
	switch (r->op) {
	case LQL_R_AVG: add_mean(x, y, false); break;
	case LQL_R_STDDEV: case LQL_R_STDVAR: add_mean(x, y, true); break;
	case LQL_R_MIN: x->a = fmin(x->a, y->a); break;
	case LQL_R_MAX: x->a = fmax(x->a, y->a); break;
	case LQL_R_FIRST:
		if (y->t < x->t)
			*x = (struct atom){ .n = x->n, .a = y->a, .t = y->t };
		break;
	case LQL_R_LAST:
		if (y->t >= x->t)
			*x = (struct atom){ .n = x->n, .a = y->a, .t = y->t };
		break;
	default:	/* a sum */
		k = (struct kahan){ x->a, x->b };
		kahan_add(&k, y->a);
		x->a = k.sum;
		x->b = k.rest + y->b;
	}
	x->n += y->n;
}

static int
keep(struct meter *m, struct metered *s, int64_t time, double v,
    struct err *e)
{
	if (++m->samples > METER_SAMPLES_MAX)
		return err_set(e, ERR_LIMIT, "%s: over the limit of %llu "
		    "samples; a shorter range", lql_range_name(m->range->op),
		    (unsigned long long)METER_SAMPLES_MAX);
	if (s->nraw == s->cap) {
		s->cap = s->cap * 2 + 16;
		s->raw = xrealloc(s->raw, s->cap, sizeof *s->raw);
	}
	s->raw[s->nraw++] = (struct raw){ time, v };
	return 0;
}

bool
meter_turn(struct meter *m, int64_t time)
{
	if (time < m->at.from || time >= m->at.to)
		grid_find(m->grid, time, &m->at);
	return m->at.lo <= m->at.hi;
}

int
meter_add(struct meter *m, uint32_t no, int64_t time, double v,
    struct err *e)
{
	struct metered *s = &m->s[no];
	struct atom a;

	if (s->atom) {
		a = one(m->range, time, v);
		join(m->range, &s->atom[m->at.atom], &a);
		return 0;
	}
	if (!s->n)
		return keep(m, s, time, v, e);
	meter_count(m, no, m->at.lo, m->at.hi, 1);
	if (s->bytes) {
		s->bytes[m->at.lo] += (int64_t)v;
		s->bytes[m->at.hi + 1] -= (int64_t)v;
	}
	return 0;
}

static int
pour_series(struct meter *to, uint32_t no, const struct metered *from,
    struct err *e)
{
	struct metered *s = &to->s[no];

	for (uint32_t i = 0; s->n && i <= to->grid->steps; i++) {
		s->n[i] += from->n[i];
		if (s->bytes)
			s->bytes[i] += from->bytes[i];
	}
	for (uint32_t i = 0; s->atom && i < to->grid->atoms; i++)
		join(to->range, &s->atom[i], &from->atom[i]);
	for (uint32_t i = 0; i < from->nraw; i++)
		if (keep(to, s, from->raw[i].t, from->raw[i].v, e) == -1)
			return -1;
	return 0;
}

int
meter_pour(struct meter *to, const struct meter *from, struct err *e)
{
	for (uint32_t i = 0; i < from->map.n; i++) {
		uint32_t no = meter_series(to, from->s[i].labels, e);

		if (no == UINT32_MAX ||
		    pour_series(to, no, &from->s[i], e) == -1)
			return -1;
	}
	return 0;
}

/* ---- series ----------------------------------------------------------------- */

static double
seconds(const struct grid *g)
{
	return (double)g->width / 1e9;
}

static void
put_counts(const struct meter *m, const struct metered *from,
    struct series *to)
{
	enum lql_range_op op = m->range->op;
	int64_t n = 0, bytes = 0;

	for (uint32_t i = 0; i < m->grid->steps; i++) {
		double v;

		n += from->n[i];
		bytes += from->bytes ? from->bytes[i] : 0;
		v = (double)(from->bytes ? bytes : n);
		if (n > 0)
			table_put(to, i, op == LQL_R_RATE ||
			    op == LQL_R_BYTES_RATE ? v / seconds(m->grid) : v);
	}
}

static double
result(const struct meter *m, const struct atom *a)
{
	switch (m->range->op) {
	case LQL_R_RATE: return (a->a + a->b) / seconds(m->grid);
	case LQL_R_SUM: return a->a + a->b;
	case LQL_R_STDVAR: return a->b / a->n;
	case LQL_R_STDDEV: return sqrt(a->b / a->n);
	default: return a->a;
	}
}

/*
 * A window is at most the end of one group of `span` atoms and the beginning
 * of the next: so each atom is joined twice, however long the windows are.
 */
static void
put_atoms(const struct meter *m, const struct metered *from, struct series *to)
{
	const struct grid *g = m->grid;
	struct atom *end = xmalloc(g->atoms * sizeof *end);
	struct atom *begin = from->atom;	/* in place */

	for (uint32_t i = g->atoms; i-- > 0;) {
		end[i] = from->atom[i];
		if (i + 1 < g->atoms && (i + 1) % g->span > 0)
			join(m->range, &end[i], &end[i + 1]);
	}
	for (uint32_t i = 1; i < g->atoms; i++)
		if (i % g->span > 0) {
			struct atom a = begin[i - 1];

			join(m->range, &a, &begin[i]);
			begin[i] = a;
		}
	for (uint32_t i = 0; i < g->steps; i++) {
		uint32_t at = i * g->stride;
		struct atom a = end[at];

		if (at % g->span > 0)
			join(m->range, &a, &begin[at + g->span - 1]);
		if (a.n > 0)
			table_put(to, i, result(m, &a));
	}
	free(end);
}

static int
by_time(const void *a, const void *b)
{
	const struct raw *x = a, *y = b;

	if (x->t != y->t)
		return x->t < y->t ? -1 : 1;
	return (x->v > y->v) - (x->v < y->v);
}

static void
put_samples(const struct meter *m, struct metered *from, struct series *to)
{
	const struct grid *g = m->grid;
	double *v = xmalloc((from->nraw + 1) * sizeof *v);
	struct raw *raw = from->raw;
	uint32_t lo = 0, hi = 0;

	if (from->nraw > 1)
		qsort(raw, from->nraw, sizeof *raw, by_time);
	for (uint32_t i = 0; i < g->steps; i++) {
		int64_t end = grid_end(g, i);

		while (hi < from->nraw && raw[hi].t <= end)
			hi++;
		while (lo < hi && raw[lo].t <= end - (int64_t)g->width)
			lo++;
		if (lo == hi)
			continue;
		for (uint32_t k = lo; k < hi; k++)
			v[k - lo] = raw[k].v;
		table_put(to, i, m->range->op == LQL_R_QUANTILE ?
		    meter_quantile(m->range->q, v, hi - lo) :
		    meter_rate_counter(raw + lo, hi - lo, end, g->width));
	}
	free(v);
}

static int
pipeline_error(struct labels l, struct err *e)
{
	struct str kind = labels_get(l, S("__error__"));
	struct buf b = { 0 };

	labels_print(&b, l);
	err_set(e, ERR_QUERY, "pipeline error: '%.*s' for series: '%.*s'.\n"
	    "Use a label filter to intentionally skip this error. (e.g | "
	    "__error__!=\"%.*s\").\nTo skip all potential errors you can "
	    "match empty errors.(e.g __error__=\"\")\nThe label filter can "
	    "also be specified after unwrap. (e.g | unwrap latency | "
	    "__error__=\"\" )\n", (int)(kind.n > 30 ? 30 : kind.n), kind.p,
	    (int)(b.n > 200 ? 200 : b.n), b.p,
	    (int)(kind.n > 30 ? 30 : kind.n), kind.p);
	buf_free(&b);
	return -1;
}

static bool
any_point(const struct series *s, uint32_t steps)
{
	for (size_t k = 0; k < BITS_WORDS(steps); k++)
		if (s->has[k])
			return true;
	return false;
}

/* The labels that the selector's = ask for, but those it names twice. */
static struct labels
asked(const struct lql_log *log, struct arena *a)
{
	struct label *v = arena_new(a, struct label, log->nmatch);
	uint32_t n = 0;

	for (size_t i = 0; i < log->nmatch; i++) {
		uint32_t times = 0;

		for (size_t k = 0; k < log->nmatch; k++)
			times += str_eq(log->match[k].name,
			    log->match[i].name);
		if (log->match[i].op == LOG_EQ && times == 1)
			v[n++] = (struct label){ log->match[i].name,
				log->match[i].value, LABEL_STR };
	}
	return labels_of(v, n);
}

/* One where the series have nothing. */
static int
absent(const struct meter *m, const struct table *there, struct table *out,
    struct err *e)
{
	struct series *s = table_add(out, asked(&m->range->log, out->mem), e);

	if (!s)
		return -1;
	for (uint32_t i = 0; i < m->grid->steps; i++) {
		bool any = false;

		for (uint32_t k = 0; k < there->n; k++)
			any |= table_has(&there->s[k], i);
		if (!any)
			table_put(s, i, 1);
	}
	return 0;
}

int
meter_table(struct meter *m, struct table *out, struct err *e)
{
	struct table t;

	table_init(&t, out->steps, out->mem);
	for (uint32_t i = 0; i < m->map.n && m->grid->width > 0; i++) {
		struct series *s = table_add(&t, labels_copy(m->s[i].labels,
		    out->mem), e);

		if (!s)
			return -1;
		if (m->s[i].n)
			put_counts(m, &m->s[i], s);
		else if (m->s[i].atom)
			put_atoms(m, &m->s[i], s);
		else
			put_samples(m, &m->s[i], s);
	}
	table_sort(&t);
	for (uint32_t i = 0; i < t.n; i++)
		if (sample_failed(t.s[i].labels) &&
		    any_point(&t.s[i], t.steps))
			return pipeline_error(t.s[i].labels, e);
	table_sweep(&t);
	if (m->range->op == LQL_R_ABSENT)
		return absent(m, &t, out, e);
	*out = t;
	return 0;
}
