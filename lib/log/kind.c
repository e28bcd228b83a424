#include "log/kind.h"

#include <inttypes.h>
#include <stdlib.h>

#include "log/active.h"
#include "log/rows.h"
#include "log/scan.h"
#include "log/spread.h"

#define TENANTS_KEPT	1000u	/* from batch to batch */

struct batch {
	struct map tenants;
	struct log_rows **rows;		/* by tenant; NULL: none now */
	struct active *active;		/* by tenant, over all batches */
	uint32_t cap;
	struct buf promoted;
	bool given;			/* promoted is */
	struct arena mem;
};

static void *
new_batch(const struct store_options *o)
{
	struct batch *b = xcalloc(1, sizeof *b);
	struct str labels = store_option(o, LOG_OPTION_LABELS);

	b->given = labels.p != NULL;
	buf_adds(&b->promoted, labels);
	return b;
}

static void
empty(struct batch *b)
{
	bool many = b->tenants.n > TENANTS_KEPT;

	for (uint32_t i = 0; i < b->tenants.n; i++) {
		rows_free(b->rows[i]);
		b->rows[i] = NULL;
		if (many)
			active_free(&b->active[i]);
	}
	if (many)
		map_reset(&b->tenants);
}

static void
free_batch(void *batch)
{
	struct batch *b = batch;

	empty(b);
	for (uint32_t i = 0; i < b->tenants.n; i++)
		active_free(&b->active[i]);
	map_free(&b->tenants);
	free(b->active);
	free(b->rows);
	buf_free(&b->promoted);
	arena_free(&b->mem);
	free(b);
}

static int
add(void *batch, const struct rec *rec, struct err *e)
{
	struct batch *b = batch;
	bool fresh;
	uint32_t t = map_add(&b->tenants, rec->tenant, &fresh);

	if (t >= b->cap) {
		b->cap = b->cap * 2 + 4;
		b->rows = xrealloc(b->rows, b->cap, sizeof *b->rows);
		b->active = xrealloc(b->active, b->cap, sizeof *b->active);
	}
	if (fresh) {
		b->rows[t] = NULL;
		b->active[t] = (struct active){ 0 };
	}
	if (!b->rows[t])
		b->rows[t] = rows_new();
	arena_reset(&b->mem);
	return rows_take(b->rows[t], rec, b->given ? str_mk(b->promoted.p ?
	    b->promoted.p : "", b->promoted.n) : (struct str){ NULL, 0 },
	    &b->active[t], NULL, &b->mem, e);
}

static size_t
bytes(const void *batch)
{
	const struct batch *b = batch;
	size_t n = 0;

	for (uint32_t i = 0; i < b->tenants.n; i++)
		if (b->rows[i])
			n += rows_bytes(b->rows[i]);
	return n;
}

int
log_write(struct log_rows *r, struct str tenant, struct store_sink *sink,
    struct err *e)
{
	struct block_info info = { .tenant = tenant };
	struct block_writer *w;

	if (r->n == 0)
		return 0;
	if (!(w = store_sink_begin(sink, e)))
		return -1;
	if (rows_write(r, w, &info, e) == -1) {
		store_sink_abort(sink, w);
		return -1;
	}
	return store_sink_end(sink, w, &info, e);
}

static int
write_batch(void *batch, struct store_sink *sink, struct err *e)
{
	struct batch *b = batch;
	int r = 0;

	for (uint32_t i = 0; i < b->tenants.n && r == 0; i++)
		r = !b->rows[i] ? 0 : log_write(b->rows[i], b->tenants.key[i], sink, e);
	empty(b);
	return r;
}

/* Which label makes too many streams. */
static void
word_of(const struct active *a, uint64_t folded, struct buf *out)
{
	struct spread t = { 0 };

	for (uint32_t i = 0; i < a->streams.n; i++)
		spread_add(&t, a->streams.key[i]);
	spread_sort(&t);
	buf_addf(out, "more than %u streams: %" PRIu64 " lines went to "
	    "{__overflow__=\"true\"}; label \"%.*s\" alone has %" PRIu32
	    " values: it is better kept as metadata, outside --labels",
	    LOG_STREAMS_MAX, folded, PS(t.label[0].name),
	    t.label[0].values.n);
	spread_free(&t);
}

static void
word(void *batch, struct buf *out)
{
	const struct batch *b = batch;

	for (uint32_t i = 0; i < b->tenants.n; i++)
		if (b->rows[i] && b->rows[i]->folded > 0) {
			word_of(&b->active[i], b->rows[i]->folded, out);
			return;
		}
}

const struct store_kind log_kind = {
	.name = "logs",
	.signal = SIGNAL_LOGS,
	.batch_new = new_batch,
	.batch_add = add,
	.batch_bytes = bytes,
	.batch_word = word,
	.batch_write = write_batch,
	.batch_free = free_batch,
	.merge = log_merge,
	.check = log_check,
	.delete_check = log_delete_check,
	.delete_any = log_delete_any,
	.info = log_info,
};
