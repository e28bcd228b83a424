/* streams: the label sets there are, told by dictionaries where they do. */
#include <stdlib.h>

#include "base/hash.h"
#include "log/erase.h"
#include "log/select.h"
#include "log/view.h"

/* Whether every row of the stripe is in the range. */
static bool
covers(const struct stripe *s, const struct log_scan_opts *o)
{
	int col = stripe_find(s, LG_ROW, S("time"), VEC_INT);
	const struct stripe_col *sc;

	if (o->from == 0 && o->to == 0)
		return true;
	if (col == -1)
		return false;
	sc = stripe_col(s, (uint32_t)col);
	return sc->ranged && (uint64_t)sc->min_i >= o->from &&
	    (uint64_t)sc->max_i < o->to;
}

/* Each entry of the dictionary has a row: 1, 0 there is none, -1. */
static int
from_dict(struct stripe *s, const struct log_scan_opts *o, struct arena *mem,
    struct map *seen, struct err *e)
{
	int col = stripe_find(s, LG_ROW, S("stream"), VEC_STR);
	const struct str *dict;
	uint32_t n;

	if (col == -1 || !covers(s, o))
		return 0;
	if (stripe_dict(s, (uint32_t)col, mem, &dict, &n, e) == -1)
		return -1;
	for (uint32_t d = 0; d < n; d++) {
		int r = select_stream(dict[d], o->match, o->nmatch, e);

		if (r == -1)
			return -1;
		if (r == 1)
			map_add(seen, dict[d], NULL);
	}
	return n > 0;
}

static int
from_rows(struct log_part *p, struct stripe *s, const struct log_scan_opts *o,
    struct arena *mem, struct map *seen, struct err *e)
{
	uint32_t last = LOG_NONE;
	struct log_cols c;
	uint64_t *rows;
	int r;

	cols_open(&c, p, s, mem);
	rows = arena_new(mem, uint64_t, BITS_WORDS(c.rows) + 1);
	if ((r = select_rows(&c, o, rows, e)) != 1)
		return r;
	if (cols_stream(&c, e) == -1 ||
	    erase_rows(p, s, mem, rows, e) == -1)
		return -1;
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
from_stripe(struct log_part *p, uint32_t no, const struct log_scan_opts *o,
    struct arena *mem, struct map *seen, struct err *e)
{
	struct stripe *s = part_stripe(p, no, mem, e);
	int r;

	if (!s)
		return -1;
	stripe_count(s, o->count);
	r = p->nerase > 0 ? 0 : from_dict(s, o, mem, seen, e);
	if (r == 0)
		r = from_rows(p, s, o, mem, seen, e);
	return r == -1 ? -1 : 0;
}

static bool
too_many(const struct map *seen, const struct log_scan_opts *o)
{
	return o->limit > 0 && seen->n > o->limit;
}

static int
from_part(struct log_view *w, size_t k, const struct log_scan_opts *o,
    struct map *seen, struct err *e)
{
	struct log_part *p = &w->part[k];
	struct arena mem = { 0 };
	int status = 0;

	if ((o->from != 0 || o->to != 0) &&
	    (p->max_time < o->from || p->min_time >= o->to))
		return 0;
	for (uint32_t i = 0; i < p->stripes && status == 0 &&
	    !too_many(seen, o); i++) {
		arena_reset(&mem);
		if (from_stripe(p, i, o, &mem, seen, e) != -1)
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

/* By name, then value. */
static int
by_labels(const void *va, const void *vb)
{
	const struct log_stream *a = va, *b = vb;
	int d = 0;

	for (uint32_t i = 0; d == 0 && i < a->n && i < b->n; i++) {
		d = str_cmp(a->label[i].name, b->label[i].name);
		if (d == 0)
			d = str_cmp(a->label[i].value, b->label[i].value);
	}
	return d != 0 ? d : (a->n > b->n) - (a->n < b->n);
}

static int
give(const struct map *seen, struct arena *mem, struct log_streams *out,
    struct err *e)
{
	out->v = arena_new(mem, struct log_stream, seen->n + 1);
	out->n = seen->n;
	for (uint32_t i = 0; i < seen->n; i++)
		if (pairs_read(arena_str(mem, seen->key[i]), mem,
		    &out->v[i].label, &out->v[i].n, e) == -1)
			return -1;
	qsort(out->v, out->n, sizeof *out->v, by_labels);
	return 0;
}

int
log_streams(struct store_view *v, const struct log_scan_opts *o,
    struct arena *mem, struct log_streams *out, struct err *e)
{
	struct log_scan_opts some = { .match = o->match, .nmatch = o->nmatch,
		.from = o->from, .to = o->to, .any_line = true };
	struct map seen = { 0 };
	struct log_view w;
	int status = 0;

	*out = (struct log_streams){ 0 };
	if (log_view_open(&w, v, &some, e) == -1)
		return -1;
	for (size_t i = 0; i < w.n && status == 0; i++)
		status = from_part(&w, i, o, &seen, e);
	out->many = too_many(&seen, o);
	if (status == 0 && !out->many)
		status = give(&seen, mem, out, e);
	map_free(&seen);
	log_view_close(&w);
	return status;
}
