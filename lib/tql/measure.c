/* rate() and its like: the spans of a part into series. */
#include <assert.h>
#include <math.h>

#include "tql/pot.h"

#define CELLS_MAX	((size_t)64 << 10)

/* The groups of a part's spans, and the pot's series for each. */
struct grouping {
	uint32_t *of;			/* by span */
	struct labels *labels;		/* by group */
	uint32_t n, cap;
	uint32_t *series;		/* by group, and bucket: number + 1 */
};

static struct str
label_name(struct part *p, const struct tql_attr *a)
{
	struct buf b = { 0 };
	struct str s;

	tql_attr_print(&b, a);
	s = arena_str(p->mem, buf_str(&b));
	buf_free(&b);
	return s;
}

/* Missing ones are left out; when all are, the first says "nil". */
static struct labels
group_labels(const struct tql_metric *m, const struct codes *c,
    const struct str *name, uint32_t row, struct arena *mem)
{
	struct label *l = arena_new(mem, struct label, m->nby + 1);
	uint32_t n = 0;

	if (m->nby == 0 && m->kind < METRIC_HISTOGRAM)
		l[n++] = (struct label){ LABEL_NAME,
		    str_of(tql_metric_name(m->kind)), LABEL_STR };
	for (uint32_t i = 0; i < m->nby; i++) {
		const struct tql_val *v = &c[i].val[c[i].code[row]];

		if (v->type != TQL_NIL && v->type != TQL_ARRAY)
			l[n++] = pot_label(name[i], v, mem);
	}
	if (n == 0 && m->nby > 0)
		l[n++] = (struct label){ name[0], S("nil"), LABEL_STR };
	return labels_sort(l, n);
}

static void
add_group(struct grouping *g, struct labels l, struct arena *mem)
{
	if (g->n == g->cap) {
		g->labels = arena_grow(mem, g->labels, g->n, g->cap * 2 + 16,
		    sizeof *g->labels);
		g->cap = g->cap * 2 + 16;
	}
	g->labels[g->n++] = l;
}

/*
 * A table of groups + 1 by what the attributes' codes are together, while that
 * is small; cell 0 is of all that has none, and knows nothing.
 */
static size_t
cells_of(const struct codes *c, uint32_t nby)
{
	size_t n = 1;

	for (uint32_t i = 0; i < nby && n <= CELLS_MAX; i++)
		n *= c[i].n;
	return n <= CELLS_MAX ? n + 1 : 1;
}

static size_t
cell_of(const struct codes *c, uint32_t nby, uint32_t row, size_t cells)
{
	size_t at = 0;

	for (uint32_t i = 0; i < nby && cells > 1; i++)
		at = at * c[i].n + c[i].code[row];
	return cells > 1 ? at + 1 : 0;
}

static int
group(const struct tql_metric *m, struct part *p, const uint64_t *bits,
    struct grouping *g, struct err *e)
{
	struct codes *c = arena_new(p->mem, struct codes, m->nby);
	struct str *name = arena_new(p->mem, struct str, m->nby);
	uint32_t key[5], *known;
	size_t cells;
	struct map map = { 0 };

	*g = (struct grouping){ .of = arena_zero(p->mem, uint32_t,
	    p->rows[TR_SPAN]) };
	for (uint32_t i = 0; i < m->nby; i++) {
		struct tql_expr x = { .kind = EX_ATTR, .attr = m->by[i] };

		name[i] = label_name(p, m->by[i]);
		if (part_codes(p, &x, bits, &c[i], e) == -1)
			return -1;
	}
	if (m->nby == 0) {
		add_group(g, group_labels(m, c, name, 0, p->mem), p->mem);
		return 0;
	}
	cells = cells_of(c, m->nby);
	known = arena_zero(p->mem, uint32_t, cells);
	for (size_t k = 0; k < p->words; k++)
		for (uint64_t w = bits[k]; w; w &= w - 1) {
			uint32_t row = (uint32_t)(k * 64) +
			    (uint32_t)__builtin_ctzll(w);
			uint32_t *at = &known[cell_of(c, m->nby, row, cells)];
			bool fresh;

			if (*at > 0) {
				g->of[row] = *at - 1;
				continue;
			}
			for (uint32_t i = 0; i < m->nby; i++)
				key[i] = c[i].code[row];
			g->of[row] = map_add(&map, str_mk(key, m->nby *
			    sizeof *key), &fresh);
			if (fresh)
				add_group(g, group_labels(m, c, name, row,
				    p->mem), p->mem);
			if (at != known)
				*at = g->of[row] + 1;
		}
	map_free(&map);
	return 0;
}

