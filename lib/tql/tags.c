#include "tql/tags.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/pool.h"
#include "model/span.h"
#include "otlp/walk.h"
#include "tql/part.h"

struct collect {
	const struct tql_query *q;	/* its filter; NULL: every span */
	const struct tql_query *names;	/* all attributes that parts bind */
	const struct tql_attr *attr;	/* values of this; NULL: keys */
	const struct tql_opts *o;
	struct worker {
		struct map found;	/* type, value; or scope, key */
		struct buf key;
	} *worker;
};

static const struct { unsigned table; enum tql_scope scope;
	struct str prefix, word; } scopes[] = {
	{ TR_RES, SCOPE_RES, S("r."), S("resource") },
	{ TR_SPAN, SCOPE_SPAN, S("s."), S("span") },
	{ TR_EVENT, SCOPE_EVENT, S("e."), S("event") },
	{ TR_LINK, SCOPE_LINK, S("l."), S("link") },
	{ TR_SCOPE, SCOPE_INSTR, S("i."), S("instrumentation") },
};

struct str
tql_scope_word(enum tql_scope scope)
{
	for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
		if (scopes[i].scope == scope)
			return scopes[i].word;
	return S("");
}

/* ---- which rows ------------------------------------------------------------ */

/* Whether it follows from the whole trace. */
static bool
of_trace(const struct tql_attr *a)
{
	return a && (a->in == IN_ROOT_NAME || a->in == IN_ROOT_SERVICE ||
	    a->in == IN_CHILD_COUNT);
}

/*
 * The spans that count, or NULL: all of the part. Those of traces to be left
 * out here do no harm: what they have, they have where they are whole.
 */
static int
spans_of(const struct collect *c, struct part *p, const uint64_t *skip,
    const uint64_t **out, struct err *e)
{
	const struct tql_opts *o = c->o;
	struct spansets ss;
	uint64_t *bits;
	const int64_t *start;

	*out = NULL;
	if (!c->q && o->to == 0 && !(skip && of_trace(c->attr)))
		return 0;
	if (c->q) {
		if (part_eval(p, skip, &ss, e) == -1)
			return -1;
		bits = ss.bits;
	} else if (!(bits = part_spans(p, skip, e))) {
		return -1;
	}
	*out = bits;
	if (o->to == 0)
		return 0;
	if (part_ints(p, TR_SPAN, S("start"), bits, &start, e) == -1)
		return -1;
	for (uint32_t r = 0; r < p->rows[TR_SPAN]; r++)
		if (bit_get(bits, r) && ((uint64_t)start[r] < o->from ||
		    (uint64_t)start[r] >= o->to))
			bits[r / 64] &= ~(UINT64_C(1) << r % 64);
	return 0;
}

static void
rows_of_traces(const struct part *p, const uint64_t *spans, uint64_t *rows)
{
	for (uint32_t t = 0; t < p->rows[TR_TRACE]; t++)
		for (int64_t k = 0; k < p->spans[t]; k++)
			if (bit_get(spans, (uint32_t)(p->first[t] + k))) {
				bit_set(rows, t);
				break;
			}
}

/* The rows of a table that go with the spans; NULL: all. */
static int
rows_of(struct part *p, unsigned table, const uint64_t *spans,
    const uint64_t **out, struct err *e)
{
	bool child = table == TR_EVENT || table == TR_LINK;
	uint64_t *rows;
	const int64_t *to;

	*out = spans;
	if (!spans || table == TR_SPAN)
		return 0;
	*out = rows = part_bits(p, table);
	if (table == TR_TRACE) {
		if (part_traces(p, e) == -1)
			return -1;
		rows_of_traces(p, spans, rows);
		return 0;
	}
	if (part_ints(p, child ? table : TR_SPAN, child ? S("span") :
	    table == TR_RES ? S("res") : S("scope"), child ? NULL : spans,
	    &to, e) == -1)
		return -1;
	for (uint32_t r = 0; r < p->rows[child ? table : TR_SPAN]; r++)
		if (bit_get(spans, child ? (uint32_t)to[r] : r) &&
		    (child || to[r] < p->rows[table]))
			bit_set(rows, child ? r : (uint32_t)to[r]);
	return 0;
}

static bool
has_row(const uint64_t *rows, uint32_t r)
{
	return !rows || bit_get(rows, r);
}

