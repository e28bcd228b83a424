/* tmpl_builtin: the functions every template has. */
#include <stdio.h>

#include "base/quote.h"
#include "text/tmpl_node.h"
#include "text/url.h"

/* ---- comparing ------------------------------------------------------------------ */

enum kind { K_NONE, K_BOOL, K_INT, K_UINT, K_FLOAT, K_STRING };

static enum kind
kind(const struct tmpl_value *v)
{
	switch (v->type) {
	case TMPL_BOOL: return K_BOOL;
	case TMPL_INT: case TMPL_INT64: return K_INT;
	case TMPL_BYTE: return K_UINT;
	case TMPL_F64: return K_FLOAT;
	case TMPL_STR: return K_STRING;
	default: return K_NONE;
	}
}

static bool
integers(enum kind a, enum kind b)
{
	return (a == K_INT || a == K_UINT) && (b == K_INT || b == K_UINT);
}

static int
incompatible(struct tmpl_call *c, const struct tmpl_value *a,
    const struct tmpl_value *b)
{
	return err_set(c->e, ERR_QUERY, "incompatible types for comparison: "
	    "%s and %s", tmpl_type_name(a), tmpl_type_name(b));
}

/* 1, 0, or -1. */
static int
equal(struct tmpl_call *c, const struct tmpl_value *a,
    const struct tmpl_value *b)
{
	enum kind ka = kind(a), kb = kind(b);

	if (integers(ka, kb))
		return a->i == b->i;
	if (ka != kb)
		return a->type == TMPL_NIL || b->type == TMPL_NIL ? 0 :
		    incompatible(c, a, b);
	switch (ka) {
	case K_BOOL: return a->b == b->b;
	case K_FLOAT: return a->f <= b->f && a->f >= b->f;
	case K_STRING: return str_eq(a->s, b->s);
	default: break;
	}
	if (a->type == TMPL_NIL || b->type == TMPL_NIL)
		return a->type == b->type;
	if (a->type == TMPL_TIME && b->type == TMPL_TIME)
		return a->t.s == b->t.s && a->t.ns == b->t.ns;
	return err_set(c->e, ERR_QUERY, "non-comparable type %s",
	    tmpl_type_name(a));
}

static int
fn_eq(struct tmpl_call *c)
{
	int r = 0;

	if (c->n < 2)
		return err_set(c->e, ERR_QUERY,
		    "missing argument for comparison");
	for (size_t i = 1; i < c->n && r == 0; i++)
		r = equal(c, &c->arg[0], &c->arg[i]);
	*c->out = tmpl_bool(r == 1);
	return r == -1 ? -1 : 0;
}

static int
fn_ne(struct tmpl_call *c)
{
	int r = equal(c, &c->arg[0], &c->arg[1]);

	*c->out = tmpl_bool(r == 0);
	return r == -1 ? -1 : 0;
}

static int
less(struct tmpl_call *c, const struct tmpl_value *a,
    const struct tmpl_value *b)
{
	enum kind ka = kind(a), kb = kind(b);

	if (ka == K_NONE || kb == K_NONE || (ka == kb && ka == K_BOOL))
		return err_set(c->e, ERR_QUERY,
		    "invalid type for comparison");
	if (integers(ka, kb))
		return a->i < b->i;
	if (ka != kb)
		return incompatible(c, a, b);
	return ka == K_FLOAT ? a->f < b->f : str_cmp(a->s, b->s) < 0;
}

static int
fn_lt(struct tmpl_call *c)
{
	int r = less(c, &c->arg[0], &c->arg[1]);

	*c->out = tmpl_bool(r == 1);
	return r == -1 ? -1 : 0;
}

static int
fn_le(struct tmpl_call *c)
{
	int r = less(c, &c->arg[0], &c->arg[1]);

	if (r == 0)
		r = equal(c, &c->arg[0], &c->arg[1]);
	*c->out = tmpl_bool(r == 1);
	return r == -1 ? -1 : 0;
}

static int
fn_gt(struct tmpl_call *c)
{
	if (fn_le(c) == -1)
		return -1;
	c->out->b = !c->out->b;
	return 0;
}

