#include "log/find.h"

#include <stdlib.h>

#include "base/err.h"
#include "log/erase.h"
#include "log/metas.h"
#include "log/parsed.h"

void
found_free(struct log_found *f)
{
	arena_free(&f->work);
	arena_free(&f->mem);
	f->n = f->next = 0;
}

/* ---- columns of what was found ------------------------------------------- */

/* A copy of the vec whose bytes are all in `to`. */
static void
keep(struct vec *v, struct arena *to, struct arena *work)
{
	uint32_t *code, *known, n = 0;
	struct str *dict;

	if (v->valid)
		v->valid = memcpy(arena_new(to, uint64_t, BITS_WORDS(v->rows)),
		    v->valid, BITS_WORDS(v->rows) * 8);
	if (v->i)
		v->i = memcpy(arena_new(to, int64_t, v->rows), v->i,
		    v->rows * sizeof *v->i);
	if (v->fix)
		v->fix = memcpy(arena_new(to, uint64_t, v->rows), v->fix,
		    v->rows * (size_t)8);
	if (v->type != VEC_STR)
		return;
	code = arena_new(to, uint32_t, v->rows + 1);
	dict = arena_new(to, struct str, v->rows + 1);
	known = arena_new(work, uint32_t, v->ndict + 1);
	memset(known, 0xff, v->ndict * sizeof *known);
	for (uint32_t k = 0; k < v->rows; k++) {
		uint32_t c = v->code ? v->code[k] : k;

		if (known[c] == LOG_NONE) {
			dict[n] = arena_str(to, v->dict[c]);
			known[c] = n++;
		}
		code[k] = known[c];
	}
	v->code = code;
	v->dict = dict;
	v->ndict = n;
}

/* Those rows of a column, from `all` if that is loaded. */
static int
pick_col(struct log_found *f, int col, const struct vec *all, struct vec *out,
    struct err *e)
{
	struct log_cols *c = &f->cols;

	if (all->rows > 0)
		vec_pick(all, f->row, f->n, c->mem, out);
	else if (col != -1 && stripe_pick(c->stripe, (uint32_t)col, f->row,
	    f->n, c->mem, out, e) == -1)
		return -1;
	if (f->settled && out->rows > 0)
		keep(out, &f->mem, c->mem);
	return 0;
}

static int
pick(struct log_found *f, struct str name, enum vec_type type,
    const struct vec *all, struct vec *out, struct err *e)
{
	if (out->type != 0)	/* it is there, or there is none */
		return 0;
	out->type = type;
	return pick_col(f, stripe_find(f->cols.stripe, LG_ROW, name, type),
	    all, out, e);
}

/* What every line has. */
static int
pick_line(struct log_found *f, struct err *e)
{
	struct log_cols *c = &f->cols;

	return pick(f, S("severity"), VEC_INT, &c->severity, &f->severity,
	    e) == -1 ||
	    pick(f, S("trace"), VEC_INT, &c->trace, &f->trace, e) == -1 ||
	    pick(f, S("span"), VEC_FIX8, &c->span, &f->span, e) == -1 ? -1 : 0;
}

static int
pick_metas(struct log_found *f, struct err *e)
{
	struct log_cols *c = &f->cols;
	struct arena *a = f->settled ? &f->mem : c->mem;

	if (f->meta)
		return 0;
	if (pick(f, S("context"), VEC_STR, &c->context, &f->context, e) == -1 ||
	    pick(f, S("x"), VEC_STR, &c->x, &f->x, e) == -1 ||
	    pick(f, S("severity_text"), VEC_STR, &c->severity_text,
	    &f->severity_text, e) == -1 ||
	    pick(f, S("observed"), VEC_INT, &c->observed, &f->observed,
	    e) == -1)
		return -1;
	f->meta = arena_zero(a, struct log_meta, c->nmeta + 1);
	f->nmeta = c->nmeta;
	for (uint32_t k = 0; k < c->nmeta; k++) {
		f->meta[k].name = arena_str(a, c->meta[k].name);
		if (pick_col(f, (int)c->meta[k].col, &c->meta[k].v,
		    &f->meta[k].v, e) == -1)
			return -1;
	}
	return 0;
}

