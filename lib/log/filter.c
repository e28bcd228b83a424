#include "log/filter.h"

#include "base/err.h"
#include "log/need.h"

static void
alt_init(struct filter_alt *a, const struct log_alt *from, struct arena *mem)
{
	struct re_lits lits = { .lit = (struct str *)&from->text, .n = 1,
		.whole = true };

	if (from->re)
		re_literals(from->re, mem, &lits);
	a->re = from->re && !(lits.whole && lits.n > 0 && !lits.icase) ?
	    from->re : NULL;
	a->n = lits.n;
	a->match = arena_new(mem, struct match, lits.n + 1);
	a->words = arena_new(mem, struct filter_words, lits.n + 1);
	for (size_t i = 0; i < lits.n; i++) {
		match_init(&a->match[i], lits.lit[i], lits.icase, mem);
		a->words[i].n = words_of(lits.lit[i], mem, &a->words[i].hash);
	}
}

struct filter *
filters_new(const struct log_line_filter *from, size_t n, struct arena *mem)
{
	struct filter *f = arena_zero(mem, struct filter, n + 1);

	for (size_t i = 0; i < n; i++) {
		f[i].keep = from[i].op == LOG_EQ || from[i].op == LOG_RE;
		f[i].n = from[i].n;
		f[i].alt = arena_zero(mem, struct filter_alt, f[i].n + 1);
		for (size_t k = 0; k < f[i].n; k++)
			alt_init(&f[i].alt[k], &from[i].alt[k], mem);
	}
	return f;
}

static bool
alt_may(const struct filter_alt *a, struct str words)
{
	bool may = a->n == 0;

	for (size_t i = 0; i < a->n && !may; i++)
		may = words_may(words, a->words[i].hash, a->words[i].n);
	return may;
}

bool
filters_may(const struct filter *f, size_t n, struct str words)
{
	for (size_t i = 0; i < n; i++) {
		bool may = !f[i].keep;

		for (size_t k = 0; k < f[i].n && !may; k++)
			may = alt_may(&f[i].alt[k], words);
		if (!may)
			return false;
	}
	return true;
}

/* What one alternative says of a template. */
struct verdict {
	bool all;		/* every line has one of the literals */
	struct places {
		struct match_place *at;
		uint32_t n;
	} *places;		/* by literal */
	size_t n;
};

static struct verdict
judge(const struct filter_alt *a, struct str template, struct arena *mem)
{
	struct verdict v = { .all = a->n == 0 };

	v.places = arena_new(mem, struct places, a->n + 1);
	for (size_t i = 0; i < a->n && !v.all; i++) {
		struct places p;

		p.n = match_places(&a->match[i], template, mem, &p.at,
		    &v.all);
		if (p.n > 0)
			v.places[v.n++] = p;
	}
	return v;
}

/* A chunk of a template's rows at work. */
struct work {
	struct need_chunk c;
	uint64_t *live;		/* rows of the chunk still looked at */
	uint64_t *hit;
};

/* Adds to w->hit the rows that hold the literal at this place. */
static int
test_place(struct work *w, const struct match_place *p, struct err *e)
{
	const struct vars_template *t = &w->c.l->vars.template[w->c.t];
	const struct vars_col *col = t->chunk[w->c.chunk].col;
	size_t words = BITS_WORDS(w->c.rows);

	for (uint32_t i = 0; i < p->alt->n; i++)
		if (!match_may(&col[p->hole + p->alt->need[i].hole],
		    &p->alt->need[i]))
			return 0;
	for (size_t k = 0; k < words; k++)
		w->c.now[k] = w->live[k] & ~w->hit[k];
	for (uint32_t i = 0; i < p->alt->n; i++)
		if (need_test(&w->c, &p->alt->need[i],
		    p->hole + p->alt->need[i].hole, e) == -1)
			return -1;
	for (size_t k = 0; k < words; k++)
		w->hit[k] |= w->c.now[k];
	return 0;
}

