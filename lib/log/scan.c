#include "log/scan.h"

#include <stdlib.h>

#include "base/err.h"
#include "log/parts.h"
#include "log/select.h"

struct view {
	struct store_view *v;
	struct log_part *part;
	size_t n;
};

/* The records past the cursors, built as a block would be. */
static int
open_tail(struct view *w, struct err *e)
{
	struct str promoted = store_option(store_view_options(w->v),
	    LOG_OPTION_LABELS);
	struct log_rows *r = rows_new();
	struct arena mem = { 0 };
	struct rec rec;
	int got;

	store_view_rewind(w->v);
	while ((got = store_view_tail(w->v, SIGNAL_LOGS, &rec, e)) == 1) {
		struct err bad = { 0 };

		arena_reset(&mem);
		if (rows_take(r, &rec, promoted, &mem, &bad) == -1)
			store_view_fault(w->v, &bad);
	}
	arena_free(&mem);
	if (got == -1 || r->n == 0)
		rows_free(r);
	else
		part_rows(&w->part[w->n], r, (uint32_t)w->n), w->n++;
	return got;
}

static void
view_close(struct view *w)
{
	for (size_t i = 0; i < w->n; i++)
		part_free(&w->part[i]);
	free(w->part);
}

static int
view_open(struct view *w, struct store_view *v, struct err *e)
{
	size_t blocks;
	const struct store_block *b = store_view_blocks(v, &blocks);

	*w = (struct view){ .v = v };
	w->part = xcalloc(blocks + 1, sizeof *w->part);
	for (; w->n < blocks; w->n++)
		part_block(&w->part[w->n], b[w->n].block, (uint32_t)w->n);
	if (open_tail(w, e) == -1) {
		view_close(w);
		return -1;
	}
	return 0;
}

static void
on_fault(void *arg, const struct err *e)
{
	store_view_fault(arg, e);
}

int
log_scan(struct store_view *v, const struct log_scan_opts *o, log_line_fn *fn,
    void *arg, struct err *e)
{
	struct view w;
	int r;

	if (view_open(&w, v, e) == -1)
		return -1;
	r = parts_scan(w.part, w.n, o, on_fault, v, fn, arg, e);
	view_close(&w);
	return r;
}

/* ---- streams ------------------------------------------------------------- */

/* Adds the streams of one stripe to `seen`. */
static int
stripe_streams(struct log_part *p, uint32_t no, const struct log_scan_opts *o,
    struct arena *mem, struct map *seen, struct err *e)
{
	struct stripe *s = part_stripe(p, no, mem, e);
	struct log_cols c;
	uint64_t *rows;
	int r;

	if (!s)
		return -1;
	cols_open(&c, p, s, mem);
	rows = arena_new(mem, uint64_t, BITS_WORDS(c.rows) + 1);
	if ((r = select_rows(&c, o, rows, e)) != 1)
		return r;
	if (cols_stream(&c, e) == -1)
		return -1;
	uint32_t last = LOG_NONE;

	for (uint32_t i = 0; i < c.rows; i++) {
		uint32_t code = c.stream.code ? c.stream.code[i] : i;

		if (code == last || !bit_get(rows, i))
			continue;
		last = code;
		map_add(seen, c.stream.dict[code], NULL);
	}
	return 0;
}

static int
part_streams(struct view *w, size_t k, const struct log_scan_opts *o,
    struct map *seen, struct err *e)
{
	struct log_part *p = &w->part[k];
	struct arena mem = { 0 };
	int status = 0;

	if ((o->from != 0 || o->to != 0) &&
	    (p->max_time < o->from || p->min_time >= o->to))
		return 0;
	for (uint32_t i = 0; i < p->stripes && status == 0; i++) {
		arena_reset(&mem);
		if (stripe_streams(p, i, o, &mem, seen, e) != -1)
			continue;
		if (e->kind == ERR_CORRUPT || e->kind == ERR_SYS) {
			store_view_fault(w->v, e);
			*e = (struct err){ 0 };
		} else {
			status = -1;
		}
	}
	arena_free(&mem);
	return status;
}

static int
by_bytes(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static int
give_streams(struct map *seen, struct arena *mem, struct log_pair ***labels,
    uint32_t **nlabels, size_t *n, struct err *e)
{
	*labels = arena_new(mem, struct log_pair *, seen->n + 1);
	*nlabels = arena_new(mem, uint32_t, seen->n + 1);
	*n = seen->n;
	if (seen->n > 1)
		qsort(seen->key, seen->n, sizeof *seen->key, by_bytes);
	for (uint32_t i = 0; i < seen->n; i++)
		if (pairs_read(arena_str(mem, seen->key[i]), mem,
		    &(*labels)[i], &(*nlabels)[i]) == -1)
			return err_set(e, ERR_CORRUPT,
			    "labels of a stream: not well formed");
	return 0;
}

int
log_streams(struct store_view *v, const struct log_matcher *m, size_t n,
    uint64_t from, uint64_t to, struct arena *mem, struct log_pair ***labels,
    uint32_t **nlabels, size_t *nstreams, struct err *e)
{
	struct log_scan_opts o = { .match = m, .nmatch = n, .from = from,
		.to = to };
	struct map seen = { 0 };
	struct view w;
	int status = 0;

	if (view_open(&w, v, e) == -1)
		return -1;
	for (size_t i = 0; i < w.n && status == 0; i++)
		status = part_streams(&w, i, &o, &seen, e);
	if (status == 0)
		status = give_streams(&seen, mem, labels, nlabels, nstreams,
		    e);
	map_free(&seen);
	view_close(&w);
	return status;
}
