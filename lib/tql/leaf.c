/* An attribute against a constant, a column at a time. */
#include "tql/judge.h"

#define FEW	16u	/* where one row of so many is left, rows are picked */

/* What looks at a column of the stripe. */
struct look {
	struct part *p;
	struct judge j;
	struct part_col *c;
	uint32_t no, rows;
};

/* Takes pages that cannot hold a satisfying value out. */
static int
prune(struct look *l, uint64_t *pages, struct err *e)
{
	const struct pred *pr = l->j.pr;
	const struct str *dict;
	uint32_t n;
	bool some = true;

	if (l->j.src->map || (l->c->loaded && l->c->all))
		return 0;
	if (l->j.type == VEC_INT && tql_numeric(pr->lit->type)) {
		struct range r = judge_range(pr);

		if (!r.not)
			stripe_prune_range(l->p->s, l->no, r.lo, r.hi, pages);
	} else if (l->j.type == VEC_STR && pr->lit->type == TQL_STR) {
		if (stripe_dict(l->p->s, l->no, l->p->mem, &dict, &n, e) ==
		    -1 || (n > 0 && judge_words(&l->j, dict, n, &some, e) ==
		    -1))
			return -1;
		if (!some && !l->j.src->always)
			memset(pages, 0, BITS_WORDS(pages_of(l->rows)) *
			    sizeof *pages);
		else if (pr->op == OP_EQ && pr->lit->s.n > 0)
			return stripe_prune_value(l->p->s, l->no, pr->lit->s,
			    pages, e);
	}
	return 0;
}

/* A few rows: without the others of their pages. */
static int
look_picked(struct look *l, const uint64_t *sel, uint32_t n, uint64_t *out,
    struct err *e)
{
	uint32_t *row = part_listed(l->p, sel, l->rows, n);
	uint64_t *hit = arena_zero(l->p->mem, uint64_t, BITS_WORDS(n) + 1);
	struct vec v;

	if (stripe_pick(l->p->s, l->no, row, n, l->p->mem, &v, e) == -1 ||
	    judge_rows(&l->j, &v, NULL, hit, NULL, e) == -1)
		return -1;
	for (size_t k = 0; k < BITS_WORDS(n); k++)
		for (uint64_t w = hit[k]; w; w &= w - 1)
			bit_set(out, row[k * 64 +
			    (unsigned)__builtin_ctzll(w)]);
	return 0;
}

/* The hits among a page's values to its rows. */
static void
add_hits(const uint64_t *hit, const uint64_t *valid, const uint64_t *sel,
    size_t words, uint64_t *out)
{
	uint32_t at = 0;

	for (size_t k = 0; k < words; k++) {
		uint64_t all = valid ? valid[k] : ~UINT64_C(0), to = 0;
		uint64_t bits = hit[at / 64] >> at % 64;

		if (at % 64 > 0)
			bits |= hit[at / 64 + 1] << (64 - at % 64);
		at += bits_ones(all);
		if (!valid)
			to = bits;
		for (; valid && all && bits; all &= all - 1, bits >>= 1)
			if (bits & 1)
				to |= all & -all;
		out[k] |= sel ? to & sel[k] : to;
	}
}

/* All rows of the pages, one page after the other. */
static int
look_paged(struct look *l, const uint64_t *pages, const uint64_t *sel,
    uint64_t *out, struct err *e)
{
	const uint32_t step = PAGE_ROWS / 64;
	const struct str *dict;
	uint32_t n;

	if (stripe_dict(l->p->s, l->no, l->p->mem, &dict, &n, e) == -1)
		return -1;
	for (uint32_t page = 0; page < pages_of(l->rows); page++) {
		uint64_t hit[PAGE_ROWS / 64 + 2] = { 0 };
		const uint64_t *valid, *mine = sel ? sel + page * step : NULL;
		size_t words = BITS_WORDS(l->rows) - page * step;
		struct vec v;

		if (!bit_get(pages, page))
			continue;
		if (stripe_page(l->p->s, l->no, page, &v, &valid, e) == -1)
			return -1;
		v.dict = dict;
		if (judge_rows(&l->j, &v, valid ? NULL : mine, hit, NULL, e) ==
		    -1)
			return -1;
		add_hits(hit, valid, mine, words < step ? words : step,
		    out + page * step);
	}
	return 0;
}