/* ---- values ---------------------------------------------------------------- */

static int
found(struct worker *w, struct err *e)
{
	map_add(&w->found, buf_str(&w->key), NULL);
	return w->found.bytes <= TQL_TAGS_BYTES_MAX ? 0 :
	    err_set(e, ERR_LIMIT, "over %zu bytes of different values: a "
	    "shorter range, or a filter, has fewer", TQL_TAGS_BYTES_MAX);
}

static int
add_value(struct worker *w, const struct tql_val *v, struct err *e)
{
	int r = 0;

	if (v->type == TQL_NIL)
		return 0;
	if (v->type == TQL_ARRAY) {
		for (uint32_t i = 0; i < v->n && r == 0; i++)
			r = add_value(w, &v->a[i], e);
		return r;
	}
	buf_reset(&w->key);
	buf_u8(&w->key, (uint8_t)v->type);
	if (v->type == TQL_STR)
		buf_adds(&w->key, v->s);
	else
		buf_u64(&w->key, (uint64_t)v->i);
	return found(w, e);
}

/* Each value of a column once, without its rows: 1, 0 when it has none such. */
static int
from_dict(struct worker *w, struct part *p, const struct source *src,
    struct err *e)
{
	const struct stripe_col *col;
	const struct str *dict;
	struct tql_val v = { .type = TQL_STR };
	uint32_t n;

	if (src->col->no == -1 || src->map)
		return 0;
	col = stripe_col(p->s, (uint32_t)src->col->no);
	if ((col->type != VEC_STR && col->type != VEC_ANY))
		return 0;
	if (stripe_dict(p->s, (uint32_t)src->col->no, p->mem, &dict, &n,
	    e) == -1)
		return -1;
	for (uint32_t i = 0; i < n; i++) {
		if (col->type == VEC_STR)
			v.s = dict[i];
		else
			v = value_any(dict[i], p->mem);
		if (add_value(w, &v, e) == -1)
			return -1;
	}
	v = (struct tql_val){ .type = TQL_STR, .s = S("") };
	if (n > 0 && src->always && col->nulls > 0 &&
	    add_value(w, &v, e) == -1)
		return -1;
	return n > 0;
}

static int
from_rows(struct worker *w, struct part *p, const struct tql_attr *a,
    const struct source *src, const uint64_t *rows, struct err *e)
{
	const struct vec *v = &src->col->vec;
	uint64_t *had;

	if (part_load(p, src->col, rows, NULL, e) == -1)
		return -1;
	had = v->code ? arena_zero(p->mem, uint64_t,
	    BITS_WORDS((size_t)v->ndict + 1)) : NULL;
	for (uint32_t r = 0; r < v->rows; r++) {
		struct tql_val one;

		if (!has_row(rows, r))
			continue;
		if (had) {
			uint32_t code = vec_valid(v, r) ? v->code[r] :
			    v->ndict;

			if (bit_get(had, code))
				continue;
			bit_set(had, code);
		}
		one = source_value(p, src, a->name, r);
		if (add_value(w, &one, e) == -1)
			return -1;
	}
	return 0;
}

static int
add_values(const struct collect *c, struct worker *w, struct part *p,
    const uint64_t *spans, struct err *e)
{
	const uint64_t *rows;
	struct bind *b;
	int r = 0;

	if (part_bind(p, c->attr, &b, e) == -1)
		return -1;
	for (uint32_t g = 0; g < b->n; g++) {
		if (rows_of(p, b->group[g].table, spans, &rows, e) == -1)
			return -1;
		for (uint32_t i = 0; i < b->group[g].n && r != -1; i++) {
			const struct source *src = &b->group[g].src[i];

			r = rows ? 0 : from_dict(w, p, src, e);
			if (r == 0)
				r = from_rows(w, p, c->attr, src, rows, e);
		}
	}
	return r == -1 ? -1 : 0;
}

/* ---- keys ------------------------------------------------------------------ */

static int
add_key(struct worker *w, enum tql_scope scope, struct str key,
    struct err *e)
{
	buf_reset(&w->key);
	buf_u8(&w->key, (uint8_t)scope);
	buf_adds(&w->key, key);
	return found(w, e);
}

