/* Aggregations that keep some of the series as they are. */
#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/num.h"
#include "query/agg.h"

/* A series at one step. */
struct pick { double v; uint32_t no; };

struct picking {
	const struct agg *a;
	const struct table *in;
	struct table *out;
	uint32_t *to;		/* by series of in: its number in out + 1, or 0 */
	struct pick *one;
	struct buf key;
};

/* Best first; a NaN is worse than any number; of equals the earlier series,
 * or the later one when so asked. */
static int
best_first(const void *x, const void *y, void *arg)
{
	const struct agg *a = arg;
	const struct pick *p = x, *q = y;
	int c = a->op == AGG_TOPK ? (p->v < q->v) - (p->v > q->v) :
	    (p->v > q->v) - (p->v < q->v);

	if (isnan(p->v) || isnan(q->v))
		c = isnan(p->v) - isnan(q->v);
	if (c != 0)
		return c;
	c = p->no < q->no ? -1 : p->no > q->no;
	return a->last_of_equals ? -c : c;
}

static int
check_k(const struct agg *a, uint32_t steps, bool *none, struct err *e)
{
	*none = true;
	for (uint32_t at = 0; at < steps; at++)
		*none &= a->param[at] < 1;
	for (uint32_t at = 0; at < steps && !*none; at++) {
		double k = a->param[at];

		if (isnan(k))
			return err_set(e, ERR_QUERY, "Parameter value is NaN");
		if (k >= 9223372036854775808.0 || k < -9223372036854775808.0)
			return err_set(e, ERR_QUERY, "Scalar value %g %s "
			    "int64", k, k > 0 ? "overflows" : "underflows");
	}
	return 0;
}

static int
check_ratio(const struct agg *a, uint32_t steps, struct notes *notes,
    struct err *e)
{
	for (uint32_t at = 0; at < steps; at++) {
		double r = a->param[at];
		char text[32];

		if (isnan(r))
			return err_set(e, ERR_QUERY, "Ratio value is NaN");
		if (r > 1 || r < -1)
			notes_add(notes, NOTE_WARNING, a->param_at, "PromQL "
			    "warning: ratio value should be between -1 and "
			    "1, got %s, capping to %d", num_fmt_f64(text, r),
			    r > 0 ? 1 : -1);
	}
	return 0;
}

static bool
in_ratio(struct picking *p, uint32_t i, double r)
{
	double h;

	buf_reset(&p->key);
	labels_key(&p->key, p->in->s[i].labels);
	h = ldexp((double)(hash_bytes(p->key.p, p->key.n) >> 11), -53);
	return r >= 0 ? h < r : h >= 1 + r;
}

static int
keep(struct picking *p, uint32_t i, uint32_t at, struct err *e)
{
	const struct series *from = &p->in->s[i];
	struct series *s;

	if (p->to[i] == 0) {
		if (!(s = table_add(p->out, from->labels, e)))
			return -1;
		s->unname = from->unname;
		p->to[i] = p->out->n;
	}
	s = &p->out->s[p->to[i] - 1];
	if (table_hist(from, at))
		table_put_hist(p->out, s, at, from->h[at]);
	else
		table_put(s, at, from->v[at]);
	return 0;
}

/* The best k of a group at a step. */
static int
best_of(struct picking *p, const uint32_t *member, uint32_t n, uint32_t at,
    struct notes *notes, struct err *e)
{
	double k = p->a->param[at];
	uint32_t m = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct series *s = &p->in->s[member[i]];

		if (!table_has(s, at))
			continue;
		if (table_hist(s, at))
			notes_add(notes, NOTE_INFO, p->a->at, "PromQL info: "
			    "ignored histogram in %s aggregation",
			    agg_name(p->a->op));
		else
			p->one[m++] = (struct pick){ s->v[at], member[i] };
	}
	if (m > k || p->in->steps == 1)
		qsort_r(p->one, m, sizeof *p->one, best_first,
		    (void *)(uintptr_t)p->a);
	for (uint32_t i = 0; i < m && i + 1 <= k; i++)
		if (keep(p, p->one[i].no, at, e) == -1)
			return -1;
	return 0;
}

/* The first k of a group, or those whose hash is in the ratio. */
static int
some_of(struct picking *p, const uint32_t *member, uint32_t n, uint32_t at,
    struct err *e)
{
	double k = p->a->param[at];
	uint32_t m = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (!table_has(&p->in->s[member[i]], at))
			continue;
		if (p->a->op == AGG_LIMITK ? ++m > k :
		    !in_ratio(p, member[i], k))
			continue;
		if (keep(p, member[i], at, e) == -1)
			return -1;
	}
	return 0;
}

int
agg_pick(const struct agg *a, const struct agg_groups *g,
    const struct table *in, struct table *out, struct notes *notes,
    struct err *e)
{
	struct picking p = { .a = a, .in = in, .out = out,
	    .to = arena_zero(out->mem, uint32_t, in->n),
	    .one = arena_new(out->mem, struct pick, in->n) };
	bool none = false;
	int r;

	r = a->op == AGG_LIMIT_RATIO ? check_ratio(a, in->steps, notes, e) :
	    check_k(a, in->steps, &none, e);
	for (uint32_t k = 0; k < g->n && r == 0 && !none; k++)
		for (uint32_t at = 0; at < in->steps && r == 0; at++) {
			const uint32_t *m = g->member + g->first[k];
			uint32_t n = g->first[k + 1] - g->first[k];

			r = a->op <= AGG_BOTTOMK ?
			    best_of(&p, m, n, at, notes, e) :
			    some_of(&p, m, n, at, e);
		}
	buf_free(&p.key);
	return r;
}
