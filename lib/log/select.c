#include "log/select.h"

#include "base/err.h"
#include "log/values.h"

int
cols_load(struct log_cols *c, struct str name, enum vec_type type,
    struct vec *v, struct err *e)
{
	int col = stripe_find(c->stripe, LG_ROW, name, type);

	if (col == -1 || v->rows > 0)
		return 0;
	return stripe_load(c->stripe, (uint32_t)col, c->pages, c->mem, v,
	    e);
}

int
cols_meta(struct log_cols *c, uint32_t k, struct err *e)
{
	struct log_meta *m = &c->meta[k];

	if (m->loaded)
		return 0;
	m->loaded = true;
	return stripe_load(c->stripe, m->col, c->pages, c->mem, &m->v, e);
}

void
cols_open(struct log_cols *c, struct log_part *part, struct stripe *s,
    struct arena *mem)
{
	uint32_t n = stripe_ncols(s);

	*c = (struct log_cols){ .part = part, .stripe = s, .mem = mem,
		.rows = stripe_rows(s, LG_ROW) };
	c->meta = arena_zero(mem, struct log_meta, n + 1);
	for (uint32_t k = 0; k < n; k++) {
		const struct stripe_col *col = stripe_col(s, k);

		if (col->type == VEC_STR && str_starts(col->name, S("m.")))
			c->meta[c->nmeta++] = (struct log_meta){
				.name = str_skip(col->name, 2), .col = k };
	}
}

int
cols_stream(struct log_cols *c, struct err *e)
{
	if (cols_load(c, S("stream"), VEC_STR, &c->stream, e) == -1)
		return -1;
	if (c->stream.rows != c->rows)
		return err_set(e, ERR_CORRUPT, "stream: not there");
	return 0;
}

int
select_stream(struct str labels, const struct log_matcher *m, size_t n,
    struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct str v = pairs_get(labels, m[i].name);
		bool not = m[i].op == LOG_NE || m[i].op == LOG_NRE;
		int r;

		if (m[i].op == LOG_EQ || m[i].op == LOG_NE)
			r = str_eq(v, m[i].value);
		else if ((r = re_match(m[i].re, str_mk(v.p ? v.p : "", v.n),
		    e)) == -1)
			return -1;
		if (r == not)
			return 0;
	}
	return 1;
}

int
select_streams(const struct str *dict, uint32_t n, bool *yes,
    const struct log_scan_opts *o, struct err *e)
{
	bool all = true, any = false;

	for (uint32_t d = 0; d < n; d++) {
		int r = select_stream(dict[d], o->match, o->nmatch, e);

		if (r == -1)
			return -1;
		yes[d] = r;
		all &= r;
		any |= r;
	}
	return all ? 1 : any ? 2 : 0;
}

int
cols_runs(struct log_cols *c, struct err *e)
{
	int col = stripe_find(c->stripe, LG_ROW, S("stream"), VEC_STR);

	if (col == -1)
		return err_set(e, ERR_CORRUPT, "stream: not there");
	return c->nruns > 0 ? 1 : stripe_runs(c->stripe, (uint32_t)col,
	    c->mem, &c->run, &c->nruns, e);
}

/* Rows of streams that match, from their runs. */
static int
some_runs(struct log_cols *c, const bool *yes, uint64_t *rows, struct err *e)
{
	int r = cols_runs(c, e);

	for (uint32_t k = 0, from = 0; r == 1 && k < c->nruns;
	    from = c->run[k++].to)
		if (yes[c->run[k].code])
			bits_fill(rows, from, c->run[k].to);
	return r;
}

/* Rows of streams that match; the codes are read only if some do not. */
static int
by_stream(struct log_cols *c, const struct log_scan_opts *o, uint64_t *rows,
    struct err *e)
{
	int col = stripe_find(c->stripe, LG_ROW, S("stream"), VEC_STR), r = 2;
	const struct str *dict;
	uint32_t n;
	bool *yes;

	if (col == -1 || c->rows == 0)
		return c->rows == 0 ? 0 : err_set(e, ERR_CORRUPT,
		    "stream: not there");
	if (stripe_dict(c->stripe, (uint32_t)col, c->mem, &dict, &n, e) == -1)
		return -1;
	yes = arena_new(c->mem, bool, n + 1);
	if (n > 0)
		r = select_streams(dict, n, yes, o, e);
	if (r == 1)
		bits_first(rows, c->rows);
	if (r != 2 || (n > 0 && (r = some_runs(c, yes, rows, e)) != 0))
		return r;
	if (cols_stream(c, e) == -1)
		return -1;
	yes = arena_new(c->mem, bool, c->stream.ndict + 1);
	r = select_streams(c->stream.dict, c->stream.ndict, yes, o, e);
	for (uint32_t i = 0; i < c->rows && r > 0; i++)
		if (yes[c->stream.code ? c->stream.code[i] : i])
			bit_set(rows, i);
	return r > 0 ? 1 : r;
}

static void
clear(uint64_t *rows, uint32_t i)
{
	rows[i / 64] &= ~(UINT64_C(1) << i % 64);
}

/*
 * Loads the pages of an INT column that may hold values in [min, max], and
 * clears the rows of the others.
 */