/* Rebuilds the rows in w->c.now and adds to w->hit those that match. */
static int
test_regex(struct work *w, struct re *re, struct err *e)
{
	const uint32_t *row;

	if (!bits_any(w->c.now, w->c.rows))
		return 0;
	if (lines_group(w->c.l, e) == -1)
		return -1;
	row = w->c.l->member + w->c.l->from[w->c.t] + w->c.first;
	for (uint32_t i = 0; i < w->c.rows; i++) {
		if (!bit_get(w->c.now, i))
			continue;
		buf_reset(&w->c.text);
		if (lines_text(w->c.l, row[i], &w->c.text, e) == -1)
			return -1;
		int r = re_match(re, buf_str(&w->c.text), e);

		if (r == -1)
			return -1;
		if (r == 1)
			bit_set(w->hit, i);
	}
	return 0;
}

/* Adds to w->hit the rows that the alternative takes. */
static int
test_alt(struct work *w, const struct filter_alt *a, const struct verdict *v,
    struct err *e)
{
	size_t words = BITS_WORDS(w->c.rows);
	uint64_t *before = arena_new(w->c.mem, uint64_t, words);

	memcpy(before, w->hit, words * sizeof *before);
	if (v->all)
		for (size_t k = 0; k < words; k++)
			w->hit[k] |= w->live[k];
	for (size_t i = 0; i < v->n && !v->all; i++)
		for (uint32_t k = 0; k < v->places[i].n; k++)
			if (test_place(w, &v->places[i].at[k], e) == -1)
				return -1;
	if (!a->re)
		return 0;
	for (size_t k = 0; k < words; k++) {
		w->c.now[k] = w->hit[k] & ~before[k];
		w->hit[k] = before[k];
	}
	return test_regex(w, a->re, e);
}

/* One filter over one chunk: leaves in w->live the rows it keeps. */
static int
run_chunk(struct work *w, const struct filter *f, const struct verdict *v,
    struct err *e)
{
	size_t words = BITS_WORDS(w->c.rows);

	memset(w->hit, 0, words * sizeof *w->hit);
	for (size_t i = 0; i < f->n; i++)
		if (test_alt(w, &f->alt[i], &v[i], e) == -1)
			return -1;
	for (size_t k = 0; k < words; k++)
		w->live[k] &= f->keep ? w->hit[k] : ~w->hit[k];
	return 0;
}

enum answer { NO, YES, MAYBE };

static enum answer
answer_of(const struct filter *f, const struct verdict *v)
{
	enum answer a = NO;

	for (size_t i = 0; i < f->n; i++) {
		if (v[i].all && !f->alt[i].re)
			return YES;
		if (v[i].all || v[i].n > 0)
			a = MAYBE;
	}
	return a;
}

/* The filters, and what they say of the template at hand. */
struct doubt {
	const struct filter *f;
	size_t n;
	struct verdict **verdict;
	enum answer *answer;
};

/* One template, and the stripe's rows before and after. */
struct sieve {
	struct log_lines *l;
	struct doubt d;
	bool all;		/* every row is in `rows` */
	const uint64_t *rows;
	uint64_t *out;
	struct work w;
};

/* Adds the chunk's rows that are live to the outcome. */
static int
keep_live(struct sieve *s, struct err *e)
{
	struct work *w = &s->w;
	const uint32_t *row;

	if (!bits_any(w->live, w->c.rows))
		return 0;
	if (lines_group(s->l, e) == -1)
		return -1;
	row = s->l->member + s->l->from[w->c.t] + w->c.first;
	for (uint32_t i = 0; i < w->c.rows; i++)
		if (bit_get(w->live, i))
			bit_set(s->out, row[i]);
	return 0;
}