static int
fn_ge(struct tmpl_call *c)
{
	if (fn_lt(c) == -1)
		return -1;
	c->out->b = !c->out->b;
	return 0;
}

static int
fn_not(struct tmpl_call *c)
{
	*c->out = tmpl_bool(!tmpl_truth(&c->arg[0]));
	return 0;
}

/* ---- parts ----------------------------------------------------------------------- */

static int
fn_len(struct tmpl_call *c)
{
	const struct tmpl_value *v = &c->arg[0];

	if (v->type == TMPL_NIL)
		return err_set(c->e, ERR_QUERY, "len of nil pointer");
	if (v->type < TMPL_STR || v->type == TMPL_TIME)
		return err_set(c->e, ERR_QUERY, "len of type %s",
		    tmpl_type_name(v));
	*c->out = tmpl_int((int64_t)(v->type == TMPL_STR ? v->s.n : v->n));
	return 0;
}

/* A position in something of that length. */
static int
position(struct tmpl_call *c, const struct tmpl_value *i, size_t max,
    size_t *at)
{
	if (kind(i) != K_INT && kind(i) != K_UINT)
		return err_set(c->e, ERR_QUERY, i->type == TMPL_NIL ?
		    "cannot index slice/array with nil" :
		    "cannot index slice/array with type %s",
		    tmpl_type_name(i));
	if (i->i < 0 || (uint64_t)i->i >= max)
		return err_set(c->e, ERR_QUERY, "index out of range: %lld",
		    (long long)i->i);
	*at = (size_t)i->i;
	return 0;
}

static int
by_key(struct tmpl_call *c, const struct tmpl_value *of,
    const struct tmpl_value *key)
{
	if (key->type != TMPL_STR)
		return err_set(c->e, ERR_QUERY, key->type == TMPL_NIL ?
		    "value is nil; should be of type string" :
		    "value has type %s; should be string",
		    tmpl_type_name(key));
	*c->out = of->type == TMPL_DATA ? tmpl_str(S("")) :
	    (struct tmpl_value){ .type = TMPL_NIL };
	for (size_t i = 0; i < of->n; i++)
		if (str_eq(of->key[i], key->s))
			*c->out = of->v[i];
	return 0;
}

static int
fn_index(struct tmpl_call *c)
{
	struct tmpl_value of = c->arg[0];
	size_t at;

	*c->out = of;
	for (size_t i = 1; i < c->n; i++, of = *c->out)
		switch (of.type) {
		case TMPL_NIL:
			return err_set(c->e, ERR_QUERY, i == 1 ?
			    "index of untyped nil" : "index of nil pointer");
		case TMPL_STR:
			if (position(c, &c->arg[i], of.s.n, &at) == -1)
				return -1;
			*c->out = (struct tmpl_value){ .type = TMPL_BYTE,
				.i = (uint8_t)of.s.p[at] };
			break;
		case TMPL_LIST:
			if (position(c, &c->arg[i], of.n, &at) == -1)
				return -1;
			*c->out = of.v[at];
			break;
		case TMPL_MAP: case TMPL_DATA:
			if (by_key(c, &of, &c->arg[i]) == -1)
				return -1;
			break;
		default:
			return err_set(c->e, ERR_QUERY, "can't index item of "
			    "type %s", tmpl_type_name(&of));
		}
	return 0;
}

static int
fn_slice(struct tmpl_call *c)
{
	struct tmpl_value v = c->arg[0];
	size_t n = v.type == TMPL_STR ? v.s.n : v.n, at[3] = { 0, n, n };

	if (v.type == TMPL_NIL)
		return err_set(c->e, ERR_QUERY, "slice of untyped nil");
	if (c->n > 4)
		return err_set(c->e, ERR_QUERY, "too many slice indexes: %zu",
		    c->n - 1);
	if (v.type != TMPL_STR && v.type != TMPL_LIST)
		return err_set(c->e, ERR_QUERY, "can't slice item of type %s",
		    tmpl_type_name(&v));
	if (v.type == TMPL_STR && c->n == 4)
		return err_set(c->e, ERR_QUERY,
		    "cannot 3-index slice a string");
	for (size_t i = 1; i < c->n; i++)
		if (position(c, &c->arg[i], n + 1, &at[i - 1]) == -1)
			return -1;
	for (size_t i = 0; i < 2; i++)
		if (at[i] > at[i + 1])
			return err_set(c->e, ERR_QUERY, "invalid slice index: "
			    "%zu > %zu", at[i], at[i + 1]);
	if (v.type == TMPL_STR && at[1] > 0)	/* an empty one may be nowhere */
		v.s = str_mk(v.s.p + at[0], at[1] - at[0]);
	if (v.type == TMPL_LIST && at[1] > 0) {
		v.v += at[0];
		v.n = at[1] - at[0];
	} else if (v.type == TMPL_LIST)
		v.n = 0;
	*c->out = v;
	return 0;
}

