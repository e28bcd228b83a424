#include "log/find.h"

#include <stdlib.h>

#include "base/err.h"

void
found_free(struct log_found *f)
{
	arena_free(&f->mem);
	f->n = f->next = 0;
}

static bool
before(const struct log_hit *a, const struct log_hit *b)
{
	return a->time != b->time ? a->time < b->time : a->row < b->row;
}

static int
by_time(const void *a, const void *b)
{
	return before(a, b) ? -1 : before(b, a);
}

static void
swap(struct log_hit *a, struct log_hit *b)
{
	struct log_hit t = *a;

	*a = *b;
	*b = t;
}

/* Moves the k earliest (or latest) of the n to the front, in any order. */
static void
best(struct log_hit *v, uint32_t n, uint32_t k, bool earliest)
{
	uint32_t lo = 0, hi = n;

	while (hi - lo > 1 && k > lo && k < hi) {
		uint32_t put = lo;

		swap(&v[lo + (hi - lo) / 2], &v[hi - 1]);
		for (uint32_t i = lo; i < hi - 1; i++)
			if (before(&v[i], &v[hi - 1]) == earliest)
				swap(&v[i], &v[put++]);
		swap(&v[put], &v[hi - 1]);
		if (put >= k)
			hi = put;
		else
			lo = put + 1;
	}
}

static void
reverse(struct log_hit *v, uint32_t n)
{
	for (uint32_t i = 0; i < n / 2; i++)
		swap(&v[i], &v[n - 1 - i]);
}

/*
 * The k earliest (or latest), and all of the same time as the last of them:
 * which of those comes first is known only beside the other parts.
 */
static uint32_t
cut(struct log_hit *v, uint32_t n, uint32_t k, bool earliest)
{
	uint64_t last = v[0].time;

	best(v, n, k, earliest);
	for (uint32_t i = 0; i < k; i++)
		if (i == 0 || (v[i].time > last) == earliest)
			last = v[i].time;
	for (uint32_t i = k; i < n; i++)
		if (v[i].time == last)
			swap(&v[i], &v[k++]);
	return k;
}

static void
order(struct log_found *f, const struct log_scan_opts *o)
{
	bool sorted = true;

	if (o->limit > 0 && o->limit < f->n)
		f->n = cut(f->hit, f->n, (uint32_t)o->limit, o->forward);
	for (uint32_t i = 1; i < f->n && sorted; i++)
		sorted = before(&f->hit[i - 1], &f->hit[i]);
	if (!sorted)
		qsort(f->hit, f->n, sizeof *f->hit, by_time);
	if (!o->forward)
		reverse(f->hit, f->n);
}

int
found_lines(struct log_found *f, struct err *e)
{
	struct log_cols *c = &f->cols;

	return f->lines.cols ? 0 : lines_open(&f->lines, c, e);
}

/* From now on only pages that hold one of the rows are read. */
static void
want_rows(struct log_cols *c, const uint64_t *rows)
{
	c->pages = arena_zero(c->mem, uint64_t,
	    BITS_WORDS(c->rows / PAGE_ROWS + 1));
	for (size_t k = 0; k < BITS_WORDS(c->rows); k++)
		if (rows[k] != 0)
			bit_set(c->pages, (uint32_t)k / (PAGE_ROWS / 64));
}

/* The same, for those that are left after a limit. */
static void
want_pages(struct log_found *f)
{
	memset(f->cols.pages, 0, BITS_WORDS(f->cols.rows / PAGE_ROWS + 1) *
	    sizeof *f->cols.pages);
	for (uint32_t i = 0; i < f->n; i++)
		bit_set(f->cols.pages, f->hit[i].row / PAGE_ROWS);
}

static int
collect(struct log_found *f, const struct log_scan_opts *o,
    const uint64_t *rows, struct err *e)
{
	struct log_cols *c = &f->cols;

	for (size_t k = 0; k < BITS_WORDS(c->rows); k++)
		f->n += (uint32_t)__builtin_popcountll(rows[k]);
	if (f->n == 0)
		return 0;
	want_rows(c, rows);
	if (cols_stream(c, e) == -1 ||
	    cols_load(c, S("time"), VEC_INT, &c->time, e) == -1)
		return -1;
	if (c->time.rows != c->rows)
		return err_set(e, ERR_CORRUPT, "time: not there");
	f->hit = arena_new(&f->mem, struct log_hit, f->n);
	f->n = 0;
	for (size_t k = 0; k < BITS_WORDS(c->rows); k++)
		for (uint64_t w = rows[k]; w != 0; w &= w - 1) {
			uint32_t i = (uint32_t)(k * 64) +
			    (uint32_t)__builtin_ctzll(w);

			f->hit[f->n++] = (struct log_hit){
				(uint64_t)c->time.i[i], i };
		}
	f->stream = arena_new(&f->mem, uint32_t, c->stream.ndict + 1);
	for (uint32_t d = 0; d < c->stream.ndict; d++)
		f->stream[d] = LOG_NONE;
	order(f, o);
	want_pages(f);
	return 1;
}

/* Whether the stripe may have lines that the filters keep: 1, 0, -1. */
static int
may_have(struct stripe *s, const struct log_scan_opts *o,
    const struct filter *filter, struct arena *mem, struct err *e)
{
	struct str words = { 0 };

	if (o->nfilter > 0 && stripe_blob(s, S("words"), mem, &words,
	    e) == -1)
		return -1;
	return filters_may(filter, o->nfilter, words);
}