static int
sift_chunk(struct sieve *s, struct err *e)
{
	struct work *w = &s->w;
	const struct doubt *d = &s->d;

	if (s->all) {
		bits_first(w->live, w->c.rows);
	} else {
		const uint32_t *row = s->l->member + s->l->from[w->c.t] +
		    w->c.first;

		memset(w->live, 0, BITS_WORDS(w->c.rows) * sizeof *w->live);
		for (uint32_t i = 0; i < w->c.rows; i++)
			if (bit_get(s->rows, row[i]))
				bit_set(w->live, i);
	}
	for (size_t i = 0; i < d->n && bits_any(w->live, w->c.rows); i++)
		if (d->answer[i] == MAYBE &&
		    run_chunk(w, &d->f[i], d->verdict[i], e) == -1)
			return -1;
	return keep_live(s, e);
}

/* Runs the filters that are in doubt over all chunks of a template. */
static int
sift(struct sieve *s, uint32_t t, struct err *e)
{
	struct vars_template *p = &s->l->vars.template[t];
	struct work *w = &s->w;

	w->c.t = t;
	w->c.first = 0;
	if (vars_chunks(&s->l->vars, t, e) == -1)
		return -1;
	for (w->c.chunk = 0; w->c.chunk < p->chunks; w->c.chunk++) {
		w->c.rows = p->chunk[w->c.chunk].rows;
		if (sift_chunk(s, e) == -1)
			return -1;
		w->c.first += w->c.rows;
	}
	return 0;
}

/* Every row of the template that was in stays in. */
static int
keep_all(struct sieve *s, uint32_t t, struct err *e)
{
	if (lines_group(s->l, e) == -1)
		return -1;
	for (uint32_t i = s->l->from[t]; i < s->l->from[t + 1]; i++)
		if (bit_get(s->rows, s->l->member[i]))
			bit_set(s->out, s->l->member[i]);
	return 0;
}

static bool
has_rows(const struct sieve *s, uint32_t t)
{
	const struct log_lines *l = s->l;

	for (uint32_t i = l->from[t]; i < l->from[t + 1]; i++)
		if (s->all || bit_get(s->rows, l->member[i]))
			return true;
	return false;
}

static int
run_template(struct sieve *s, uint32_t t, struct err *e)
{
	struct str text = s->l->vars.template[t].text;
	struct doubt *d = &s->d;
	bool doubt = false;

	if (!has_rows(s, t))
		return 0;
	for (size_t i = 0; i < d->n; i++) {
		const struct filter *f = &d->f[i];

		for (size_t k = 0; k < f->n; k++)
			d->verdict[i][k] = judge(&f->alt[k], text, s->l->mem);
		d->answer[i] = answer_of(f, d->verdict[i]);
		if (d->answer[i] == (f->keep ? NO : YES))
			return 0;
		doubt |= d->answer[i] == MAYBE;
	}
	return doubt ? sift(s, t, e) : keep_all(s, t, e);
}

int
filters_run(const struct filter *f, size_t n, struct log_lines *l,
    uint64_t *rows, struct err *e)
{
	size_t words = BITS_WORDS(l->rows), chunk = BITS_WORDS(VARS_CHUNK_ROWS);
	struct arena *mem = l->mem;
	struct sieve s = { .l = l, .rows = rows, .d = { .f = f, .n = n },
		.w = { .c = { .l = l, .mem = mem } } };
	uint32_t count = 0;
	int status = 0;

	for (size_t k = 0; k < words; k++)
		count += (uint32_t)__builtin_popcountll(rows[k]);
	s.all = count == l->rows;
	if (!s.all && lines_group(l, e) == -1)
		return -1;
	s.out = arena_zero(mem, uint64_t, words + 1);
	s.w.live = arena_new(mem, uint64_t, chunk);
	s.w.hit = arena_new(mem, uint64_t, chunk);
	s.w.c.now = arena_new(mem, uint64_t, chunk);
	s.d.answer = arena_new(mem, enum answer, n + 1);
	s.d.verdict = arena_new(mem, struct verdict *, n + 1);
	for (size_t i = 0; i < n; i++)
		s.d.verdict[i] = arena_new(mem, struct verdict, f[i].n + 1);
	for (uint32_t t = 0; t < l->vars.n && status == 0; t++)
		status = run_template(&s, t, e);
	memcpy(rows, s.out, words * sizeof *rows);
	buf_free(&s.w.c.text);
	return status;
}
