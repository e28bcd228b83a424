/*
 * promql_expr: reads and evaluates, in one go, as much PromQL as the scripts
 * need that try lib/query: selectors, operators, aggregations, a few
 * functions. Anything else is "beyond".
 */
#ifndef CONFORMANCE_PROMQL_EXPR_H
#define CONFORMANCE_PROMQL_EXPR_H

#include "base/re.h"
#include "conformance/promql_load.h"
#include "query/agg.h"
#include "query/binary.h"

struct ev {
	const struct data *d;
	struct str text, s;	/* the whole, what is left */
	int64_t start, step;	/* ms */
	uint32_t steps;
	struct arena *mem;
	struct notes notes;
	bool beyond;
	struct err e;
};

enum value_kind { V_SCALAR, V_VECTOR, V_STRING };

struct value {
	enum value_kind kind;
	double *f;
	struct table t;
	struct str s;
};

static inline int expr(struct ev *, int min, struct value *);

static inline struct caret
here(const struct ev *v)
{
	return (struct caret){ (size_t)(v->s.p - v->text.p), 0 };
}

static inline int
beyond(struct ev *v)
{
	v->beyond = true;
	return -1;
}

static inline bool
take(struct ev *v, struct str what)
{
	skip_blanks(&v->s);
	if (!str_starts(v->s, what))
		return false;
	v->s = str_skip(v->s, what.n);
	return true;
}

/* A keyword in any case, as a whole word. */
static inline bool
take_keyword(struct ev *v, const char *word)
{
	struct str rest;
	struct str w;

	skip_blanks(&v->s);
	rest = v->s;
	w = take_word(&rest);
	if (w.n != strlen(word) || strncasecmp(w.p, word, w.n) != 0)
		return false;
	v->s = rest;
	return true;
}

static inline double *
doubles(struct ev *v, double x)
{
	double *f = arena_new(v->mem, double, v->steps);

	for (uint32_t i = 0; i < v->steps; i++)
		f[i] = x;
	return f;
}

/* ---- selectors ------------------------------------------------------------- */

struct matcher { struct str name, value; bool not; struct re *re; };

static inline bool
matches(const struct matcher *m, uint32_t n, struct labels l)
{
	for (uint32_t i = 0; i < n; i++) {
		struct str v = labels_get(l, m[i].name);
		bool yes = m[i].re ? re_match(m[i].re, v, NULL) == 1 :
		    str_eq(v, m[i].value);

		if (yes == m[i].not)
			return false;
	}
	return true;
}

static inline uint32_t
take_matchers(struct ev *v, struct str name, struct matcher *m)
{
	uint32_t n = 0;

	if (name.n > 0)
		m[n++] = (struct matcher){ LABEL_NAME, name, false, NULL };
	if (!take(v, S("{")))
		return n;
	while (!take(v, S("}"))) {
		bool re;

		m[n] = (struct matcher){ .name = take_word(&v->s) };
		skip_blanks(&v->s);
		m[n].not = *v->s.p == '!';
		re = v->s.p[1] == '~';
		v->s = str_skip(v->s, m[n].not || re ? 2 : 1);
		skip_blanks(&v->s);
		m[n].value = take_string(&v->s, v->mem);
		if (re)
			m[n].re = re_compile(m[n].value, RE_ANCHORED |
			    RE_DOTALL, NULL);
		n++;
		take(v, S(","));
		skip_blanks(&v->s);
	}
	return n;
}

/* The newest sample in (t - lookback, t]. */
static inline const struct sample *
newest(const struct loaded *s, int64_t t)
{
	for (uint32_t i = s->n; i-- > 0;)
		if (s->s[i].t <= t)
			return s->s[i].t > t - LOOKBACK &&
			    !is_stale(s->s[i].v) ? &s->s[i] : NULL;
	return NULL;
}

