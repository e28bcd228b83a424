/* Keys and their values of the newest data, for completion. */
#include "tql/complete.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "tql/ast.h"
#include "trace/columns.h"

#define PARTS_MAX	8u	/* newest parts that are looked at */
#define NUMBERS_RANGE	1000	/* numbers further apart are no words */

struct known { struct map values, bare; };

struct collect {
	struct map keys;		/* names, in order of arrival */
	struct known *known;		/* of each key */
	uint32_t cap, parts;
};

static uint32_t
add_key(struct collect *c, struct str name)
{
	bool fresh;
	uint32_t no = map_add(&c->keys, name, &fresh);

	if (fresh && no >= c->cap) {
		c->known = xrealloc(c->known, no * 2 + 64,
		    sizeof *c->known);
		memset(c->known + c->cap, 0, (no * 2 + 64 - c->cap) *
		    sizeof *c->known);
		c->cap = no * 2 + 64;
	}
	return no;
}

/* A column's name in a query; false: it has none. */
static bool
query_name(const struct stripe_col *col, struct buf *b)
{
	static const struct { unsigned table; struct str column, attr; }
	all[] = {
		{ TR_SPAN, S("s."), { NULL, 0 } },
		{ TR_RES, S("r."), { NULL, 0 } },
		{ TR_EVENT, S("e."), { NULL, 0 } },
		{ TR_LINK, S("l."), { NULL, 0 } },
		{ TR_SCOPE, S("i."), { NULL, 0 } },
		{ TR_SPAN, S("name"), S("name") },
		{ TR_EVENT, S("name"), S("event:name") },
		{ TR_SCOPE, S("name"), S("instrumentation:name") },
	};
	static const enum tql_scope scope[] = { SCOPE_SPAN, SCOPE_RES,
	    SCOPE_EVENT, SCOPE_LINK, SCOPE_INSTR };

	buf_reset(b);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		if (col->table != all[i].table)
			continue;
		if (all[i].attr.p && str_eq(col->name, all[i].column)) {
			buf_adds(b, all[i].attr);
			return true;
		}
		if (!all[i].attr.p && str_starts(col->name, all[i].column)) {
			struct tql_attr a = { .scope = scope[i],
			    .name = str_skip(col->name, 2) };

			tql_attr_print(b, &a);
			return true;
		}
	}
	return false;
}

static int
add_values(struct map *values, struct stripe *s, uint32_t col,
    struct arena *mem)
{
	const struct str *dict;
	uint32_t n = 0;

	if (stripe_dict(s, col, mem, &dict, &n, NULL) == -1)
		return -1;
	for (uint32_t k = 0; k < n && values->n < TQL_VALUES_MAX; k++)
		map_add(values, dict[k], NULL);
	return 0;
}

/* Whole numbers that lie close together, such as status codes. */
static int
add_numbers(struct map *bare, struct stripe *s, uint32_t no,
    struct arena *mem)
{
	const struct stripe_col *col = stripe_col(s, no);
	uint64_t seen[NUMBERS_RANGE / 64 + 1] = { 0 };
	struct vec v;
	char text[24];

	if (!col->ranged || (uint64_t)col->max_i - (uint64_t)col->min_i >=
	    NUMBERS_RANGE)
		return 0;
	if (stripe_load(s, no, NULL, mem, &v, NULL) == -1)
		return -1;
	for (uint32_t r = 0; r < v.rows; r++)
		if (vec_valid(&v, r))
			bit_set(seen, (uint32_t)(v.i[r] - col->min_i));
	for (uint32_t k = 0; k < NUMBERS_RANGE; k++)
		if (bit_get(seen, k) && bare->n < TQL_VALUES_MAX) {
			snprintf(text, sizeof text, "%lld",
			    (long long)col->min_i + k);
			map_add(bare, str_of(text), NULL);
		}
	return 0;
}

static void
add_column(struct collect *c, struct stripe *s, uint32_t col,
    struct str name, struct arena *mem)
{
	uint32_t no = add_key(c, name);
	struct known *k = &c->known[no];

	switch (stripe_col(s, col)->type) {
	case VEC_STR: add_values(&k->values, s, col, mem); break;
	case VEC_INT: add_numbers(&k->bare, s, col, mem); break;
	case VEC_BOOL:
		map_add(&k->bare, S("false"), NULL);
		map_add(&k->bare, S("true"), NULL);
		break;
	default: break;
	}
}

static int
on_part(void *arg, const struct trace_part *p, unsigned worker,
    struct arena *mem, struct err *e)
{
	struct collect *c = arg;
	struct buf b = { 0 };

	(void)worker;
	(void)e;	/* a bad page: fewer words */
	for (uint32_t i = 0; i < stripe_ncols(p->stripe); i++)
		if (query_name(stripe_col(p->stripe, i), &b))
			add_column(c, p->stripe, i, buf_str(&b), mem);
	buf_free(&b);
	return ++c->parts == PARTS_MAX;
}

static int
by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static int
by_name(const void *a, const void *b)
{
	return str_cmp(((const struct tql_key *)a)->name,
	    ((const struct tql_key *)b)->name);
}

/* Sorted, in the arena. */
static struct str *
words_of(struct map *m, struct arena *mem)
{
	struct str *v = arena_new(mem, struct str, m->n);

	for (uint32_t i = 0; i < m->n; i++)
		v[i] = arena_str(mem, m->key[i]);
	if (m->n > 1)
		qsort(v, m->n, sizeof *v, by_text);
	map_free(m);
	return v;
}

int
tql_keys(struct store_view *view, struct arena *mem, struct tql_keys *out,
    struct err *e)
{
	struct trace_scan_opts o = { .newest_first = true, .workers = 1 };
	struct collect c = { .cap = 0 };
	int r = trace_scan(view, &o, on_part, &c, e);

	*out = (struct tql_keys){ .n = c.keys.n };
	out->key = arena_zero(mem, struct tql_key, c.keys.n);
	for (uint32_t i = 0; i < c.keys.n; i++) {
		struct known *k = &c.known[i];

		out->key[i] = (struct tql_key){ .name = arena_str(mem,
		    c.keys.key[i]), .n = k->values.n, .nbare = k->bare.n };
		out->key[i].value = words_of(&k->values, mem);
		out->key[i].bare = words_of(&k->bare, mem);
	}
	if (out->n > 0)
		qsort(out->key, out->n, sizeof *out->key, by_name);
	map_free(&c.keys);
	free(c.known);
	return r;
}