static int
load_between(struct log_cols *c, uint32_t col, int64_t min, int64_t max,
    struct vec *v, uint64_t *rows, struct err *e)
{
	uint32_t pages = (c->rows + PAGE_ROWS - 1) / PAGE_ROWS, last = 0;

	if (!c->part->block)	/* the tail: any number of rows, no pages */
		return stripe_load(c->stripe, col, NULL, c->mem, v, e);
	c->pages = arena_zero(c->mem, uint64_t, BITS_WORDS(pages) + 1);
	for (uint32_t p = 0; p < pages; p++)
		bit_set(c->pages, p);
	stripe_prune_range(c->stripe, col, min, max, c->pages);
	for (size_t k = 0; k < BITS_WORDS(c->rows); k++)
		if (!bit_get(c->pages, (uint32_t)k / (PAGE_ROWS / 64)))
			rows[k] = 0;
		else
			last++;
	if (last > 0)
		return stripe_load(c->stripe, col, c->pages, c->mem, v, e);
	return 0;
}

static int
by_time(struct log_cols *c, const struct log_scan_opts *o, uint64_t *rows,
    struct err *e)
{
	int col = stripe_find(c->stripe, LG_ROW, S("time"), VEC_INT);
	const struct stripe_col *sc;

	if (col == -1)
		return err_set(e, ERR_CORRUPT, "time: not there");
	sc = stripe_col(c->stripe, (uint32_t)col);
	if ((o->from == 0 && o->to == 0) || (sc->ranged &&
	    (uint64_t)sc->min_i >= o->from && (uint64_t)sc->max_i < o->to))
		return 1;
	if (sc->ranged && ((uint64_t)sc->max_i < o->from ||
	    (uint64_t)sc->min_i >= o->to))
		return 0;
	if (load_between(c, (uint32_t)col, o->from > INT64_MAX ? INT64_MAX :
	    (int64_t)o->from, o->to > INT64_MAX ? INT64_MAX :
	    (int64_t)o->to - 1, &c->time, rows, e) == -1)
		return -1;
	for (uint32_t i = 0; i < c->time.rows; i++)
		if ((uint64_t)c->time.i[i] < o->from ||
		    (uint64_t)c->time.i[i] >= o->to)
			clear(rows, i);
	return 1;
}

/* Rows of those trace ids: n numbers. */
static int
by_trace(struct log_cols *c, const uint32_t *numbers, ptrdiff_t n,
    uint64_t *rows, struct err *e)
{
	uint32_t top = 0, least = UINT32_MAX;
	uint64_t *wanted;

	for (ptrdiff_t i = 0; i < n; i++) {
		top = numbers[i] > top ? numbers[i] : top;
		least = numbers[i] < least ? numbers[i] : least;
	}
	int col = stripe_find(c->stripe, LG_ROW, S("trace"), VEC_INT);

	if (col == -1)
		return 0;
	if (load_between(c, (uint32_t)col, least, top, &c->trace, rows,
	    e) == -1)
		return -1;
	wanted = arena_zero(c->mem, uint64_t, BITS_WORDS((size_t)top + 1));
	for (ptrdiff_t i = 0; i < n; i++)
		bit_set(wanted, numbers[i]);
	for (uint32_t i = 0; i < c->trace.rows; i++)
		if (!bit_get(rows, i))
			continue;
		else if (!cols_has(&c->trace, i) || c->trace.i[i] < 0 ||
		    c->trace.i[i] > top ||
		    !bit_get(wanted, (uint32_t)c->trace.i[i]))
			clear(rows, i);
	return c->trace.rows > 0;
}

static int
by_label(struct log_cols *c, const struct log_label_filter *f, uint64_t *rows,
    struct err *e)
{
	struct log_values v;
	bool known = false, answer = false;

	if (values_open(&v, c, f->names, f->n, e) == -1)
		return -1;
	for (uint32_t i = 0; i < c->rows; i++) {
		if (!bit_get(rows, i))
			continue;
		if (values_at(&v, i, e) == -1)
			return -1;
		if (!known || !v.same)
			answer = f->test(f->arg, v.v);
		known = true;
		if (!answer)
			clear(rows, i);
	}
	return 0;
}

int
select_rows(struct log_cols *c, const struct log_scan_opts *o, uint64_t *rows,
    struct err *e)
{
	uint32_t *numbers = arena_new(c->mem, uint32_t, o->ntrace_ids + 1);
	ptrdiff_t n = 0;
	int r;

	memset(rows, 0, BITS_WORDS(c->rows) * sizeof *rows);
	/* first: an id is looked up, and mostly not there */
	if (o->trace_ids && (n = part_find_ids(c->part, o->trace_ids,
	    o->ntrace_ids, numbers, e)) <= 0)
		return (int)n;
	if ((r = by_stream(c, o, rows, e)) != 1 ||
	    (r = by_time(c, o, rows, e)) != 1)
		return r;
	if (o->trace_ids && (r = by_trace(c, numbers, n, rows, e)) != 1)
		return r;
	for (size_t i = 0; i < o->nlabel && bits_any(rows, c->rows); i++)
		if (by_label(c, &o->label[i], rows, e) == -1)
			return -1;
	return bits_any(rows, c->rows);
}
