/* compare(): which values of which attributes set spans apart. */
#include <stdlib.h>

#include "otlp/walk.h"
#include "tql/pot.h"

/* One attribute that some span may have. */
struct candidate { struct tql_attr attr; struct str name; };

struct candidates {
	struct part *p;
	struct candidate *v;
	uint32_t n, cap;
	struct map seen;
};

static void
add(struct candidates *c, enum tql_intrinsic in, enum tql_scope scope,
    struct str key)
{
	struct tql_attr a = { .in = in, .scope = scope, .name = key,
	    .no = c->p->q->nattr };
	struct buf b = { 0 };
	bool fresh;

	tql_attr_print(&b, &a);
	map_add(&c->seen, buf_str(&b), &fresh);
	if (fresh && c->n == c->cap) {
		c->v = arena_grow(c->p->mem, c->v, c->n, c->cap * 2 + 32,
		    sizeof *c->v);
		c->cap = c->cap * 2 + 32;
	}
	if (fresh)
		c->v[c->n++] = (struct candidate){ a,
		    arena_str(c->p->mem, buf_str(&b)) };
	buf_free(&b);
}

static const struct { unsigned table; enum tql_scope scope;
	struct str prefix; } scopes[] = {
	{ TR_SPAN, SCOPE_SPAN, S("s.") }, { TR_RES, SCOPE_RES, S("r.") },
	{ TR_SCOPE, SCOPE_INSTR, S("i.") },
};

/* Keys of the shared map, which have no column of their own. */
static int
add_mapped(struct candidates *c, unsigned table, enum tql_scope scope,
    struct err *e)
{
	struct part_col *x = part_find(c->p, table, S("x"), VEC_ANY);

	if (!x)
		return 0;
	if (part_load(c->p, x, NULL, NULL, e) == -1)
		return -1;
	for (uint32_t r = 0; r < x->vec.rows; r++) {
		struct cur at;
		struct attr a;

		if (!vec_valid(&x->vec, r))
			continue;
		at = cur_of(vec_str(&x->vec, r));
		while (otlp_attr(&at, 1, &a) == 1)
			add(c, IN_NONE, scope, a.key);
	}
	return 0;
}

static int
find_all(struct candidates *c, struct err *e)
{
	static const enum tql_intrinsic plain[] = { IN_NAME, IN_STATUS,
	    IN_KIND, IN_MESSAGE, IN_ROOT_NAME, IN_ROOT_SERVICE,
	    IN_CHILD_COUNT, IN_INSTR_NAME, IN_INSTR_VERSION };

	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		add(c, plain[i], SCOPE_ANY, S(""));
	for (size_t k = 0; k < sizeof scopes / sizeof *scopes; k++) {
		for (uint32_t i = 0; i < stripe_ncols(c->p->s); i++) {
			const struct stripe_col *col = stripe_col(c->p->s, i);

			if (col->table == scopes[k].table &&
			    str_starts(col->name, scopes[k].prefix))
				add(c, IN_NONE, scopes[k].scope,
				    str_skip(col->name, 2));
		}
		if (add_mapped(c, scopes[k].table, scopes[k].scope, e) == -1)
			return -1;
	}
	return 0;
}

/* ---- counting -------------------------------------------------------------- */

static const struct str sides[] = { S("baseline"), S("selection"),
	S("baseline_total"), S("selection_total") };

static uint32_t
series(struct pot *pot, struct part *p, unsigned side, struct label l,
    struct err *e)
{
	struct label *two = arena_new(p->mem, struct label, 2);

	two[0] = (struct label){ S("__meta_type"), sides[side], LABEL_STR };
	two[1] = l;
	/* not sorted: by_attr relies on this order */
	return pot_series(pot, (struct labels){ two, 2 }, e);
}

static int
count(struct pot *pot, struct part *p, const struct candidate *c,
    const uint64_t *bits, const uint64_t *chosen, const uint32_t *step,
    struct err *e)
{
	struct tql_expr x = { .kind = EX_ATTR, .attr = &c->attr };
	uint32_t *no, total[2] = { 0, 0 };
	struct codes codes;