static int
pick_stream(struct log_found *f, struct err *e)
{
	struct arena *a = f->settled ? &f->mem : f->cols.mem;
	struct log_cols *c = &f->cols;

	f->stream.type = 0;
	if (pick(f, S("stream"), VEC_STR, &c->stream, &f->stream, e) == -1)
		return -1;
	if (f->stream.rows != f->n)
		return err_set(e, ERR_CORRUPT, "stream: not there");
	f->stream_no = arena_new(a, uint32_t, f->stream.ndict + 1);
	memset(f->stream_no, 0xff, f->stream.ndict * sizeof *f->stream_no);
	return 0;
}

/* ---- rows ---------------------------------------------------------------- */

static int
by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The hits point into the rows they still are; those were all of them. */
static void
shorten(struct log_found *f)
{
	uint32_t *row = arena_new(f->cols.mem, uint32_t, f->n);

	for (uint32_t i = 0; i < f->n; i++)
		row[i] = f->row[f->hit[i].at];
	qsort(row, f->n, sizeof *row, by_number);
	for (uint32_t i = 0; i < f->n; i++) {
		uint32_t lo = 0, hi = f->n, want = f->row[f->hit[i].at];

		while (hi - lo > 1) {
			uint32_t mid = lo + (hi - lo) / 2;

			if (row[mid] <= want)
				lo = mid;
			else
				hi = mid;
		}
		f->hit[i].at = lo;
	}
	f->row = row;
}

static void
list_rows(struct log_found *f, const uint64_t *rows)
{
	size_t words = BITS_WORDS(f->cols.rows);

	f->n = 0;
	for (size_t k = 0; k < words; k++)
		f->n += (uint32_t)__builtin_popcountll(rows[k]);
	f->row = arena_new(f->cols.mem, uint32_t, f->n);
	f->n = 0;
	for (size_t k = 0; k < words; k++)
		for (uint64_t w = rows[k]; w != 0; w &= w - 1)
			f->row[f->n++] = (uint32_t)(k * 64) +
			    (uint32_t)__builtin_ctzll(w);
}

/* Hits in order, no more than may be needed. */
static void
hits(struct log_found *f, const struct log_scan_opts *o, const int64_t *time)
{
	uint32_t all = f->n;

	f->hit = arena_new(&f->mem, struct log_hit, f->n);
	for (uint32_t i = 0; i < f->n; i++)
		f->hit[i] = (struct log_hit){ (uint64_t)time[i], i };
	f->n = hits_order(f->hit, f->n, o->limit, o->forward);
	if (f->n < all)
		shorten(f);
	f->time = arena_new(&f->mem, uint64_t, f->n);
	for (uint32_t i = 0; i < f->n; i++)
		f->time[f->hit[i].at] = f->hit[i].time;
}

/* The first k of a run's rows that are taken, or the last; and one more. */
static uint32_t
keep_end(const uint64_t *rows, uint32_t from, uint32_t to, uint32_t k,
    bool first, uint64_t *out)
{
	uint32_t n = 0;

	for (uint32_t i = from; i < to && n <= k; i++) {
		uint32_t row = first ? i : to - 1 - (i - from);

		if (bit_get(rows, row)) {
			bit_set(out, row);
			n++;
		}
	}
	return n;
}

/*
 * With a limit of k, rows past the k-th of a stream are none of those asked for,
 * unless they have the time of the k-th: then one more tells. Leaves those in
 * f->row: 1; 0: they are too many for that to be worth it, or the runs are not
 * known; -1.
 */