/* rate() of a counter that never falls: section 9.1. */
static inline bool
rate_at(const struct loaded *s, int64_t t, int64_t range, double *out)
{
	const struct sample *a = NULL, *b = NULL;
	double ds, de, sampled, avg, zero, r;
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->n; i++)
		if (s->s[i].t > t - range && s->s[i].t <= t && !s->s[i].h) {
			a = a ? a : &s->s[i];
			b = &s->s[i];
			n++;
		}
	if (n < 2)
		return false;
	r = b->v - a->v;
	ds = (double)(a->t - (t - range)) / 1000;
	de = (double)(t - b->t) / 1000;
	sampled = (double)(b->t - a->t) / 1000;
	avg = sampled / (n - 1);
	if (ds >= 1.1 * avg)
		ds = avg / 2;
	if (r > 0 && a->v >= 0) {
		zero = sampled * a->v / r;
		ds = zero < ds ? zero : ds;
	}
	if (de >= 1.1 * avg)
		de = avg / 2;
	*out = r * ((sampled + ds + de) / sampled / ((double)range / 1000));
	return true;
}

static inline int
selector(struct ev *v, struct str name, bool rate, struct value *out)
{
	struct matcher m[16];
	uint32_t n = take_matchers(v, name, m);
	int64_t range = 0;

	if (take(v, S("["))) {
		struct str d = take_word(&v->s);

		range = parse_ms(d);
		if (!take(v, S("]")))
			return beyond(v);
	}
	if ((range > 0) != rate)
		return beyond(v);
	*out = (struct value){ .kind = V_VECTOR };
	table_init(&out->t, v->steps, v->mem);
	for (uint32_t i = 0; i < v->d->n; i++) {
		const struct loaded *from = &v->d->s[i];
		struct series *s;

		if (!matches(m, n, from->labels))
			continue;
		s = table_add(&out->t, from->labels, &v->e);
		for (uint32_t at = 0; at < v->steps; at++) {
			int64_t t = v->start + v->step * at;
			const struct sample *p = newest(from, t);
			double r;

			if (rate && rate_at(from, t, range, &r))
				table_put(s, at, r);
			else if (!rate && p && p->h)
				table_put_hist(&out->t, s, at, p->h);
			else if (!rate && p)
				table_put(s, at, p->v);
		}
		s->unname = rate;
	}
	for (uint32_t i = 0; i < n; i++)
		re_free(m[i].re);
	table_sweep(&out->t);
	return 0;
}

/* ---- functions and aggregations -------------------------------------------- */

/* f(v) of every number; histograms are dropped. */
static inline void
each(struct ev *v, struct value *x, double (*f)(double, double), double by)
{
	for (uint32_t i = 0; i < x->t.n; i++) {
		struct series *s = &x->t.s[i];

		for (uint32_t at = 0; at < v->steps; at++)
			s->v[at] = f(s->v[at], by);
		s->unname = true;
	}
}

static inline double f_abs(double x, double by) { (void)by; return fabs(x); }
static inline double f_ceil(double x, double by) { (void)by; return ceil(x); }

static inline double
f_round(double x, double by)
{
	double inv = 1 / by;

	return floor(x * inv + .5) / inv;
}

static inline int
arguments(struct ev *v, struct value *arg, uint32_t *n)
{
	*n = 0;
	if (!take(v, S("(")))
		return beyond(v);
	while (!take(v, S(")"))) {
		if (*n == 2 || expr(v, 0, &arg[(*n)++]) == -1)
			return v->beyond || v->e.msg[0] ? -1 : beyond(v);
		take(v, S(","));
	}
	return 0;
}

static inline int
call(struct ev *v, struct str name, struct value *out)
{
	struct value arg[2];
	uint32_t n;

	if (str_eq(name, S("rate"))) {
		bool two = take(v, S("(")) && take(v, S("("));
		struct str metric = take_word(&v->s);

		return selector(v, metric, true, out) == -1 ||
		    !take(v, S(")")) || (two && !take(v, S(")"))) ?
		    beyond(v) : 0;
	}
	if (arguments(v, arg, &n) == -1)
		return -1;
	*out = arg[0];
	if (str_eq(name, S("abs")))
		each(v, out, f_abs, 0);
	else if (str_eq(name, S("ceil")))
		each(v, out, f_ceil, 0);
	else if (str_eq(name, S("round")))
		each(v, out, f_round, n > 1 ? arg[1].f[0] : 1);
	else if (str_eq(name, S("vector"))) {
		*out = (struct value){ .kind = V_VECTOR };
		table_init(&out->t, v->steps, v->mem);
		struct series *s = table_add(&out->t,
		    (struct labels){ NULL, 0 }, &v->e);
		for (uint32_t at = 0; at < v->steps; at++)
			table_put(s, at, arg[0].f[at]);
	} else if (str_eq(name, S("scalar"))) {
		*out = (struct value){ .kind = V_SCALAR,
		    .f = doubles(v, NAN) };
		for (uint32_t at = 0; at < v->steps; at++)
			if (arg[0].t.n == 1 && table_has(&arg[0].t.s[0], at))
				out->f[at] = arg[0].t.s[0].v[at];
	} else {
		return beyond(v);
	}
	return 0;
}