/* The selected rows of the pages. */
static uint64_t *
rows_in(struct look *l, const uint64_t *sel, const uint64_t *pages)
{
	uint64_t *out = arena_zero(l->p->mem, uint64_t,
	    BITS_WORDS(l->rows) + 1);

	if (!sel) {
		bits_first(out, l->rows);
		sel = out;
	}
	for (size_t k = 0; k < BITS_WORDS(l->rows); k++)
		out[k] = bit_get(pages, (uint32_t)(k / (PAGE_ROWS / 64))) ?
		    sel[k] : 0;
	return out;
}

/*
 * Rows that satisfy, of those selected. A column that is looked at for the
 * first time is not loaded: it may be the last time, too.
 */
static int
look_at(struct look *l, const uint64_t *sel, uint64_t *out, struct err *e)
{
	const struct stripe_col *info = stripe_col(l->p->s, l->no);
	uint64_t *pages = part_pages(l->p, l->rows, sel);
	uint32_t n;

	if (prune(l, pages, e) == -1)
		return -1;
	if (!part_any(pages, BITS_WORDS(pages_of(l->rows))))
		return 0;
	sel = rows_in(l, sel, pages);
	n = bits_count(sel, BITS_WORDS(l->rows));
	if (!l->c->loaded && !l->c->seen) {
		l->c->seen = true;
		if (n < l->rows / FEW)
			return look_picked(l, sel, n, out, e);
		if (stripe_paged(l->p->s, l->no) && (info->nulls == 0 ||
		    !l->j.src->always))
			return look_paged(l, pages, sel, out, e);
	}
	if (part_load(l->p, l->c, NULL, pages, e) == -1)
		return -1;
	return judge_rows(&l->j, &l->c->vec, sel, out, NULL, e);
}

static int
leaf_source(struct part *p, const struct source *src, struct str key,
    const struct pred *pr, const uint64_t *sel, uint64_t *out,
    uint64_t *present, struct err *e)
{
	struct look l = { .p = p, .c = src->col, .j = { .src = src,
	    .key = key, .pr = pr, .mem = p->mem,
	    .type = src->col->vec.type } };

	if (src->col->no != -1) {
		const struct stripe_col *info;

		l.no = (uint32_t)src->col->no;
		info = stripe_col(p->s, l.no);
		l.j.type = info->type;
		l.rows = info->rows;
	}
	if (!present && !judge_fits(&l.j))
		return 0;
	if (!present && !pr->nil && src->col->no != -1)
		return look_at(&l, sel, out, e);
	if (part_load(p, src->col, sel, NULL, e) == -1)
		return -1;
	return judge_rows(&l.j, &src->col->vec, sel, out, present, e);
}

/* Rows of the group's own table that satisfy; and those that have a value. */
int
leaf_rows(struct part *p, const struct tql_attr *a, const struct group *g,
    const struct pred *pr, const uint64_t *sel, uint64_t *out,
    uint64_t *present, struct err *e)
{
	for (uint32_t i = 0; i < g->n; i++)
		if (leaf_source(p, &g->src[i], a->name, pr, sel, out, present,
		    e) == -1)
			return -1;
	return 0;
}

