/* to_otlp: columns back to the message they came from. otlp.md section 6. */
#include <stdlib.h>

#include "base/cur.h"
#include "base/num.h"
#include "trace/cols.h"

/* A column of attributes. */
struct attr_col {
	struct str key;
	struct vec v;
};

struct attrs {
	struct attr_col *col;
	uint32_t n;
};

struct enc {
	struct stripe *s;
	struct arena *a;
	struct vec c[COLS];	/* rows 0: the stripe has none */
	struct attrs attrs[TR_TABLES];
	struct buf any, kv, child, span;
	struct err *e;
};

struct span_ref { uint32_t res, scope, row, trace; };

static void
put_tag(struct buf *b, uint32_t no, uint32_t wire)
{
	buf_varint(b, no << 3 | wire);
}

static void
put_bytes(struct buf *b, uint32_t no, struct str s)
{
	put_tag(b, no, 2);
	buf_sized(b, s);
}

static void
put_bytes_if(struct buf *b, uint32_t no, struct str s)
{
	if (s.n > 0)
		put_bytes(b, no, s);
}

static void
put_varint_if(struct buf *b, uint32_t no, int64_t v)
{
	if (v != 0) {
		put_tag(b, no, 0);
		buf_varint(b, (uint64_t)v);
	}
}

static void
put_fixed64_if(struct buf *b, uint32_t no, uint64_t v)
{
	if (v != 0) {
		put_tag(b, no, 1);
		buf_u64(b, v);
	}
}

static void
put_fixed32_if(struct buf *b, uint32_t no, uint32_t v)
{
	if (v != 0) {
		put_tag(b, no, 5);
		buf_u32(b, v);
	}
}

/* ---- loading ------------------------------------------------------------ */

static int
add_attr_col(struct enc *en, const struct stripe_col *sc, uint32_t c)
{
	struct attrs *at = &en->attrs[sc->table];

	if ((at->n & (at->n - 1)) == 0)
		at->col = arena_grow(en->a, at->col, at->n, at->n > 0 ?
		    at->n * 2 : 1, sizeof *at->col);
	at->col[at->n].key = str_skip(sc->name, 2);
	return stripe_load(en->s, c, NULL, en->a, &at->col[at->n++].v, en->e);
}

static int
load_columns(struct enc *en)
{
	for (uint32_t c = 0; c < stripe_ncols(en->s); c++) {
		const struct stripe_col *sc = stripe_col(en->s, c);

		if (sc->table < TR_TABLES && sc->name.n >= 2 &&
		    sc->name.p[1] == '.' && add_attr_col(en, sc, c) == -1)
			return -1;
	}
	for (int no = 0; no < COLS; no++) {
		int c = cols_find(en->s, (enum col)no);

		if (c != -1 && stripe_load(en->s, (uint32_t)c, NULL, en->a,
		    &en->c[no], en->e) == -1)
			return -1;
	}
	return 0;
}

static bool
has(const struct enc *en, enum col no, uint32_t row)
{
	return row < en->c[no].rows && vec_valid(&en->c[no], row);
}

static int64_t
get_int(const struct enc *en, enum col no, uint32_t row)
{
	return has(en, no, row) ? en->c[no].i[row] : 0;
}

static struct str
get_str(const struct enc *en, enum col no, uint32_t row)
{
	return has(en, no, row) ? vec_str(&en->c[no], row) :
	    (struct str){ NULL, 0 };
}

static struct str
get_fix(const struct enc *en, enum col no, uint32_t row)
{
	size_t width = col_defs[no].type == VEC_FIX16 ? 16 : 8;

	return has(en, no, row) ? str_mk(en->c[no].fix + row * width, width) :
	    (struct str){ NULL, 0 };
}

/* ---- writing ------------------------------------------------------------ */

static void
put_value(struct buf *any, const struct vec *v, uint32_t row)
{
	any->n = 0;
	switch (v->type) {
	case VEC_STR:
		put_bytes(any, 1, vec_str(v, row));
		break;
	case VEC_BOOL:
	case VEC_INT:
		put_tag(any, v->type == VEC_BOOL ? 2 : 3, 0);
		buf_varint(any, (uint64_t)v->i[row]);
		break;
	case VEC_F64:
		put_tag(any, 4, 1);
		buf_u64(any, num_bits(v->f[row]));
		break;
	default:
		buf_adds(any, vec_str(v, row));
	}
}

/* The attributes of a row, as field `no`. */
static void
put_attrs(struct enc *en, unsigned table, uint32_t row, uint32_t no,
    struct buf *out)
{
	const struct attrs *at = &en->attrs[table];