static int
list_ends(struct log_found *f, const struct log_scan_opts *o,
    const uint64_t *rows, struct err *e)
{
	struct log_cols *c = &f->cols;
	uint64_t *out;
	int r;

	if (o->limit == 0 || o->limit > c->rows || (r = cols_runs(c, e)) == 0 ||
	    (o->limit + 1) * c->nruns > c->rows / 4)
		return 0;
	if (r == -1)
		return -1;
	out = arena_zero(c->mem, uint64_t, BITS_WORDS(c->rows) + 1);
	for (uint32_t k = 0, from = 0; k < c->nruns; from = c->run[k++].to)
		keep_end(rows, from, c->run[k].to, (uint32_t)o->limit,
		    o->forward, out);
	list_rows(f, out);
	return 1;
}

/* Whether a row that was left out may have the time of one that was not. */
static bool
tied(const struct log_found *f, const struct log_scan_opts *o,
    const int64_t *time)
{
	const struct log_cols *c = &f->cols;
	uint32_t at = 0;

	for (uint32_t k = 0; k < c->nruns; k++) {
		uint32_t from = at;

		while (at < f->n && f->row[at] < c->run[k].to)
			at++;
		if (at - from > o->limit && (o->forward ?
		    time[at - 1] == time[at - 2] :
		    time[from] == time[from + 1]))
			return true;
	}
	return false;
}

static int
pick_times(struct log_found *f, struct vec *time, struct err *e)
{
	*time = (struct vec){ 0 };
	if (f->n == 0)
		return 0;
	if (pick(f, S("time"), VEC_INT, &f->cols.time, time, e) == -1)
		return -1;
	if (time->rows != f->n || time->valid)
		return err_set(e, ERR_CORRUPT, "time: not there");
	return 0;
}

/* The rows that may be asked for, and their times. */
static int
list(struct log_found *f, const struct log_scan_opts *o, const uint64_t *rows,
    struct vec *time, struct err *e)
{
	int r = f->loose ? 0 : list_ends(f, o, rows, e);

	if (r == 1 && pick_times(f, time, e) == -1)
		r = -1;
	if (r == 1 && !tied(f, o, time->i))
		return 0;
	if (r == -1)
		return -1;
	list_rows(f, rows);
	return pick_times(f, time, e);
}

