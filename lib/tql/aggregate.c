/* count(), avg(x) and their like over spansets. traceql.md section 7. */
#include <math.h>

#include "tql/part.h"

/* What is known of a spanset so far. */
struct cell {
	struct tql_val v;
	double all;		/* the sum of integers that avg divides */
	uint32_t n;		/* values */
};

const uint32_t *
part_set_of(struct part *p, const struct spansets *ss, struct err *e)
{
	uint32_t *of;

	if (ss->of)
		return ss->of;
	if (part_traces(p, e) == -1)
		return NULL;
	of = arena_new(p->mem, uint32_t, p->rows[TR_SPAN]);
	for (uint32_t t = 0; t < p->rows[TR_TRACE]; t++)
		for (int64_t k = 0; k < p->spans[t]; k++)
			of[p->first[t] + k] = t;
	return of;
}

/* The first value's type is the sum's; values of other types do not count. */
static void
sum(struct cell *c, const struct tql_val *v)
{
	if (c->v.type == TQL_NIL)
		c->v = *v;
	else if (c->v.type != v->type)
		return;
	else if (v->type == TQL_FLOAT)
		c->v.f += v->f;
	else
		c->v.i = (int64_t)((uint64_t)c->v.i + (uint64_t)v->i);
	if (v->type == TQL_INT)
		c->all += (double)v->i;
	c->n++;
}

static void
extreme(struct cell *c, const struct tql_val *v, int sign)
{
	int order = c->n++ == 0 ? sign : tql_num_cmp(v, &c->v);

	if (order == sign)
		c->v = *v;
}

static void
add(enum tql_agg agg, struct cell *c, const struct tql_val *v)
{
	if (!tql_numeric(v->type) || (v->type == TQL_FLOAT && isnan(v->f)))
		return;
	switch (agg) {
	case TQL_MAX: extreme(c, v, 1); break;
	case TQL_MIN: extreme(c, v, -1); break;
	default: sum(c, v);
	}
}

static void
finish(enum tql_agg agg, struct cell *c)
{
	if (agg == TQL_COUNT) {
		c->v = (struct tql_val){ .type = TQL_INT, .i = c->n };
	} else if (agg == TQL_AVG && c->v.type == TQL_DURATION) {
		c->v.i /= c->n;
	} else if (agg == TQL_AVG && c->v.type != TQL_NIL) {
		double all = c->v.type == TQL_INT ? c->all : c->v.f;

		c->v = (struct tql_val){ .type = TQL_FLOAT,
		    .f = all / c->n };
	}
}

const struct source *
part_plain(struct part *p, const struct tql_attr *a, struct err *e)
{
	struct bind *b;

	if (part_bind(p, a, &b, e) == -1 || b->n != 1 ||
	    b->group[0].table != TR_SPAN || b->group[0].n != 1 ||
	    !b->group[0].src[0].always ||
	    b->group[0].src[0].col->vec.type != VEC_INT)
		return NULL;
	return &b->group[0].src[0];
}

static int
add_all(struct part *p, const struct tql_stage *st,
    const struct spansets *ss, const uint32_t *of, struct cell *cell,
    struct err *e)
{
	const struct source *src = st->expr && st->expr->kind == EX_ATTR ?
	    part_plain(p, st->expr->attr, e) : NULL;

	for (size_t k = 0; k < p->words; k++)
		for (uint64_t w = ss->bits[k]; w; w &= w - 1) {
			uint32_t row = (uint32_t)(k * 64) +
			    (uint32_t)__builtin_ctzll(w);
			struct tql_val v;

			if (!st->expr) {
				cell[of[row]].n++;
				continue;
			}
			if (src)
				v = (struct tql_val){ .type = src->as,
				    .i = src->col->vec.i[row] };
			else if (row_expr(p, st->expr, row, &v, e) == -1)
				return -1;
			add(st->agg, &cell[of[row]], &v);
		}
	return 0;
}

int
part_aggregate(struct part *p, const struct tql_stage *st,
    struct spansets *ss, struct err *e)
{
	struct cell *cell = arena_zero(p->mem, struct cell, ss->n + 1);
	struct set_attr *a = arena_new(p->mem, struct set_attr, 1);
	uint64_t *kept = arena_zero(p->mem, uint64_t, BITS_WORDS(ss->n) + 1);
	uint64_t *bits = part_bits(p, TR_SPAN);
	const uint32_t *of;

	if ((st->expr && row_ready(p, st->expr, ss->bits, e) == -1) ||
	    !(of = part_set_of(p, ss, e)) ||
	    add_all(p, st, ss, of, cell, e) == -1)
		return -1;
	*a = (struct set_attr){ .stage = st, .before = ss->last,
	    .val = arena_new(p->mem, struct tql_val, ss->n) };
	for (uint32_t i = 0; i < ss->n; i++) {
		struct tql_val yes;

		finish(st->agg, &cell[i]);
		a->val[i] = cell[i].v;
		if (tql_binary(st->op, &cell[i].v, &st->val, NULL, &yes,
		    e) == -1)
			return -1;
		if (tql_true(&yes))
			bit_set(kept, i);
	}
	for (uint32_t row = 0; row < p->rows[TR_SPAN]; row++)
		if (bit_get(ss->bits, row) && bit_get(kept, of[row]))
			bit_set(bits, row);
	ss->bits = bits;
	ss->last = a;
	return 0;
}