static int
look(struct log_found *f, const struct log_scan_opts *o,
    const struct filter *filter, struct err *e)
{
	struct stripe *s = part_stripe(f->part, f->stripe, &f->mem, e);
	uint64_t *rows;
	int r;

	if (!s)
		return -1;
	stripe_count(s, o->count);
	if ((r = may_have(s, o, filter, &f->mem, e)) != 1)
		return r;
	cols_open(&f->cols, f->part, s, &f->mem);
	rows = arena_new(&f->mem, uint64_t, BITS_WORDS(f->cols.rows) + 1);
	if ((r = select_rows(&f->cols, o, rows, e)) != 1)
		return r;
	if (o->nfilter > 0 && (found_lines(f, e) == -1 ||
	    filters_run(filter, o->nfilter, &f->lines, rows, e) == -1))
		return -1;
	return collect(f, o, rows, e);
}

int
found_rows(struct log_found *f, const struct log_scan_opts *o,
    const struct filter *filter, struct err *e)
{
	arena_reset(&f->mem);
	return look(f, o, filter, e);
}

struct meta {
	struct log_pair p;
	uint32_t at;		/* keeps equal names in their order */
};

struct metas {
	struct meta *v;
	uint32_t n, cap;
	struct arena *mem;
};

static void
add(struct metas *m, struct str name, struct str value)
{
	if (value.n == 0)
		return;
	if (m->n == m->cap) {
		m->v = arena_grow(m->mem, m->v, m->n, m->cap * 2 + 16,
		    sizeof *m->v);
		m->cap = m->cap * 2 + 16;
	}
	m->v[m->n] = (struct meta){ { name, value }, m->n };
	m->n++;
}

static void
add_pairs(struct metas *m, struct str pairs)
{
	struct cur c = cur_of(pairs);
	struct log_pair p;

	while (pairs_next(&c, &p) == 1)
		add(m, p.name, p.value);
}

static int
by_name(const void *a, const void *b)
{
	const struct meta *x = a, *y = b;
	int d = str_cmp(x->p.name, y->p.name);

	return d != 0 ? d : (x->at > y->at) - (x->at < y->at);
}

/* Sorted by name; of equal names the first. */
static void
give_metas(struct metas *m, struct log_line *line)
{
	struct log_pair *v = arena_new(m->mem, struct log_pair, m->n);
	uint32_t n = 0;

	if (m->n > 1)
		qsort(m->v, m->n, sizeof *m->v, by_name);
	for (uint32_t i = 0; i < m->n; i++)
		if (n == 0 || !str_eq(m->v[i].p.name, v[n - 1].name))
			v[n++] = m->v[i].p;
	line->meta = v;
	line->nmeta = n;
}

/* The line's own, then its context's; sorted by name, each once. */
static int
put_meta(struct log_found *f, uint32_t row, struct log_line *line,
    struct arena *mem, struct err *e)
{
	struct log_cols *c = &f->cols;
	struct metas m = { .mem = mem };

	if (cols_load(c, S("context"), VEC_STR, &c->context, e) == -1 ||
	    cols_load(c, S("x"), VEC_STR, &c->x, e) == -1 ||
	    cols_load(c, S("severity_text"), VEC_STR, &c->severity_text,
	    e) == -1 ||
	    cols_load(c, S("observed"), VEC_INT, &c->observed, e) == -1)
		return -1;
	for (uint32_t k = 0; k < c->nmeta; k++) {
		if (cols_meta(c, k, e) == -1)
			return -1;
		if (cols_has(&c->meta[k].v, row))
			add(&m, c->meta[k].name,
			    vec_str(&c->meta[k].v, row));
	}
	if (cols_has(&c->x, row))
		add_pairs(&m, vec_str(&c->x, row));
	if (cols_has(&c->severity_text, row))
		add(&m, S("severity_text"), vec_str(&c->severity_text, row));
	if (cols_has(&c->observed, row))
		add(&m, S("observed_timestamp"), arena_printf(mem, "%llu",
		    (unsigned long long)c->time.i[row] +
		    (unsigned long long)c->observed.i[row]));
	if (cols_has(&c->context, row))
		add_pairs(&m, vec_str(&c->context, row));
	give_metas(&m, line);
	return 0;
}

int
found_line(struct log_found *f, uint32_t row, bool want_line, bool want_meta,
    struct log_line *line, struct buf *text, struct arena *mem, struct err *e)
{
	struct log_cols *c = &f->cols;
	const uint8_t *id;

	*line = (struct log_line){ .time = (uint64_t)c->time.i[row],
		.line = S(""), .trace_id = S(""), .span_id = S("") };
	if (cols_load(c, S("severity"), VEC_INT, &c->severity, e) == -1 ||
	    cols_load(c, S("trace"), VEC_INT, &c->trace, e) == -1 ||
	    cols_load(c, S("span"), VEC_FIX8, &c->span, e) == -1)
		return -1;
	if (cols_has(&c->severity, row))
		line->severity = (uint32_t)c->severity.i[row];
	if (cols_has(&c->trace, row)) {
		if (!(id = part_id(f->part, c->trace.i[row], e)))
			return -1;
		line->trace_id = str_mk(id, 16);
	}
	if (cols_has(&c->span, row))
		line->span_id = str_mk(c->span.fix + (size_t)row * 8, 8);
	if (want_line) {
		buf_reset(text);
		if (found_lines(f, e) == -1 ||
		    lines_text(&f->lines, row, text, e) == -1)
			return -1;
		line->line = text->n > 0 ? buf_str(text) : S("");
	}
	return want_meta ? put_meta(f, row, line, mem, e) : 0;
}