/* ---- values ---------------------------------------------------------------- */

/* What is measured of a span. */
struct gauge {
	struct part *p;
	const struct tql_metric *m;
	const struct source *plain;
};

static int
gauge_ready(struct gauge *ga, struct part *p, const struct tql_metric *m,
    const uint64_t *bits, struct err *e)
{
	struct tql_expr x = { .kind = EX_ATTR, .attr = m->of };

	*ga = (struct gauge){ .p = p, .m = m };
	if (!m->of)
		return 0;
	if (row_ready(p, &x, bits, e) == -1)
		return -1;
	ga->plain = part_plain(p, m->of, e);
	return 0;
}

static struct tql_val
gauge_read(const struct gauge *ga, uint32_t row, struct err *e)
{
	if (ga->plain)
		return (struct tql_val){ .type = ga->plain->as,
		    .i = ga->plain->col->vec.i[row] };
	return row_first(ga->p, ga->m->of, row, e);
}

/* The number that counts; false: it is none. Durations of spans are seconds,
 * other durations stay nanoseconds but in buckets: section 10. */
static bool
as_number(const struct tql_metric *m, const struct tql_val *v, double *out)
{
	if (!tql_numeric(v->type))
		return false;
	*out = v->type == TQL_FLOAT ? v->f : (double)v->i;
	if (m->of->in == IN_DURATION ||
	    (m->kind >= METRIC_HISTOGRAM && v->type == TQL_DURATION))
		*out /= 1e9;
	return !isnan(*out);
}

/* The series of a bucket: by number of the group and log2 of the bound. */
static int
bucket_of(struct pot *pot, struct part *p, struct grouping *g, uint32_t no,
    const struct tql_val *v, uint32_t *series, struct err *e)
{
	bool time = v->type == TQL_DURATION;
	unsigned log = tql_numeric(v->type) && v->type != TQL_FLOAT &&
	    v->i > 0 ? pot_bucket((uint64_t)v->i) : 0;
	struct tql_val bound = { .type = TQL_FLOAT };
	uint32_t *at;

	*series = UINT32_MAX;
	if (log == 0)
		return 0;
	at = &g->series[(size_t)no * 128 + log + (time ? 64 : 0)];
	if (*at == 0) {
		bound.f = ldexp(1, (int)log) / (time ? 1e9 : 1);
		*at = pot_series(pot, labels_set(g->labels[no],
		    pot_label(S("__bucket"), &bound, p->mem), p->mem), e) + 1;
		if (*at == 0)
			return -1;
	}
	*series = *at - 1;
	return 0;
}

static int
series_of(struct pot *pot, struct grouping *g, uint32_t no, uint32_t *series,
    struct err *e)
{
	if (g->series[no] == 0) {
		assert(no < g->n);
		g->series[no] = pot_series(pot, g->labels[no], e) + 1;
		if (g->series[no] == 0)
			return -1;
	}
	*series = g->series[no] - 1;
	return 0;
}

/* What a span adds to which series; UINT32_MAX: nothing. */
struct added { uint32_t series; double x; struct tql_val v; };

static int
add_span(struct pot *pot, struct part *p, struct grouping *g,
    const struct gauge *ga, uint32_t row, uint32_t step, struct added *ad,
    struct err *e)
{
	enum tql_metric_kind kind = pot->m->kind;

	ad->series = UINT32_MAX;
	ad->x = 1;
	if (pot->m->of) {
		ad->v = gauge_read(ga, row, e);
		if (kind >= METRIC_HISTOGRAM) {
			if (bucket_of(pot, p, g, g->of[row], &ad->v,
			    &ad->series, e) == -1)
				return -1;
			return ad->series == UINT32_MAX ? 0 :
			    pot_add(pot, ad->series, step, 1, 1, e);
		}
		if (!as_number(pot->m, &ad->v, &ad->x))
			return 0;
	}
	if (series_of(pot, g, g->of[row], &ad->series, e) == -1)
		return -1;
	return pot_add(pot, ad->series, step, part_weight(p, row), ad->x, e);
}

/* ---- exemplars ------------------------------------------------------------- */

/*
 * The trace that the loop over spans is in, and which of its spans will be the
 * exemplar: the one whose start has the least hash, so that no series has them
 * all.
 */