/* ---- printing -------------------------------------------------------------------- */

static int
fn_print(struct tmpl_call *c)
{
	struct buf b = { 0 };

	tmpl_sprint(&b, c->arg, c->n);
	return tmpl_return(c, &b);
}

static int
fn_println(struct tmpl_call *c)
{
	struct buf b = { 0 };

	tmpl_sprintln(&b, c->arg, c->n);
	return tmpl_return(c, &b);
}

static int
fn_printf(struct tmpl_call *c)
{
	struct buf b = { 0 };

	tmpl_printf(&b, c->arg[0].s, c->arg + 1, c->n - 1);
	return tmpl_return(c, &b);
}

static void
html(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		switch (s.p[i]) {
		case '\0': buf_adds(b, S("\xef\xbf\xbd")); break;
		case '"': buf_adds(b, S("&#34;")); break;
		case '\'': buf_adds(b, S("&#39;")); break;
		case '&': buf_adds(b, S("&amp;")); break;
		case '<': buf_adds(b, S("&lt;")); break;
		case '>': buf_adds(b, S("&gt;")); break;
		default: buf_u8(b, (uint8_t)s.p[i]);
		}
}

static void
js(struct buf *b, struct str s)
{
	while (s.n > 0) {
		uint32_t r;
		unsigned n = str_rune(s, &r);

		if (strchr("\\'\"", s.p[0]) && s.p[0])
			buf_addf(b, "\\%c", s.p[0]);
		else if (r < ' ' || (r < 0x80 && strchr("<>&=", (int)r)))
			buf_addf(b, "\\u%04X", r);
		else if (quote_printable(r))
			buf_add(b, s.p, n);
		else
			buf_addf(b, "\\u%04X", r);
		s = str_skip(s, n);
	}
}

/* The one text, or all arguments printed. */
static int
escaped(struct tmpl_call *c, void (*escape)(struct buf *, struct str))
{
	struct buf b = { 0 }, t = { 0 };

	tmpl_sprint(&t, c->arg, c->n);
	escape(&b, buf_str(&t));
	buf_free(&t);
	return tmpl_return(c, &b);
}

static int
fn_html(struct tmpl_call *c)
{
	return escaped(c, html);
}

static int
fn_js(struct tmpl_call *c)
{
	return escaped(c, js);
}

static int
fn_urlquery(struct tmpl_call *c)
{
	return escaped(c, url_encode);
}

/* and, or have no function: they do not need all arguments. Nor has call. */
const struct tmpl_func tmpl_builtin[] = {
	{ .name = "and", .args = "aa+" }, { .name = "or", .args = "aa+" },
	{ "call", "aa+", fn_not, false },
	{ "not", "a", fn_not, false },
	{ "eq", "aa+", fn_eq, false }, { "ne", "aa", fn_ne, false },
	{ "lt", "aa", fn_lt, false }, { "le", "aa", fn_le, false },
	{ "gt", "aa", fn_gt, false }, { "ge", "aa", fn_ge, false },
	{ "len", "a", fn_len, false }, { "index", "aa+", fn_index, false },
	{ "slice", "aa+", fn_slice, false },
	{ "print", "a+", fn_print, false },
	{ "println", "a+", fn_println, false },
	{ "printf", "sa+", fn_printf, false },
	{ "html", "a+", fn_html, false }, { "js", "a+", fn_js, false },
	{ "urlquery", "a+", fn_urlquery, false },
	{ .name = NULL },
};
