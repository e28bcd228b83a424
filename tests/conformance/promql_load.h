/*
 * promql_load: the series of a .test script. FORMAT.md there, sections 3.
 *
 * Only what the scripts that run now need: no start times.
 */
#ifndef CONFORMANCE_PROMQL_LOAD_H
#define CONFORMANCE_PROMQL_LOAD_H

#include <ctype.h>
#include <math.h>

#include "base/num.h"
#include "query/table.h"
#include "unit.h"

#define LOOKBACK	INT64_C(300000)

static const union { uint64_t bits; double f; } stale = {
	UINT64_C(0x7ff0000000000002) };

static inline bool
is_stale(double v)
{
	union { double f; uint64_t bits; } x = { v };

	return x.bits == stale.bits;
}

struct sample {
	int64_t t;		/* ms */
	double v;
	const struct hist *h;
};

struct loaded {
	struct labels labels;
	struct sample *s;
	uint32_t n, cap;
};

struct data {
	struct arena mem;
	struct loaded *s;
	uint32_t n, cap;
};

/* "5m", "-10s", "0", "50": ms. */
static inline int64_t
parse_ms(struct str s)
{
	bool minus = s.n > 0 && *s.p == '-';
	int64_t ns;
	double f;

	s = str_skip(s, minus);
	if (num_f64(s, &f))
		ns = (int64_t)(f * 1e9);
	else if (!num_prom_duration(s, &ns))
		die("duration %.*s", PS(s));
	return (minus ? -ns : ns) / 1000000;
}

/* ---- label sets ------------------------------------------------------------ */

static inline void
skip_blanks(struct str *s)
{
	while (s->n > 0 && isspace((uint8_t)*s->p))
		*s = str_skip(*s, 1);
}

static inline struct str
take_word(struct str *s)
{
	size_t n = 0;

	while (n < s->n && (isalnum((uint8_t)s->p[n]) || s->p[n] == '_' ||
	    s->p[n] == ':'))
		n++;
	struct str w = str_mk(s->p, n);
	*s = str_skip(*s, n);
	return w;
}

/* A string in quotes; of escapes \xHH and the single ones. */
static inline struct str
take_string(struct str *s, struct arena *a)
{
	char q = *s->p, *out = arena_get(a, s->n, 1);
	size_t n = 0;

	*s = str_skip(*s, 1);
	while (s->n > 0 && *s->p != q) {
		uint8_t hex;

		if (*s->p == '\\' && q != '`' && s->p[1] == 'x' &&
		    str_unhex(&hex, 1, str_mk(s->p + 2, 2)) == 1) {
			out[n++] = (char)hex;
			*s = str_skip(*s, 4);
			continue;
		}
		if (*s->p == '\\' && q != '`')
			*s = str_skip(*s, 1);
		out[n++] = *s->p;
		*s = str_skip(*s, 1);
	}
	*s = str_skip(*s, 1);
	return str_mk(out, n);
}

/* name{a="b", ...} */
static inline struct labels
take_labels(struct str *s, struct arena *a)
{
	struct label *l = arena_new(a, struct label, 32);
	struct str name = take_word(s);
	uint32_t n = 0;

	if (name.n > 0)
		l[n++] = (struct label){ LABEL_NAME, name, LABEL_STR };
	if (s->n == 0 || *s->p != '{')
		return labels_of(l, n);
	for (*s = str_skip(*s, 1);;) {
		skip_blanks(s);
		if (*s->p == '}')
			break;
		l[n] = (struct label){ .name = *s->p == '"' ?
		    take_string(s, a) : take_word(s) };
		skip_blanks(s);
		if (*s->p == '=') {
			*s = str_skip(*s, 1);
			skip_blanks(s);
			l[n].value = take_string(s, a);
		} else {
			l[n].value = l[n].name;
			l[n].name = LABEL_NAME;
		}
		n++;
		skip_blanks(s);
		if (*s->p == ',')
			*s = str_skip(*s, 1);
	}
	*s = str_skip(*s, 1);
	return labels_of(l, n);
}

/* ---- histograms ------------------------------------------------------------ */

static inline double
number(struct str s)
{
	double v;
	int64_t ns;

	if (num_prom_duration(s, &ns))
		return (double)ns / 1e9;
	if (!num_f64(s, &v))
		die("number %.*s", PS(s));
	return v;
}

/* [1 2 3] */
static inline double *
take_list(struct str *s, uint32_t *n, struct arena *a)
{
	struct str in = str_mk(s->p + 1, str_find(*s, S("]")) - 1), one;
	double *out = arena_new(a, double, in.n);

	*s = str_skip(*s, in.n + 2);
	for (*n = 0; str_cut(&in, ' ', &one);)
		if (one.n > 0)
			out[(*n)++] = number(one);
	return out;
}