int
found_collect(struct log_found *f, const struct log_scan_opts *o,
    const uint64_t *rows, struct err *e)
{
	struct vec time;

	if (list(f, o, rows, &time, e) == -1)
		return -1;
	if (f->n == 0)
		return 0;
	if (f->loose)
		f->time = (uint64_t *)time.i;
	else
		hits(f, o, time.i);
	return pick_stream(f, e) == -1 ? -1 : 1;
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

int
found_open(struct log_found *f, const struct log_scan_opts *o, struct err *e)
{
	struct stripe *s;

	arena_reset(&f->work);
	if (!(s = part_stripe(f->part, f->stripe, &f->work, e)))
		return -1;
	stripe_count(s, o->count);
	cols_open(&f->cols, f->part, s, &f->work);
	return 0;
}

int
found_select(struct log_found *f, const struct log_scan_opts *o,
    const struct filter *filter, uint64_t **out, struct err *e)
{
	uint64_t *rows;
	int r;

	if (!f->cols.stripe && found_open(f, o, e) == -1)
		return -1;
	if ((r = may_have(f->cols.stripe, o, filter, &f->work, e)) != 1)
		return r;
	*out = rows = arena_new(&f->work, uint64_t,
	    BITS_WORDS(f->cols.rows) + 1);
	if ((r = select_rows(&f->cols, o, rows, e)) != 1)
		return r;
	if (o->nfilter > 0 && (lines_open(&f->lines, &f->cols, e) == -1 ||
	    filters_run(filter, o->nfilter, &f->lines, rows, e) == -1))
		return -1;
	if (o->nparse > 0 && ((!f->lines.cols && lines_open(&f->lines,
	    &f->cols, e) == -1) || parsed_run(o->parse, o->nparse, &f->lines,
	    rows, e) == -1))
		return -1;
	return erase_rows(f->part, f->cols.stripe, &f->work, rows, e) == -1 ?
	    -1 : 1;
}

int
found_rows(struct log_found *f, const struct log_scan_opts *o,
    const struct filter *filter, struct err *e)
{
	uint64_t *rows;
	int r;

	f->cols.stripe = NULL;
	r = found_select(f, o, filter, &rows, e);
	return r == 1 ? found_collect(f, o, rows, e) : r;
}

/* ---- lines --------------------------------------------------------------- */

/* The line as it is put together from its template. */
static int
build(struct log_found *f, uint32_t at, struct buf *text, struct err *e)
{
	if ((!f->lines.cols && lines_open(&f->lines, &f->cols, e) == -1) ||
	    lines_some(&f->lines, f->row, f->n, e) == -1)
		return -1;
	return lines_text(&f->lines, f->row[at], text, e);
}

static int
settle_texts(struct log_found *f, struct err *e)
{
	struct buf b = { 0 };
	uint32_t i;

	f->text = arena_new(&f->mem, struct str, f->n);
	for (i = 0; i < f->n; i++) {
		buf_reset(&b);
		if (build(f, i, &b, e) == -1)
			break;
		f->text[i] = arena_str(&f->mem, buf_str(&b));
	}
	buf_free(&b);
	return i == f->n ? 0 : -1;
}

bool
found_settle(struct log_found *f)
{
	struct err e = { 0 };

	f->settled = true;
	if (pick_stream(f, &e) == -1 || pick_line(f, &e) == -1 ||
	    pick_metas(f, &e) == -1 || settle_texts(f, &e) == -1) {
		f->settled = false;
		f->meta = NULL;
	}
	return f->settled;
}

/* The line's own, then its context's; sorted by name, each once. */
static void
put_meta(struct log_found *f, uint32_t at, struct log_line *line,
    struct arena *mem)
{
	struct metas m = { .mem = mem };

	for (uint32_t k = 0; k < f->nmeta; k++)
		if (cols_has(&f->meta[k].v, at))
			metas_add(&m, f->meta[k].name,
			    vec_str(&f->meta[k].v, at));
	if (cols_has(&f->x, at))
		metas_add_pairs(&m, vec_str(&f->x, at));
	if (cols_has(&f->severity_text, at))
		metas_add(&m, S("severity_text"),
		    vec_str(&f->severity_text, at));
	if (cols_has(&f->observed, at))
		metas_add_number(&m, S("observed_timestamp"), f->time[at] +
		    (uint64_t)f->observed.i[at]);
	if (cols_has(&f->context, at))
		metas_add_pairs(&m, vec_str(&f->context, at));
	line->nmeta = metas_end(&m, &line->meta);
}

static int
put_text(struct log_found *f, uint32_t at, struct log_line *line,
    struct buf *text, struct err *e)
{
	if (f->settled) {
		line->line = f->text[at];
		return 0;
	}
	buf_reset(text);
	if (build(f, at, text, e) == -1)
		return -1;
	line->line = text->n > 0 ? buf_str(text) : S("");
	return 0;
}

int
found_line(struct log_found *f, uint32_t at, enum log_want want_line,
    bool want_meta, struct log_line *line, struct buf *text, struct arena *mem,
    struct err *e)
{
	const uint8_t *id;

	*line = (struct log_line){ .time = f->time[at], .line = S(""),
		.trace_id = S(""), .span_id = S("") };
	if (pick_line(f, e) == -1 || (want_meta && pick_metas(f, e) == -1))
		return -1;
	if (cols_has(&f->severity, at))
		line->severity = (uint32_t)f->severity.i[at];
	if (cols_has(&f->trace, at)) {
		if (!(id = part_id(f->part, f->trace.i[at], e)))
			return -1;
		line->trace_id = str_mk(id, 16);
	}
	if (cols_has(&f->span, at))
		line->span_id = str_mk(f->span.fix + (size_t)at * 8, 8);
	if (want_line == LOG_LINE_UNLESS_SEVERITY && line->severity > 0)
		want_line = LOG_NO_LINE;
	if (want_line && put_text(f, at, line, text, e) == -1)
		return -1;
	if (want_meta)
		put_meta(f, at, line, mem);
	return 0;
}