	for (uint32_t k = 0; k < at->n; k++) {
		const struct attr_col *c = &at->col[k];

		if (row >= c->v.rows || !vec_valid(&c->v, row))
			continue;
		put_value(&en->any, &c->v, row);
		en->kv.n = 0;
		put_bytes(&en->kv, 1, c->key);
		put_bytes(&en->kv, 2, buf_str(&en->any));
		put_bytes(out, no, buf_str(&en->kv));
	}
}

/* Those past the budget of columns, that lie together. */
static void
put_others(struct buf *out, uint32_t no, struct str list)
{
	struct cur c = cur_of(list);
	struct field f;

	while (cur_field(&c, &f) == 1)
		if (f.no == 1 && f.wire == 2)
			put_bytes(out, no, f.b);
}

/* The first row of a child table at or after the span. */
static uint32_t
first_child(const struct vec *span, uint32_t row)
{
	uint32_t lo = 0, hi = span->rows;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (span->i[mid] < (int64_t)row)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void
put_events(struct enc *en, uint32_t row, uint64_t start)
{
	const struct vec *span = &en->c[EV_SPAN];

	for (uint32_t k = first_child(span, row); k < span->rows &&
	    span->i[k] == (int64_t)row; k++) {
		struct buf *b = &en->child;

		b->n = 0;
		if (has(en, EV_RAW, k))
			buf_adds(b, get_str(en, EV_RAW, k));
		else {
			put_fixed64_if(b, 1, start +
			    (uint64_t)get_int(en, EV_TIME, k));
			put_bytes_if(b, 2, get_str(en, EV_NAME, k));
			put_attrs(en, TR_EVENT, k, 3, b);
			put_varint_if(b, 4, get_int(en, EV_DROPPED, k));
		}
		put_bytes(&en->span, 11, buf_str(b));
	}
}

static void
put_links(struct enc *en, uint32_t row)
{
	const struct vec *span = &en->c[LK_SPAN];

	for (uint32_t k = first_child(span, row); k < span->rows &&
	    span->i[k] == (int64_t)row; k++) {
		struct buf *b = &en->child;

		b->n = 0;
		if (has(en, LK_RAW, k))
			buf_adds(b, get_str(en, LK_RAW, k));
		else {
			put_bytes_if(b, 1, get_fix(en, LK_TRACE, k));
			put_bytes_if(b, 2, get_fix(en, LK_ID, k));
			put_bytes_if(b, 3, get_str(en, LK_STATE, k));
			put_attrs(en, TR_LINK, k, 4, b);
			put_varint_if(b, 5, get_int(en, LK_DROPPED, k));
			put_fixed32_if(b, 6,
			    (uint32_t)get_int(en, LK_FLAGS, k));
		}
		put_bytes(&en->span, 13, buf_str(b));
	}
}

static struct str
parent_of(const struct enc *en, uint32_t row)
{
	int64_t dist = get_int(en, SP_PARENT, row);

	if (dist > 0 && dist <= (int64_t)row)
		return get_fix(en, SP_ID, row - (uint32_t)dist);
	return get_fix(en, SP_PARENT_ID, row);
}

static void
put_status(struct enc *en, uint32_t row)
{
	struct buf *b = &en->child;

	b->n = 0;
	put_bytes_if(b, 2, get_str(en, SP_MESSAGE, row));
	put_varint_if(b, 3, get_int(en, SP_STATUS, row));
	put_bytes_if(&en->span, 15, buf_str(b));
}

static void
put_span(struct enc *en, const struct span_ref *r)
{
	struct buf *b = &en->span;
	uint64_t start = (uint64_t)get_int(en, SP_START, r->row);
	int64_t d = has(en, SP_END_OFF, r->row) ?
	    get_int(en, SP_END_OFF, r->row) : get_int(en, SP_DURATION, r->row);

	b->n = 0;
	put_bytes(b, 1, get_fix(en, TC_ID, r->trace));
	put_bytes(b, 2, get_fix(en, SP_ID, r->row));
	put_bytes_if(b, 3, get_str(en, SP_STATE, r->row));
	put_bytes_if(b, 4, parent_of(en, r->row));
	put_bytes_if(b, 5, get_str(en, SP_NAME, r->row));
	put_varint_if(b, 6, get_int(en, SP_KIND, r->row));
	put_fixed64_if(b, 7, start);
	put_fixed64_if(b, 8, start + (uint64_t)d);
	put_attrs(en, TR_SPAN, r->row, 9, b);
	put_others(b, 9, get_str(en, SP_X, r->row));
	put_varint_if(b, 10, get_int(en, SP_DROPPED_A, r->row));
	put_events(en, r->row, start);
	put_varint_if(b, 12, get_int(en, SP_DROPPED_E, r->row));
	put_links(en, r->row);
	put_varint_if(b, 14, get_int(en, SP_DROPPED_L, r->row));
	put_status(en, r->row);
	put_fixed32_if(b, 16, (uint32_t)get_int(en, SP_FLAGS, r->row));
	buf_adds(b, get_str(en, SP_MORE, r->row));
}

static void
put_resource(struct enc *en, uint32_t row, struct buf *out)
{
	struct buf *b = &en->child;

	b->n = 0;
	if (has(en, RS_RAW, row))
		buf_adds(b, get_str(en, RS_RAW, row));
	else {
		put_attrs(en, TR_RES, row, 1, b);
		put_varint_if(b, 2, get_int(en, RS_DROPPED, row));
	}
	put_bytes_if(out, 1, buf_str(b));
}

static void
put_scope(struct enc *en, uint32_t row, struct buf *out)
{
	struct buf *b = &en->child;

	b->n = 0;
	if (has(en, SC_RAW, row))
		buf_adds(b, get_str(en, SC_RAW, row));
	else {
		put_bytes_if(b, 1, get_str(en, SC_NAME, row));
		put_bytes_if(b, 2, get_str(en, SC_VERSION, row));
		put_attrs(en, TR_SCOPE, row, 3, b);
		put_varint_if(b, 4, get_int(en, SC_DROPPED, row));
	}
	put_bytes_if(out, 1, buf_str(b));
}

/* ---- grouping ----------------------------------------------------------- */

static int
by_group(const void *pa, const void *pb)
{
	const struct span_ref *a = pa, *b = pb;

	if (a->res != b->res)
		return a->res < b->res ? -1 : 1;
	if (a->scope != b->scope)
		return a->scope < b->scope ? -1 : 1;
	return (a->row > b->row) - (a->row < b->row);
}

static struct span_ref *
list_spans(const struct enc *en, const uint64_t *keep, uint32_t *n)
{
	uint32_t rows = stripe_rows(en->s, TR_SPAN);
	struct span_ref *v = arena_new(en->a, struct span_ref, rows);

	*n = 0;
	for (uint32_t t = 0; t < stripe_rows(en->s, TR_TRACE); t++) {
		int64_t at = get_int(en, TC_FIRST, t);
		int64_t end = at + get_int(en, TC_SPANS, t);

		if (keep && !bit_get(keep, t))
			continue;
		for (; at >= 0 && at < end && at < rows && *n < rows; at++)
			v[(*n)++] = (struct span_ref){
				.res = (uint32_t)get_int(en, SP_RES,
				    (uint32_t)at),
				.scope = (uint32_t)get_int(en, SP_SCOPE,
				    (uint32_t)at),
				.row = (uint32_t)at, .trace = t };
	}
	qsort(v, *n, sizeof *v, by_group);
	return v;
}

static void
encode(struct enc *en, const struct span_ref *v, uint32_t n, struct buf *out)
{
	struct buf res = { 0 }, scope = { 0 };

	for (uint32_t i = 0; i < n;) {
		uint32_t of_res = i;

		res.n = 0;
		put_resource(en, v[i].res, &res);
		while (i < n && v[i].res == v[of_res].res) {
			uint32_t of_scope = i;

			scope.n = 0;
			put_scope(en, v[i].scope, &scope);
			for (; i < n && v[i].res == v[of_res].res &&
			    v[i].scope == v[of_scope].scope; i++) {
				put_span(en, &v[i]);
				put_bytes(&scope, 2, buf_str(&en->span));
			}
			put_bytes_if(&scope, 3, get_str(en, SC_URL,
			    v[of_scope].scope));
			put_bytes(&res, 2, buf_str(&scope));
		}
		put_bytes_if(&res, 3, get_str(en, RS_URL, v[of_res].res));
		put_bytes(out, 1, buf_str(&res));
	}
	buf_free(&res);
	buf_free(&scope);
}

int
trace_to_otlp(struct stripe *s, const uint64_t *keep, struct arena *a,
    struct buf *out, struct err *e)
{
	struct enc en = { .s = s, .a = a, .e = e };
	uint32_t n;

	if (load_columns(&en) == -1)
		return -1;

	struct span_ref *v = list_spans(&en, keep, &n);

	encode(&en, v, n, out);
	buf_free(&en.any);
	buf_free(&en.kv);
	buf_free(&en.child);
	buf_free(&en.span);
	return 0;
}