struct walk {
	const int64_t *start;		/* by span; NULL: no exemplars */
	const uint8_t *id;		/* by trace */
	uint32_t trace, row;
	uint64_t rank;			/* of the span; UINT64_MAX: none yet */
	struct added ad;
};

static int
walk_ready(struct walk *w, struct pot *pot, struct part *p,
    const uint64_t *bits, struct err *e)
{
	struct part_col *id = part_find(p, TR_TRACE, S("id"), VEC_FIX16);

	*w = (struct walk){ .rank = UINT64_MAX };
	if (!pot->ex.range || !id)
		return 0;
	if (part_traces(p, e) == -1 || part_load(p, id, NULL, NULL, e) == -1)
		return -1;
	w->id = id->vec.fix;
	return part_ints(p, TR_SPAN, S("start"), bits, &w->start, e);
}

static void
offer(struct walk *w, struct pot *pot, struct part *p)
{
	struct exemplar x = { .value = NAN };

	if (w->rank == UINT64_MAX)
		return;
	x.start = (uint64_t)w->start[w->row];
	memcpy(x.id, w->id + (size_t)w->trace * 16, 16);
	x.rank = hash_bytes(x.id, sizeof x.id);
	if (pot->m->of) {
		x.text = pot_label(S(""), &w->ad.v, p->mem).value;
		if (!as_number(pot->m, &w->ad.v, &x.value))
			x.value = NAN;
	}
	exemplars_offer(&pot->ex, w->ad.series, &x);
	w->rank = UINT64_MAX;
}

static void
consider(struct walk *w, struct pot *pot, struct part *p, uint32_t row,
    const struct added *ad)
{
	uint64_t rank = hash_u64((uint64_t)w->start[row]);

	if (p->first[w->trace] + p->spans[w->trace] <= row) {
		offer(w, pot, p);
		while (p->first[w->trace] + p->spans[w->trace] <= row)
			w->trace++;
	}
	if (ad->series == UINT32_MAX || rank >= w->rank)
		return;
	w->rank = rank;
	w->row = row;
	w->ad = *ad;
}

/* Spans that are only counted, of one group and step. */
struct tally { uint32_t no, step, n; };

static int
add_tally(struct pot *pot, struct grouping *g, const struct tally *t,
    struct err *e)
{
	uint32_t series;

	if (t->n == 0)
		return 0;
	return series_of(pot, g, t->no, &series, e) == -1 ? -1 :
	    pot_add(pot, series, t->step, t->n, 1, e);
}

static int
count_spans(struct pot *pot, const struct part *p, struct grouping *g,
    const uint64_t *bits, const uint32_t *step, struct err *e)
{
	struct tally t = { .n = 0 };

	for (size_t k = 0; k < p->words; k++)
		for (uint64_t w = bits[k]; w; w &= w - 1) {
			uint32_t row = (uint32_t)(k * 64) +
			    (uint32_t)__builtin_ctzll(w);

			if (t.n > 0 && g->of[row] == t.no &&
			    step[row] == t.step) {
				t.n++;
				continue;
			}
			if (add_tally(pot, g, &t, e) == -1)
				return -1;
			t = (struct tally){ g->of[row], step[row], 1 };
		}
	return add_tally(pot, g, &t, e);
}

int
pot_measure(struct pot *pot, struct part *p, const uint64_t *bits,
    const uint32_t *step, struct err *e)
{
	struct grouping g;
	struct gauge ga;
	struct walk w;
	struct added ad;

	if (group(pot->m, p, bits, &g, e) == -1 ||
	    walk_ready(&w, pot, p, bits, e) == -1 ||
	    gauge_ready(&ga, p, pot->m, bits, e) == -1)
		return -1;
	g.series = arena_zero(p->mem, uint32_t, (size_t)g.n *
	    (pot->m->kind >= METRIC_HISTOGRAM ? 128 : 1));
	if (!pot->m->of && !w.start && !p->weight)
		return count_spans(pot, p, &g, bits, step, e);
	for (size_t k = 0; k < p->words; k++)
		for (uint64_t left = bits[k]; left; left &= left - 1) {
			uint32_t row = (uint32_t)(k * 64) +
			    (uint32_t)__builtin_ctzll(left);

			if (add_span(pot, p, &g, &ga, row, step[row], &ad,
			    e) == -1)
				return -1;
			if (w.start)
				consider(&w, pot, p, row, &ad);
		}
	if (w.start)
		offer(&w, pot, p);
	return 0;
}