static inline int
names(struct ev *v, const struct str **out, uint32_t *n)
{
	struct str *l = arena_new(v->mem, struct str, 16);

	*out = l;
	*n = 0;
	if (!take(v, S("(")))
		return beyond(v);
	while (!take(v, S(")"))) {
		skip_blanks(&v->s);
		l[(*n)++] = take_word(&v->s);
		take(v, S(","));
		skip_blanks(&v->s);
	}
	return 0;
}

static inline int
grouping(struct ev *v, struct agg *a)
{
	if (take_keyword(v, "without"))
		a->by.without = a->by.nameless = true;
	else if (!take_keyword(v, "by"))
		return 0;
	return names(v, &a->by.name, &a->by.n);
}

static inline int
aggregation(struct ev *v, enum agg_op op, struct value *out)
{
	struct agg a = { .op = op, .at = here(v), .param_at = here(v) };
	struct value arg[2];
	uint32_t n;

	if (grouping(v, &a) == -1 || arguments(v, arg, &n) == -1 ||
	    grouping(v, &a) == -1)
		return -1;
	if (n == 2 && arg[0].kind == V_STRING)
		a.label = arg[0].s;
	else if (n == 2)
		a.param = arg[0].f;
	*out = (struct value){ .kind = V_VECTOR };
	table_init(&out->t, v->steps, v->mem);
	return agg_eval(&a, &arg[n - 1].t, &out->t, &v->notes, &v->e);
}

/* ---- operators ------------------------------------------------------------- */

static inline int
primary(struct ev *v, struct value *out)
{
	struct str name, rest;
	int64_t ns;
	double x;

	skip_blanks(&v->s);
	*out = (struct value){ .kind = V_SCALAR };
	if (v->s.n == 0)
		return beyond(v);
	if (take(v, S("(")))
		return expr(v, 0, out) == -1 || !take(v, S(")")) ?
		    v->e.msg[0] ? -1 : beyond(v) : 0;
	if (*v->s.p == '"' || *v->s.p == '\'') {
		out->kind = V_STRING;
		out->s = take_string(&v->s, v->mem);
		return 0;
	}
	rest = v->s;
	name = take_word(&rest);
	if (name.n > 0 && (isdigit((uint8_t)*name.p) ||
	    str_eq(name, S("Inf")) || str_eq(name, S("NaN")))) {
		if (rest.n > 0 && *rest.p == '.') {	/* a fraction */
			rest = str_skip(rest, 1);
			name.n += 1 + take_word(&rest).n;
		}
		v->s = rest;
		if (!num_f64(name, &x) && num_prom_duration(name, &ns))
			x = (double)ns / 1e9;
		out->f = doubles(v, x);
		return 0;
	}
	if (name.n > 0) {
		for (enum agg_op op = 0; op < AGG_OPS; op++)
			if (take_keyword(v, agg_name(op)))
				return aggregation(v, op, out);
		v->s = rest;
		if (v->s.n > 0 && *v->s.p == '(')
			return call(v, name, out);
	}
	return selector(v, name, false, out);
}

static inline int
unary(struct ev *v, struct value *out)
{
	static const double minus = -1;
	struct binary b = { .op = BIN_MUL, .dialect = &dialect_promql };
	bool neg;

	skip_blanks(&v->s);
	if (v->s.n == 0 || (*v->s.p != '-' && *v->s.p != '+'))
		return primary(v, out);
	neg = *v->s.p == '-';
	v->s = str_skip(v->s, 1);
	if (expr(v, 6, out) == -1)
		return -1;
	if (neg && out->kind == V_SCALAR) {
		for (uint32_t i = 0; i < v->steps; i++)
			out->f[i] = -out->f[i];
	} else if (neg) {
		struct table in = out->t;

		table_init(&out->t, v->steps, v->mem);
		return bin_scalar(&b, &in, doubles(v, minus), false, &out->t,
		    &v->notes, &v->e);
	}
	return 0;
}