/* Whether one of the rows has a value that queries see. */
static int
is_there(struct part *p, struct part_col *col, const uint64_t *rows,
    struct err *e)
{
	enum vec_type type = stripe_col(p->s, (uint32_t)col->no)->type;
	struct source src = { .col = col, .as = TQL_INT };

	if (!rows && type != VEC_ANY)
		return 1;	/* a column has a value in its stripe */
	if (part_load(p, col, rows, NULL, e) == -1)
		return -1;
	for (uint32_t r = 0; r < col->vec.rows; r++)
		if (has_row(rows, r) && vec_valid(&col->vec, r) &&
		    (type != VEC_ANY ||
		    source_value(p, &src, S(""), r).type != TQL_NIL))
			return 1;
	return 0;
}

/* Keys of the shared map, which have no column of their own. */
static int
add_mapped(struct worker *w, struct part *p, unsigned table,
    enum tql_scope scope, const uint64_t *rows, struct err *e)
{
	struct part_col *x = part_find(p, table, S("x"), VEC_ANY);

	if (!x)
		return 0;
	if (part_load(p, x, rows, NULL, e) == -1)
		return -1;
	for (uint32_t r = 0; r < x->vec.rows; r++) {
		struct cur at;
		struct attr a;

		if (!has_row(rows, r) || !vec_valid(&x->vec, r))
			continue;
		at = cur_of(vec_str(&x->vec, r));
		while (otlp_attr(&at, 1, &a) == 1)
			if (value_map(vec_str(&x->vec, r), a.key,
			    p->mem).type != TQL_NIL &&
			    add_key(w, scope, a.key, e) == -1)
				return -1;
	}
	return 0;
}

static int
add_keys(struct worker *w, struct part *p, const uint64_t *spans,
    struct err *e)
{
	const uint64_t *rows;
	int r = 0;

	for (size_t k = 0; k < sizeof scopes / sizeof *scopes; k++) {
		if (rows_of(p, scopes[k].table, spans, &rows, e) == -1)
			return -1;
		for (uint32_t i = 0; i < stripe_ncols(p->s); i++) {
			const struct stripe_col *col = stripe_col(p->s, i);

			if (col->table != scopes[k].table ||
			    !str_starts(col->name, scopes[k].prefix))
				continue;
			r = is_there(p, &p->cols[i], rows, e);
			if (r == 1)
				r = add_key(w, scopes[k].scope,
				    str_skip(col->name, 2), e);
			if (r == -1)
				return -1;
		}
		if (add_mapped(w, p, scopes[k].table, scopes[k].scope, rows,
		    e) == -1)
			return -1;
	}
	return 0;
}

/* ---- the scan -------------------------------------------------------------- */

static int
on_part(void *arg, const struct trace_part *tp, unsigned worker,
    struct arena *mem, struct err *e)
{
	const struct collect *c = arg;
	struct worker *w = &c->worker[worker];
	const uint64_t *spans;
	struct part p;

	if (c->o->stopped && c->o->stopped())
		return err_set(e, ERR_CANCEL, "stopped");
	part_init(&p, tp->stripe, c->names, mem);
	if (spans_of(c, &p, tp->skip, &spans, e) == -1)
		return -1;
	return c->attr ? add_values(c, w, &p, spans, e) :
	    add_keys(w, &p, spans, e);
}

/* All that was found, in `all`. */
static int
collect(struct store_view *view, struct collect *c, struct map *all,
    struct err *e)
{
	unsigned n = c->o->workers ? c->o->workers : pool_workers();
	struct trace_scan_opts so = { .from = c->o->from, .to = c->o->to,
	    .count = c->o->count, .workers = n };
	struct arena mem = { 0 };
	int r;

	if (c->attr)
		so.need = tql_needs(&mem, c->names, true, &so.nneed);
	c->worker = xcalloc(n, sizeof *c->worker);
	r = trace_scan(view, &so, on_part, c, e);
	for (unsigned i = 0; i < n; i++) {
		for (uint32_t k = 0; k < c->worker[i].found.n; k++)
			map_add(all, c->worker[i].found.key[k], NULL);
		map_free(&c->worker[i].found);
		buf_free(&c->worker[i].key);
	}
	free(c->worker);
	arena_free(&mem);
	return r;
}

