#include "query/sheetrow.h"

#include <math.h>
#include <stdlib.h>

#include "base/num.h"
#include "show/chart.h"
#include "show/flow.h"
#include "show/heat.h"

#define COLS_LEAST	60u	/* narrower: a table */
#define COLS_PLAIN	100u	/* where there is no terminal */
#define COLS_WIDE	140u	/* from here, more rows, too */
#define MAPS_MAX	4u	/* heat maps */
#define RANKED_MAX	40u	/* rows of an answer of one point */
#define BUCKETS_MAX	200u	/* rows of a map */

static unsigned
cols_of(const struct sheet *sh)
{
	return sh->show->width > 0 ? sh->show->width : COLS_PLAIN;
}

/* ---- curves, and one point -------------------------------------------------- */

/* By the mean, greatest first; NaN at the end. */
static int
by_mean(const void *a, const void *b)
{
	const struct sheet_sum *x = a, *y = b;

	if (isnan(x->mean) || isnan(y->mean))
		return isnan(x->mean) - isnan(y->mean);
	if (x->mean != y->mean)
		return x->mean < y->mean ? 1 : -1;
	return labels_cmp(x->s->labels, y->s->labels);
}

static void
say_rest(const struct sheet *sh, const struct sheet_sum *sum, uint32_t shown,
    struct buf *b)
{
	double max = -INFINITY;
	char text[32];

	if (sh->t->n <= shown)
		return;
	for (uint32_t i = shown; i < sh->t->n; i++)
		max = sum[i].max > max ? sum[i].max : max;
	flow_line(sh->show, b, SHOW_DIM, "and %u more, at most %s each "
	    "(all: -o table)", sh->t->n - shown, show_number(text, max,
	    sh->unit));
}

static void
put_curves(const struct sheet *sh, struct buf *b)
{
	struct sheet_sum *sum = sheet_sums(sh);
	const double *curve[CHART_CURVES];
	struct show_chart c = { .curve = curve, .points = sh->t->steps,
	    .first = sh->first, .step = sh->step, .unit = sh->unit,
	    .cols = cols_of(sh), .rows = cols_of(sh) < COLS_WIDE ? 16 : 22 };

	qsort(sum, sh->t->n, sizeof *sum, by_mean);
	c.curves = sh->t->n < CHART_CURVES ? sh->t->n : CHART_CURVES;
	for (uint32_t i = 0; i < c.curves; i++)
		curve[i] = sum[i].v;
	show_chart(sh->show, &c, b);
	sheet_rows(sh, sum, c.curves, SHEET_LEGEND, b);
	say_rest(sh, sum, c.curves, b);
}

static void
put_ranks(const struct sheet *sh, struct buf *b)
{
	struct sheet_sum *sum = sheet_sums(sh);
	uint32_t n = sh->t->n < RANKED_MAX ? sh->t->n : RANKED_MAX;

	qsort(sum, sh->t->n, sizeof *sum, by_mean);
	sheet_rows(sh, sum, n, SHEET_RANK, b);
	say_rest(sh, sum, n, b);
}

/* ---- histograms ------------------------------------------------------------ */

/* A series that is the bucket of a histogram: of which, and where. */
struct bucket {
	const struct series *s;
	struct labels of;	/* without the bucket's label */
	double bound;
};

static const struct label *
bucket_label(struct labels l)
{
	const struct label *v = l.v;

	for (uint32_t i = 0; i < l.n; i++)
		if (str_eq(v[i].name, S("__bucket")))
			return &v[i];
	return NULL;
}

static int
by_place(const void *a, const void *b)
{
	const struct bucket *x = a, *y = b;
	int c = labels_cmp(x->of, y->of);

	return c != 0 ? c : (x->bound > y->bound) - (x->bound < y->bound);
}

/* The series as buckets, sorted; NULL when some are none. */
static struct bucket *
buckets_of(const struct sheet *sh)
{
	struct bucket *v = arena_new(sh->mem, struct bucket, sh->t->n);

	for (uint32_t i = 0; i < sh->t->n; i++) {
		const struct label *l = bucket_label(sh->t->s[i].labels);

		if (!l || !num_f64(l->value, &v[i].bound))
			return NULL;
		v[i].s = &sh->t->s[i];
		v[i].of = labels_set(v[i].s->labels, (struct label){
		    .name = l->name }, sh->mem);
	}
	qsort(v, sh->t->n, sizeof *v, by_place);
	return v;
}

/* Rows of powers of two that no bucket has are drawn, too: the map's height
 * is then its measure. */
static uint32_t
gap(double below, double above)
{
	double n = below > 0 ? round(log2(above / below)) : 1;

	return n > 1 && n < BUCKETS_MAX && below * exp2(n) == above ?
	    (uint32_t)n : 1;
}

static struct str
bound_text(const struct sheet *sh, double bound)
{
	char text[32];

	return arena_printf(sh->mem, "%s", show_number(text, bound,
	    sh->bounds));
}

/* A map of the n buckets of one histogram. */
static void
put_map(const struct sheet *sh, const struct bucket *v, uint32_t n,
    struct buf *b)
{
	uint32_t points = sh->t->steps, rows = 1, at = 0;
	struct show_heat h = { .points = points, .from = sh->from,
	    .step = sh->step, .cols = cols_of(sh) };
	struct str *label;
	double *count;

	for (uint32_t i = 1; i < n; i++)
		rows += gap(v[i - 1].bound, v[i].bound);
	label = arena_new(sh->mem, struct str, rows);
	count = arena_zero(sh->mem, double, (size_t)rows * points);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t up = i > 0 ? gap(v[i - 1].bound, v[i].bound) : 0;

		for (uint32_t k = 1; k < up; k++)
			label[at + k] = bound_text(sh, ldexp(v[i - 1].bound,
			    (int)k));
		at += up;
		label[at] = bound_text(sh, v[i].bound);
		for (uint32_t p = 0; p < points; p++)
			if (table_has(v[i].s, p))
				count[(size_t)at * points + p] = v[i].s->v[p];
	}
	h.count = count;
	h.label = label;
	h.rows = rows;
	show_heat(sh->show, &h, b);
}

static void
put_maps(const struct sheet *sh, const struct bucket *v, struct buf *b)
{
	uint32_t maps = 0, to;

	for (uint32_t from = 0; from < sh->t->n; from = to) {
		for (to = from; to < sh->t->n &&
		    labels_cmp(v[to].of, v[from].of) == 0; to++)
			;
		if (maps++ >= MAPS_MAX)
			continue;
		if (v[from].of.n > 0) {
			struct buf name = { 0 };

			labels_print(&name, v[from].of);
			show_on(sh->show, b, SHOW_BOLD);
			show_text(b, buf_str(&name));
			show_off(sh->show, b);
			buf_u8(b, '\n');
			buf_free(&name);
		}
		put_map(sh, v + from, to - from, b);
	}
	if (maps > MAPS_MAX)
		buf_addf(b, "and %u more histograms (all: -o table)\n",
		    maps - MAPS_MAX);
}

void
sheet_chart(const struct sheet *sh, struct buf *b)
{
	struct table t;
	struct sheet whole;
	struct bucket *buckets;

	if (sh->t->n == 0 || cols_of(sh) < COLS_LEAST) {
		sheet_table(sh, b);
		return;
	}
	whole = *sh;
	if (sh->t->steps == 1)
		put_ranks(sh, b);
	else if ((buckets = buckets_of(sh)))
		put_maps(sh, buckets, b);
	else {
		whole = sheet_whole(sh, &t);
		put_curves(&whole, b);
	}
	sheet_say_range(&whole, b);
}