/* The operator ahead and how tight it is; 0: none. Not taken. */
static inline int
operator_ahead(struct ev *v, enum bin_op *op, struct str *rest)
{
	static const struct { struct str text; enum bin_op op; int tight; }
	all[] = {
		{ S("=="), BIN_EQ, 3 }, { S("!="), BIN_NE, 3 },
		{ S("<="), BIN_LE, 3 }, { S(">="), BIN_GE, 3 },
		{ S("<"), BIN_LT, 3 }, { S(">"), BIN_GT, 3 },
		{ S("+"), BIN_ADD, 4 }, { S("-"), BIN_SUB, 4 },
		{ S("*"), BIN_MUL, 5 }, { S("/"), BIN_DIV, 5 },
		{ S("%"), BIN_MOD, 5 }, { S("^"), BIN_POW, 6 },
	};
	static const struct { const char *word; enum bin_op op; int tight; }
	words[] = { { "or", BIN_OR, 1 }, { "and", BIN_AND, 2 },
		{ "unless", BIN_UNLESS, 2 }, { "atan2", BIN_ATAN2, 5 } };
	struct str keep;

	skip_blanks(&v->s);
	keep = v->s;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (take_keyword(v, words[i].word)) {
			*op = words[i].op;
			*rest = v->s;
			v->s = keep;
			return words[i].tight;
		}
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (str_starts(v->s, all[i].text)) {
			*op = all[i].op;
			*rest = str_skip(v->s, all[i].text.n);
			return all[i].tight;
		}
	return 0;
}

static inline int
modifiers(struct ev *v, struct binary *b)
{
	b->on = (struct label_pick){ .without = true };
	b->as_bool = take_keyword(v, "bool");
	if (take_keyword(v, "on"))
		b->on.without = false;
	else if (!take_keyword(v, "ignoring"))
		return 0;
	if (names(v, &b->on.name, &b->on.n) == -1)
		return -1;
	if (take_keyword(v, "group_left"))
		b->many = BIN_MANY_LEFT;
	else if (take_keyword(v, "group_right"))
		b->many = BIN_MANY_RIGHT;
	skip_blanks(&v->s);
	if (b->many == BIN_ONE || v->s.n == 0 || *v->s.p != '(')
		return 0;
	/* labels to include, or the operand in brackets */
	struct str keep = v->s;

	if (names(v, &b->include, &b->ninclude) == -1)
		return -1;
	for (uint32_t i = 0; i < b->ninclude; i++)
		if (b->include[i].n == 0)
			v->s = keep;
	return 0;
}

static inline int
join(struct ev *v, const struct binary *b, struct value *l,
    const struct value *r)
{
	struct value out = { .kind = V_VECTOR };
	int got = 0;

	if (l->kind == V_SCALAR && r->kind == V_SCALAR) {
		for (uint32_t i = 0; i < v->steps; i++)
			bin_number(b->op, b->dialect, l->f[i], r->f[i],
			    &l->f[i]);
		return 0;
	}
	table_init(&out.t, v->steps, v->mem);
	if (l->kind == V_SCALAR)
		got = bin_scalar(b, &r->t, l->f, true, &out.t, &v->notes,
		    &v->e);
	else if (r->kind == V_SCALAR)
		got = bin_scalar(b, &l->t, r->f, false, &out.t, &v->notes,
		    &v->e);
	else
		got = bin_tables(b, &l->t, &r->t, &out.t, &v->notes, &v->e);
	*l = out;
	return got;
}

static inline int
expr(struct ev *v, int min, struct value *out)
{
	enum bin_op op;
	struct str rest;
	int tight;

	if (unary(v, out) == -1)
		return -1;
	while ((tight = operator_ahead(v, &op, &rest)) > 0 && tight >= min) {
		struct binary b = { .op = op, .dialect = &dialect_promql,
		    .at = here(v) };
		struct value r;

		v->s = rest;
		if (modifiers(v, &b) == -1 ||
		    expr(v, op == BIN_POW ? tight : tight + 1, &r) == -1 ||
		    join(v, &b, out, &r) == -1)
			return -1;
	}
	return 0;
}

#endif