/* Rows of another table as the selected spans that go with them. */
int
leaf_map(struct part *p, unsigned table, const uint64_t *bits,
    const uint64_t *sel, uint64_t *out, struct err *e)
{
	const int64_t *to;
	uint32_t rows = p->rows[table];

	if (!part_any(bits, BITS_WORDS(rows)))
		return 0;
	if (table == TR_TRACE) {
		if (part_traces(p, e) == -1)
			return -1;
		for (uint32_t t = 0; t < rows; t++)
			for (int64_t k = 0; bit_get(bits, t) &&
			    k < p->spans[t]; k++)
				if (bit_get(sel, (uint32_t)(p->first[t] + k)))
					bit_set(out,
					    (uint32_t)(p->first[t] + k));
		return 0;
	}
	if (table == TR_EVENT || table == TR_LINK) {
		if (part_ints(p, table, S("span"), NULL, &to, e) == -1)
			return -1;
		for (uint32_t r = 0; r < rows; r++)
			if (bit_get(bits, r) && bit_get(sel, (uint32_t)to[r]))
				bit_set(out, (uint32_t)to[r]);
		return 0;
	}
	if (part_ints(p, TR_SPAN, table == TR_RES ? S("res") : S("scope"),
	    sel, &to, e) == -1)
		return -1;
	for (size_t k = 0; k < p->words; k++)
		for (uint64_t w = sel[k]; w; w &= w - 1) {
			uint32_t row = (uint32_t)(k * 64) +
			    (uint32_t)__builtin_ctzll(w);

			if (bit_get(bits, (uint32_t)to[row]))
				bit_set(out, row);
		}
	return 0;
}

static void
without(uint64_t *a, const uint64_t *b, size_t words)
{
	for (size_t k = 0; k < words; k++)
		a[k] &= ~b[k];
}

/* One table's say: adds to out, and takes those that have it from rest. */
static int
leaf_group(struct part *p, const struct tql_attr *a, const struct group *g,
    const struct pred *pr, bool last, uint64_t *rest, uint64_t *out,
    struct err *e)
{
	uint64_t *there = last ? NULL : part_bits(p, TR_SPAN);

	if (g->table == TR_SPAN) {
		if (leaf_rows(p, a, g, pr, rest, out, there, e) == -1)
			return -1;
	} else {
		uint64_t *hit = part_bits(p, g->table);
		uint64_t *has = last ? NULL : part_bits(p, g->table);

		if (leaf_rows(p, a, g, pr, NULL, hit, has, e) == -1 ||
		    leaf_map(p, g->table, hit, rest, out, e) == -1 ||
		    (has && leaf_map(p, g->table, has, rest, there, e) == -1))
			return -1;
	}
	if (there)
		without(rest, there, p->words);
	return 0;
}

/* x = nil: for children, one that lacks it; else nothing that has it. */
static int
leaf_missing(struct part *p, const struct tql_attr *a, struct bind *b,
    const uint64_t *sel, uint64_t *out, struct err *e)
{
	struct pred there = { .nil = true, .raw = true, .op = OP_NE };
	struct group *g = &b->group[0];

	if (a->scope == SCOPE_EVENT || a->scope == SCOPE_LINK) {
		uint64_t *has = part_bits(p, g->table);

		if (leaf_rows(p, a, g, &there, NULL, has, NULL, e) == -1)
			return -1;
		for (size_t k = 0; k < BITS_WORDS(p->rows[g->table]); k++)
			has[k] = ~has[k];
		if (p->rows[g->table] % 64)
			has[p->rows[g->table] / 64] &=
			    (UINT64_C(1) << p->rows[g->table] % 64) - 1;
		return leaf_map(p, g->table, has, sel, out, e);
	}
	uint64_t *has = part_bits(p, TR_SPAN);

	if (leaf_spans(p, a, &there, sel, has, e) == -1)
		return -1;
	for (size_t k = 0; k < p->words; k++)
		out[k] |= sel[k] & ~has[k];
	return 0;
}

int
leaf_spans(struct part *p, const struct tql_attr *a, const struct pred *pr,
    const uint64_t *sel, uint64_t *out, struct err *e)
{
	uint64_t *rest;
	struct bind *b;

	if (part_bind(p, a, &b, e) == -1)
		return -1;
	if (pr->nil && pr->op == OP_EQ)
		return leaf_missing(p, a, b, sel, out, e);
	rest = arena_new(p->mem, uint64_t, p->words + 1);
	memcpy(rest, sel, p->words * sizeof *rest);
	for (uint32_t i = 0; i < b->n && part_any(rest, p->words); i++)
		if (leaf_group(p, a, &b->group[i], pr, i + 1 == b->n, rest,
		    out, e) == -1)
			return -1;
	return 0;
}
