#include "log/view.h"

#include <stdlib.h>

#include "base/err.h"
#include "log/wanted.h"

static int
open_tail(struct log_view *w, const struct log_scan_opts *o, struct err *e)
{
	struct str promoted = store_option(store_view_options(w->v),
	    LOG_OPTION_LABELS);
	struct log_rows *r = rows_new();
	struct arena mem = { 0 }, all = { 0 };
	struct wanted wanted = { 0 };
	struct rec rec;
	int got;

	if (o)
		wanted_init(&wanted, o, &all);
	store_view_rewind(w->v);
	while ((got = store_view_tail(w->v, SIGNAL_LOGS, &rec, e)) == 1) {
		struct err bad = { 0 };

		arena_reset(&mem);
		if (rows_take(r, &rec, promoted, NULL, o ? &wanted : NULL, &mem,
		    &bad) == -1)
			store_view_fault(w->v, &bad);
	}
	wanted_free(&wanted);
	arena_free(&mem);
	arena_free(&all);
	if (got == -1 || r->n == 0)
		rows_free(r);
	else
		part_rows(&w->part[w->n], r, (uint32_t)w->n), w->n++;
	return got;
}

void
log_view_close(struct log_view *w)
{
	for (size_t i = 0; i < w->n; i++)
		part_free(&w->part[i]);
	free(w->part);
}

int
log_view_open(struct log_view *w, struct store_view *v,
    const struct log_scan_opts *o, struct err *e)
{
	size_t blocks;
	const struct store_block *b = store_view_blocks(v, &blocks);
	int status = 0;

	*w = (struct log_view){ .v = v };
	w->part = xcalloc(blocks + 1, sizeof *w->part);
	while (status == 0 && w->n < blocks) {
		struct log_part *p = &w->part[w->n];

		part_block(p, b[w->n].block, (uint32_t)w->n);
		status = part_erase(p, &b[w->n++], e);
	}
	if (status == 0)
		status = open_tail(w, o, e);
	if (status == -1)
		log_view_close(w);
	return status;
}
