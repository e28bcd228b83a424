#include "tql/exemplar.h"

#include <math.h>
#include <stdlib.h>

#include "tql/pot.h"

void
exemplars_init(struct exemplars *x, const struct tql_range *range,
    uint32_t most)
{
	*x = (struct exemplars){ .range = most > 0 ? range : NULL,
	    .buckets = (most + 1) / 2 };
}

void
exemplars_free(struct exemplars *x)
{
	map_free(&x->map);
	arena_free(&x->mem);
}

static uint32_t
bucket_of(const struct exemplars *x, uint64_t start)
{
	const struct tql_range *r = x->range;
	double at = (double)(start - r->from - 1) / (double)(r->to - r->from);
	uint32_t no = (uint32_t)(at * x->buckets);

	return no < x->buckets ? no : x->buckets - 1;
}

static struct exemplar_slot *
slot_of(struct exemplars *x, uint32_t series, uint64_t start)
{
	uint32_t key[2] = { series, bucket_of(x, start) };
	bool fresh;
	uint32_t no = map_add(&x->map, str_mk(key, sizeof key), &fresh);

	if (no == x->cap) {
		x->slot = arena_grow(&x->mem, x->slot, no, no * 2 + 16,
		    sizeof *x->slot);
		x->cap = no * 2 + 16;
	}
	if (fresh)
		x->slot[no].n = 0;
	return &x->slot[no];
}

void
exemplars_offer(struct exemplars *x, uint32_t series,
    const struct exemplar *one)
{
	struct exemplar_slot *s = slot_of(x, series, one->start);
	struct exemplar *to;

	if (s->n == 2 && one->rank >= s->two[1].rank)
		return;
	if (s->n < 2)
		s->n++;
	to = &s->two[s->n - 1];
	if (s->n == 2 && one->rank < s->two[0].rank) {
		s->two[1] = s->two[0];
		to = &s->two[0];
	}
	*to = *one;
	to->text = arena_str(&x->mem, one->text);
}

void
exemplars_pour(struct exemplars *x, const struct exemplars *from,
    const uint32_t *series)
{
	for (uint32_t i = 0; i < from->map.n; i++) {
		uint32_t key[2];

		memcpy(key, from->map.key[i].p, sizeof key);
		for (uint32_t k = 0; k < from->slot[i].n; k++)
			exemplars_offer(x, series[key[0]],
			    &from->slot[i].two[k]);
	}
}

/* ---- in the answer --------------------------------------------------------- */

static const struct str hidden[] = { S("__bucket"), S("__name__"), S("p") };

/* The labels that a leaf's series and the answer's have in common. */
static struct labels
common(const struct pot *p, struct labels l, struct arena *mem)
{
	bool quantile = p->m->kind == METRIC_QUANTILE;
	struct label_pick pick = { .without = true,
	    .name = hidden + !quantile, .n = quantile ? 3 : 1 };

	return labels_pick(l, &pick, mem);
}

/* Of quantiles, the first that is not less than the value; or the last. */
static uint32_t
quantile_of(const struct table *t, const uint32_t *row, uint32_t n,
    uint32_t step, double v)
{
	uint32_t best = row[0];

	for (uint32_t i = 0; i < n; i++) {
		double at = t->s[row[i]].v[step], was = t->s[best].v[step];
		bool over = at >= v, had = was >= v;

		if (over != had ? over : over ? at < was : at > was)
			best = row[i];
	}
	return best;
}

/* The series of the answer, by the labels in common: rows in the order of
 * their labels, and where those of an equal set begin. */
struct joined {
	struct map sets;
	uint32_t *row, *from;
};

static void
join(const struct pot *p, const struct table *t, struct joined *j,
    struct arena *mem)
{
	uint32_t *set = arena_new(mem, uint32_t, t->n);
	struct buf key = { 0 };

	for (uint32_t i = 0; i < t->n; i++) {
		buf_reset(&key);
		labels_key(&key, common(p, t->s[i].labels, mem));
		set[i] = map_add(&j->sets, buf_str(&key), NULL);
	}
	buf_free(&key);
	j->row = arena_new(mem, uint32_t, t->n);
	j->from = arena_zero(mem, uint32_t, j->sets.n + (size_t)2);
	for (uint32_t i = 0; i < t->n; i++)
		j->from[set[i] + 2]++;
	for (uint32_t k = 2; k < j->sets.n + 2; k++)
		j->from[k] += j->from[k - 1];
	for (uint32_t i = 0; i < t->n; i++)
		j->row[j->from[set[i] + 1]++] = i;
}

