/* Values as small numbers: for grouping. */
#include "base/hash.h"
#include "tql/part.h"

struct coder {
	struct part *p;
	struct map map;
	struct buf key;
	struct tql_val *val;	/* by code */
	uint32_t cap;
	uint32_t *small;	/* by integer 0 to 255: code + 1 */
};

static void
add_key(struct buf *b, const struct tql_val *v)
{
	buf_u8(b, (uint8_t)v->type);
	switch (v->type) {
	case TQL_NIL: break;
	case TQL_STR:
		buf_varint(b, v->s.n);
		buf_adds(b, v->s);
		break;
	case TQL_ARRAY:
		buf_varint(b, v->n);
		for (uint32_t i = 0; i < v->n; i++)
			add_key(b, &v->a[i]);
		break;
	default:
		buf_u64(b, (uint64_t)v->i);
	}
}

static uint32_t
code_of(struct coder *c, const struct tql_val *v)
{
	bool small = v->type == TQL_INT && v->i >= 0 && v->i < 256;
	bool fresh;
	uint32_t no;

	if (small && c->small[v->i] > 0)
		return c->small[v->i] - 1;
	buf_reset(&c->key);
	add_key(&c->key, v);
	no = map_add(&c->map, buf_str(&c->key), &fresh);
	if (fresh && no == c->cap) {
		c->val = arena_grow(c->p->mem, c->val, no, no * 2 + 16,
		    sizeof *c->val);
		c->cap = no * 2 + 16;
	}
	if (fresh)
		c->val[no] = *v;
	if (small)
		c->small[v->i] = no + 1;
	return no;
}

/* ---- attributes, by column ----------------------------------------------- */

/* The rows of a smaller table that the spans point to. */
static int
pointers(struct part *p, unsigned table, const uint64_t *sel,
    const int64_t **to, struct err *e)
{
	int64_t *of;

	if (table == TR_RES || table == TR_SCOPE)
		return part_ints(p, TR_SPAN, table == TR_RES ? S("res") :
		    S("scope"), sel, to, e);
	if (part_traces(p, e) == -1)
		return -1;
	of = arena_new(p->mem, int64_t, p->rows[TR_SPAN]);
	for (uint32_t t = 0; t < p->rows[TR_TRACE]; t++)
		for (int64_t k = 0; k < p->spans[t]; k++)
			of[p->first[t] + k] = t;
	*to = of;
	return 0;
}

/* A value of the attribute in its only table. */
static struct tql_val
table_value(struct part *p, const struct tql_attr *a, const struct group *g,
    uint32_t row)
{
	struct tql_val v = { .type = TQL_NIL };

	for (uint32_t i = 0; i < g->n && v.type == TQL_NIL &&
	    row < p->rows[g->table]; i++)
		v = source_value(p, &g->src[i], a->name, row);
	return v;
}

/* Each row of the table is looked at once. */
static int
by_table(struct coder *c, const struct tql_attr *a, const struct group *g,
    const uint64_t *sel, uint32_t *out, struct err *e)
{
	struct part *p = c->p;
	uint32_t *code = arena_zero(p->mem, uint32_t, p->rows[g->table] + 1);
	const int64_t *to;

	if (pointers(p, g->table, sel, &to, e) == -1)
		return -1;
	for (size_t k = 0; k < p->words; k++)
		for (uint64_t w = sel[k]; w; w &= w - 1) {
			uint32_t row = (uint32_t)(k * 64) +
			    (uint32_t)__builtin_ctzll(w);
			uint32_t at = (uint32_t)to[row];

			if (code[at] == 0) {
				struct tql_val v = table_value(p, a, g, at);

				code[at] = code_of(c, &v) + 1;
			}
			out[row] = code[at] - 1;
		}
	return 0;
}

/* Each word of the dictionary is looked at once. */
static void
by_dict(struct coder *c, const struct tql_attr *a, const struct source *src,
    const uint64_t *sel, uint32_t *out)
{
	const struct vec *v = &src->col->vec;
	uint32_t *code = arena_zero(c->p->mem, uint32_t, v->ndict + 1);

	for (size_t k = 0; k < c->p->words; k++)
		for (uint64_t w = sel[k]; w; w &= w - 1) {
			uint32_t row = (uint32_t)(k * 64) +
			    (uint32_t)__builtin_ctzll(w);
			uint32_t at = vec_valid(v, row) ? v->code[row] :
			    v->ndict;

			if (code[at] == 0) {
				struct tql_val one = source_value(c->p, src,
				    a->name, row);

				code[at] = code_of(c, &one) + 1;
			}
			out[row] = code[at] - 1;
		}
}

/* 1 done, 0 not by column. */
static int
by_column(struct coder *c, const struct tql_attr *a, const uint64_t *sel,
    uint32_t *out, struct err *e)
{
	struct group *g;
	struct bind *b;

	if (part_bind(c->p, a, &b, e) == -1)
		return -1;
	g = &b->group[0];
	if (b->n != 1 || g->table == TR_EVENT || g->table == TR_LINK)
		return 0;
	if (g->table != TR_SPAN)
		return by_table(c, a, g, sel, out, e) == -1 ? -1 : 1;
	if (g->n != 1 || !g->src[0].col->vec.code)
		return 0;
	by_dict(c, a, &g->src[0], sel, out);
	return 1;
}

static int
by_row(struct coder *c, const struct tql_expr *x, const uint64_t *sel,
    uint32_t *out, struct err *e)
{
	for (size_t k = 0; k < c->p->words; k++)
		for (uint64_t w = sel[k]; w; w &= w - 1) {
			uint32_t row = (uint32_t)(k * 64) +
			    (uint32_t)__builtin_ctzll(w);
			struct tql_val v;

			if (row_expr(c->p, x, row, &v, e) == -1)
				return -1;
			out[row] = code_of(c, &v);
		}
	return 0;
}

int
part_codes(struct part *p, const struct tql_expr *x, const uint64_t *sel,
    struct codes *out, struct err *e)
{
	struct coder c = { .p = p, .small = arena_zero(p->mem, uint32_t,
	    256) };
	int r = 0;

	*out = (struct codes){ .code = arena_new(p->mem, uint32_t,
	    p->rows[TR_SPAN]) };
	if (row_ready(p, x, sel, e) == -1)
		return -1;
	if (x->kind == EX_ATTR)
		r = by_column(&c, x->attr, sel, out->code, e);
	if (r == 0)
		r = by_row(&c, x, sel, out->code, e);
	out->val = c.val;
	out->n = c.map.n;
	buf_free(&c.key);
	map_free(&c.map);
	return r == -1 ? -1 : 0;
}