	p->bind[c->attr.no] = (struct bind){ .done = false };
	if (part_codes(p, &x, bits, &codes, e) == -1)
		return -1;
	no = arena_zero(p->mem, uint32_t, (size_t)codes.n * 2 + 1);
	for (size_t k = 0; k < p->words; k++)
		for (uint64_t w = bits[k]; w; w &= w - 1) {
			uint32_t row = (uint32_t)(k * 64) +
			    (uint32_t)__builtin_ctzll(w);
			const struct tql_val *v =
			    &codes.val[codes.code[row]];
			unsigned side = bit_get(chosen, row);
			uint32_t *at = &no[codes.code[row] * 2 + side];

			if (v->type == TQL_NIL || v->type == TQL_ARRAY)
				continue;
			if (*at == 0)
				*at = 1 + series(pot, p, side, pot_label(
				    c->name, v, p->mem), e);
			if (total[side] == 0)
				total[side] = 1 + series(pot, p, side + 2,
				    (struct label){ c->name, S("nil"),
				    LABEL_STR }, e);
			if (*at == 0 || total[side] == 0 ||
			    pot_add(pot, *at - 1, step[row],
			    part_weight(p, row), 1, e) == -1 ||
			    pot_add(pot, total[side] - 1, step[row],
			    part_weight(p, row), 1, e) == -1)
				return -1;
		}
	return 0;
}

/* The spans that compare()'s filter and range choose. */
static int
choose(const struct tql_metric *m, struct part *p, const uint64_t *bits,
    uint64_t **out, struct err *e)
{
	const int64_t *start;

	*out = part_bits(p, TR_SPAN);
	if (part_filter(p, m->filter, bits, *out, e) == -1)
		return -1;
	if (m->to <= 0)
		return 0;
	if (part_ints(p, TR_SPAN, S("start"), *out, &start, e) == -1)
		return -1;
	for (uint32_t r = 0; r < p->rows[TR_SPAN]; r++)
		if (bit_get(*out, r) && (start[r] < m->from ||
		    start[r] > m->to))
			(*out)[r / 64] &= ~(UINT64_C(1) << r % 64);
	return 0;
}

int
pot_compare(struct pot *pot, struct part *p, const uint64_t *bits,
    const uint32_t *step, struct err *e)
{
	struct candidates c = { .p = p };
	uint64_t *chosen;
	int r = choose(pot->m, p, bits, &chosen, e) == -1 ||
	    find_all(&c, e) == -1 ? -1 : 0;

	for (uint32_t i = 0; i < c.n && r == 0; i++)
		r = count(pot, p, &c.v[i], bits, chosen, step, e);
	map_free(&c.seen);
	return r;
}

/* ---- the most frequent ----------------------------------------------------- */

struct ranked { const struct acc *a; double all; };

/* By side and attribute; the most frequent value first. */
static int
by_attr(const void *x, const void *y)
{
	const struct ranked *a = x, *b = y;
	int c = str_cmp(a->a->labels.v[0].value, b->a->labels.v[0].value);

	c = c ? c : str_cmp(a->a->labels.v[1].name, b->a->labels.v[1].name);
	if (c == 0 && a->all != b->all)
		return a->all > b->all ? -1 : 1;
	return c ? c : labels_cmp(a->a->labels, b->a->labels);
}

int
pot_compare_table(const struct pot *p, struct table *t, struct err *e)
{
	struct ranked *v = arena_zero(t->mem, struct ranked, p->map.n);
	int64_t rank = 0;

	for (uint32_t i = 0; i < p->map.n; i++) {
		v[i].a = &p->acc[i];
		for (uint32_t at = 0; at < p->steps; at++)
			v[i].all += acc_n(&p->acc[i], at);
	}
	if (p->map.n > 1)
		qsort(v, p->map.n, sizeof *v, by_attr);
	for (uint32_t i = 0; i < p->map.n; i++) {
		const struct labels *l = &v[i].a->labels;
		struct series *s;

		rank = i > 0 && str_eq(l->v[0].value,
		    v[i - 1].a->labels.v[0].value) && str_eq(l->v[1].name,
		    v[i - 1].a->labels.v[1].name) ? rank + 1 : 0;
		if (rank >= p->m->top)
			continue;
		if (!(s = table_add(t, labels_copy(*l, t->mem), e)))
			return -1;
		for (uint32_t at = 0; at < p->steps; at++)
			table_put(s, at, acc_n(v[i].a, at));
	}
	return 0;
}