static int
by_tag(const void *pa, const void *pb)
{
	const struct tql_tag *a = pa, *b = pb;

	return a->scope != b->scope ? (int)a->scope - (int)b->scope :
	    str_cmp(a->name, b->name);
}

void
tql_tags_sort(struct tql_tag *v, size_t n)
{
	if (n > 1)
		qsort(v, n, sizeof *v, by_tag);
}

int
tql_tags(struct store_view *view, const struct tql_opts *o,
    struct arena *mem, struct tql_tag **out, size_t *n, struct err *e)
{
	struct tql_query none = { .nattr = 0 };
	struct collect c = { .names = &none, .o = o };
	struct map all = { 0 };
	int r = collect(view, &c, &all, e);

	*n = all.n;
	*out = arena_new(mem, struct tql_tag, all.n);
	for (uint32_t i = 0; i < all.n; i++)
		(*out)[i] = (struct tql_tag){
		    (enum tql_scope)(uint8_t)all.key[i].p[0],
		    arena_str(mem, str_skip(all.key[i], 1)) };
	tql_tags_sort(*out, all.n);
	map_free(&all);
	return r;
}

static int
by_value(const void *pa, const void *pb)
{
	const struct tql_val *a = pa, *b = pb;

	if (a->type != b->type)
		return (int)a->type - (int)b->type;
	if (a->type == TQL_STR)
		return str_cmp(a->s, b->s);
	if (a->type == TQL_FLOAT)
		return (a->f > b->f) - (a->f < b->f);
	return (a->i > b->i) - (a->i < b->i);
}

void
tql_values_sort(struct tql_val *v, size_t n)
{
	if (n > 1)
		qsort(v, n, sizeof *v, by_value);
}

static struct tql_val
decode(struct str key, struct arena *mem)
{
	struct tql_val v = { .type = (enum tql_type)(uint8_t)key.p[0] };
	struct cur c = cur_of(str_skip(key, 1));

	if (v.type == TQL_STR)
		v.s = arena_str(mem, str_skip(key, 1));
	else
		v.i = (int64_t)cur_u64(&c);
	return v;
}

/* All words of a type. */
static size_t
words(enum tql_type type, int n, struct arena *mem, struct tql_val **out)
{
	*out = arena_new(mem, struct tql_val, (size_t)n);
	for (int i = 0; i < n; i++)
		(*out)[i] = (struct tql_val){ .type = type, .i = i };
	return (size_t)n;
}

bool
tql_is_listed(const struct tql_attr *a)
{
	switch (a->in) {
	case IN_DURATION: case IN_TRACE_DURATION: case IN_EVENT_TIME:
	case IN_TRACE_ID: case IN_SPAN_ID: case IN_PARENT_ID:
	case IN_LINK_TRACE: case IN_LINK_SPAN:
	case IN_NS_LEFT: case IN_NS_RIGHT: case IN_NS_PARENT:
		return false;
	default:
		return true;
	}
}

int
tql_values(struct store_view *view, const struct tql_attr *attr,
    const struct tql_query *filter, const struct tql_opts *o,
    struct arena *mem, struct tql_val **out, size_t *n, struct err *e)
{
	struct tql_query names = filter ? *filter : (struct tql_query){
	    .nattr = 0 };
	struct tql_attr own = *attr, **all = arena_new(mem, struct tql_attr *,
	    names.nattr + 1);
	struct collect c = { .q = filter, .names = &names, .attr = &own,
	    .o = o };
	struct map found_all = { 0 };
	int r;

	*n = 0;
	if (!tql_is_listed(attr))
		return 0;
	if (attr->in == IN_STATUS || attr->in == IN_KIND) {
		*n = attr->in == IN_STATUS ? words(TQL_STATUS, 3, mem, out) :
		    words(TQL_KIND, 6, mem, out);
		return 0;
	}
	if (names.nattr > 0)
		memcpy(all, names.attr, names.nattr * sizeof *all);
	own.no = names.nattr;
	all[names.nattr++] = &own;
	names.attr = all;
	r = collect(view, &c, &found_all, e);
	*n = found_all.n;
	*out = arena_new(mem, struct tql_val, found_all.n);
	for (uint32_t i = 0; i < found_all.n; i++)
		(*out)[i] = decode(found_all.key[i], mem);
	tql_values_sort(*out, *n);
	map_free(&found_all);
	return r;
}