static inline const struct hist *
take_hist(struct str *s, struct arena *a)
{
	struct hist *h = arena_zero(a, struct hist, 1);

	for (*s = str_skip(*s, 2);;) {
		struct str key, v;
		size_t n = 0;

		skip_blanks(s);
		if (*s->p == '}')
			break;
		key = take_word(s);	/* "schema:" with the colon */
		v = *s;
		if (*s->p == '[') {
			bool neg = str_starts(key, S("n_"));
			uint32_t *count = str_starts(key, S("custom")) ?
			    &h->nbound : neg ? &h->neg.n : &h->pos.n;
			double *list = take_list(s, count, a);

			if (count == &h->nbound)
				h->bound = list;
			else
				*(neg ? &h->neg.count : &h->pos.count) = list;
			continue;
		}
		/* the word took the value along: cut at the colon */
		n = str_find(key, S(":"));
		v = n < key.n ? str_skip(key, n + 1) : S("");
		while (s->n > 0 && *s->p != ' ' && *s->p != '}') {
			v.n++;
			*s = str_skip(*s, 1);
		}
		if (str_starts(key, S("counter_")))
			continue;
		if (str_starts(key, S("schema")))
			h->schema = (int)number(v);
		else if (str_starts(key, S("sum")))
			h->sum = number(v);
		else if (str_starts(key, S("count")))
			h->count = number(v);
		else if (str_starts(key, S("z_bucket_w")))
			h->zero_width = number(v);
		else if (str_starts(key, S("z_bucket")))
			h->zero = number(v);
		else if (str_starts(key, S("n_offset")))
			h->neg.first = (int)number(v);
		else if (str_starts(key, S("offset")))
			h->pos.first = (int)number(v);
	}
	*s = str_skip(*s, 2);
	return h;
}

/* ---- samples --------------------------------------------------------------- */

typedef void sample_fn(void *arg, bool gap, double v, const struct hist *);

/* Where an optional sign, then the number, ends. */
static inline struct str
take_number(struct str *s)
{
	size_t n = s->n > 0 && (*s->p == '-' || *s->p == '+');

	while (n < s->n && s->p[n] != 'x' && s->p[n] != ' ' &&
	    s->p[n] != '\t' && !((s->p[n] == '+' || s->p[n] == '-') &&
	    n > 0 && tolower((uint8_t)s->p[n - 1]) != 'e'))
		n++;
	struct str w = str_mk(s->p, n);
	*s = str_skip(*s, n);
	return w;
}

static inline uint32_t
take_times(struct str *s)
{
	uint32_t n = 0;

	if (s->n == 0 || *s->p != 'x')
		return 0;
	for (*s = str_skip(*s, 1); s->n > 0 && isdigit((uint8_t)*s->p);
	    *s = str_skip(*s, 1))
		n = n * 10 + (uint32_t)(*s->p - '0');
	return n;
}

/* The items of a line, each handed to fn in its turn. */
static inline void
take_items(struct str s, struct arena *a, sample_fn *fn, void *arg)
{
	for (skip_blanks(&s); s.n > 0; skip_blanks(&s)) {
		const struct hist *h = NULL;
		double v = 0, d = 0;
		uint32_t times;

		if (*s.p == '_') {
			s = str_skip(s, 1);
			times = take_times(&s);
			for (uint32_t i = 0; i < (times ? times : 1); i++)
				fn(arg, true, 0, NULL);
			continue;
		}
		if (str_starts(s, S("stale"))) {
			s = str_skip(s, 5);
			fn(arg, false, stale.f, NULL);
			continue;
		}
		if (str_starts(s, S("{{")))
			h = take_hist(&s, a);
		else
			v = number(take_number(&s));
		if (s.n > 0 && (*s.p == '+' || *s.p == '-'))
			d = number(take_number(&s));
		times = take_times(&s);
		for (uint32_t i = 0; i <= times; i++, v += d)
			fn(arg, false, v, h);
	}
}

struct loading { struct loaded *to; struct arena *mem; int64_t t, step; };

static inline void
load_sample(void *arg, bool gap, double v, const struct hist *h)
{
	struct loading *l = arg;
	struct loaded *s = l->to;

	if (!gap && s->n == s->cap) {
		s->s = arena_grow(l->mem, s->s, s->n, s->cap * 2 + 16,
		    sizeof *s->s);
		s->cap = s->cap * 2 + 16;
	}
	if (!gap)
		s->s[s->n++] = (struct sample){ l->t, v, h };
	l->t += l->step;
}

/* The series of these labels, made when new. */
static inline struct loaded *
data_series(struct data *d, struct labels l)
{
	for (uint32_t i = 0; i < d->n; i++)
		if (labels_cmp(d->s[i].labels, l) == 0)
			return &d->s[i];
	if (d->n == d->cap) {
		d->s = arena_grow(&d->mem, d->s, d->n, d->cap * 2 + 16,
		    sizeof *d->s);
		d->cap = d->cap * 2 + 16;
	}
	d->s[d->n] = (struct loaded){ .labels = l };
	return &d->s[d->n++];
}

static inline void
load_line(struct data *d, struct str line, int64_t step)
{
	struct labels l = take_labels(&line, &d->mem);
	struct loading at = { data_series(d, l), &d->mem, 0, step };

	take_items(line, &d->mem, load_sample, &at);
}

#endif
