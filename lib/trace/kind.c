/* kind: traces as a signal of the store. */
#include <stdlib.h>

#include "trace/build.h"
#include "trace/kind.h"
#include "trace/out.h"

#define FRAME_BYTES	((size_t)64 << 20)	/* of attributes in a stripe */

static void *
new_batch(const struct store_options *opts)
{
	struct batch *b = xcalloc(1, sizeof *b);

	batch_init(b);
	b->order.max = trace_max_spans(opts);
	return b;
}

static int
add(void *batch, const struct rec *rec, struct err *e)
{
	return batch_take(batch, rec, e);
}

static size_t
bytes(const void *batch)
{
	return batch_memory(batch);
}

static void
ahead(void *batch, const struct rec *rec)
{
	batch_ahead(batch, rec);
}

static void
word(void *batch, struct buf *out)
{
	struct batch *b = batch;

	if (b->cut > 0)
		buf_addf(out, "%llu span%s over the limit of %u a trace left "
		    "out", (unsigned long long)b->cut, b->cut == 1 ? "" : "s",
		    b->order.max);
	b->cut = 0;
	if (b->frame) {
		b->cuts += b->put.cuts;
		b->put.cuts = 0;
	}
	if (b->cuts == 0)
		return;
	if (out->n > 0)
		buf_adds(out, S("; "));
	buf_addf(out, "%llu attribute values of over %u bytes were cut, or "
	    "left out: %.*s names them", (unsigned long long)b->cuts,
	    TRACE_VALUE_MAX, PS(TRACE_CUT));
	b->cuts = 0;
}

static int
put_full(void *arg, struct frame *f, const uint32_t rows[TR_TABLES],
    struct err *e)
{
	return out_frame(arg, f, rows, e);
}

static int
write_lot(struct batch *b, struct lot *l, struct store_sink *sink,
    struct err *e)
{
	struct out out;
	struct lot_out to = { .max_rows = STRIPE_ROWS,
	    .max_bytes = FRAME_BYTES, .full = put_full, .arg = &out };
	int r;

	uint32_t held;

	if (l->spans == 0)
		return 0;
	held = lot_hold(l);
	if (out_begin(&out, sink, l->tenant, e) == -1)
		return -1;
	r = lot_order(b, l, &to, e);
	if (r == 0)
		r = out_end(&out, lot_raw(l, l->spans - held), b->ahead ?
		    OUT_WHOLE : OUT_PARTS, e);
	out_abort(&out);
	return r;
}

static int
write_batch(void *batch, struct store_sink *sink, struct err *e)
{
	struct batch *b = batch;
	int r = 0;

	for (uint32_t i = 0; i < b->lots && r == 0; i++)
		r = write_lot(b, &b->lot[i], sink, e);
	if (r == 0)
		batch_keep(b);
	else
		batch_reset(b);
	return r;
}

static void
thin(void *batch)
{
	batch_thin(batch);
}

static void
free_batch(void *batch)
{
	batch_done(batch);
	free(batch);
}

const struct store_kind trace_kind = {
	.name = "traces",
	.signal = SIGNAL_TRACES,
	.batch_new = new_batch,
	.batch_add = add,
	.batch_bytes = bytes,
	.batch_ahead = ahead,
	.batch_word = word,
	.batch_write = write_batch,
	.batch_thin = thin,
	.batch_free = free_batch,
	.merge = trace_merge,
	.check = trace_check,
	.info = trace_info,
};