static void
add_label(struct label *l, uint32_t *n, struct label one)
{
	one.type = LABEL_STR;
	l[(*n)++] = one;
}

static struct labels
labels_for(const struct pot *p, const struct exemplar *x, struct labels set,
    struct arena *mem)
{
	struct label *l = arena_new(mem, struct label, set.n + 2);
	struct buf name = { 0 };
	char hex[33];
	uint32_t n = 0;

	str_hex(hex, x->id, 16);
	add_label(l, &n, (struct label){ S("trace:id"),
	    arena_str(mem, str_of(hex)), LABEL_STR });
	if (p->m->of) {
		tql_attr_print(&name, p->m->of);
		add_label(l, &n, (struct label){ arena_str(mem,
		    buf_str(&name)), arena_str(mem, x->text), LABEL_STR });
		buf_free(&name);
	}
	for (uint32_t i = 0; i < set.n; i++)
		if (!str_starts(set.v[i].name, S("__")))
			add_label(l, &n, (struct label){
			    arena_str(mem, set.v[i].name),
			    arena_str(mem, set.v[i].value), LABEL_STR });
	return labels_sort(l, n);
}

/* Where a candidate lies: its slot, and which of the two. */
struct candidate { const struct exemplar *x; uint32_t series; };

static int
by_rank(const void *pa, const void *pb)
{
	const struct candidate *a = pa, *b = pb;

	if (a->x->rank != b->x->rank)
		return a->x->rank < b->x->rank ? -1 : 1;
	return (a->series > b->series) - (a->series < b->series);
}

static int
by_series(const void *pa, const void *pb)
{
	const struct tql_exemplar *a = pa, *b = pb;

	if (a->series != b->series)
		return a->series < b->series ? -1 : 1;
	return (a->start > b->start) - (a->start < b->start);
}

void
tql_exemplars_sort(struct tql_exemplars *ex)
{
	if (ex->n > 1)
		qsort(ex->v, ex->n, sizeof *ex->v, by_series);
}

/* Both sides of a calculation may have the same. */
static bool
is_there(const struct tql_exemplars *out, const struct tql_exemplar *x)
{
	for (size_t i = 0; i < out->n; i++)
		if (out->v[i].series == x->series &&
		    out->v[i].rank == x->rank)
			return true;
	return false;
}

/* To the series that it belongs to now, if that is still there. */
static void
put(const struct pot *p, const struct table *t, const struct tql_range *r,
    const struct joined *j, const struct candidate *c,
    struct tql_exemplars *out, struct arena *mem)
{
	struct labels set = p->acc[c->series].labels;
	uint32_t step = (uint32_t)((c->x->start - r->start - 1) / r->step);
	struct tql_exemplar one = { .start = c->x->start,
	    .value = c->x->value, .rank = c->x->rank };
	struct buf key = { 0 };
	uint32_t no;

	labels_key(&key, common(p, set, mem));
	no = map_find(&j->sets, buf_str(&key));
	buf_free(&key);
	if (no == MAP_NONE)
		return;
	one.series = quantile_of(t, j->row + j->from[no], j->from[no + 1] -
	    j->from[no], step, c->x->value);
	if (isnan(one.value))
		one.value = t->s[one.series].v[step];
	if (is_there(out, &one))
		return;
	one.labels = labels_for(p, c->x, set, mem);
	out->v[out->n++] = one;
}

void
exemplars_put(const struct pot *p, const struct table *t,
    const struct tql_range *range, uint32_t most, struct tql_exemplars *out,
    struct arena *mem)
{
	struct candidate *c = arena_new(mem, struct candidate,
	    p->ex.map.n * (size_t)2);
	struct joined j = { .row = NULL };
	size_t n = 0;

	if (t->n == 0 || p->ex.map.n == 0)
		return;
	join(p, t, &j, mem);
	for (uint32_t i = 0; i < p->ex.map.n; i++)
		for (uint32_t k = 0; k < p->ex.slot[i].n; k++) {
			c[n].x = &p->ex.slot[i].two[k];
			memcpy(&c[n++].series, p->ex.map.key[i].p,
			    sizeof c->series);
		}
	qsort(c, n, sizeof *c, by_rank);
	if (!out->v)
		out->v = arena_new(mem, struct tql_exemplar, most);
	for (size_t i = 0; i < n && out->n < most; i++)
		put(p, t, range, &j, &c[i], out, mem);
	map_free(&j.sets);
	tql_exemplars_sort(out);
}
