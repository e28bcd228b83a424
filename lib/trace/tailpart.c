#include "trace/tailpart.h"

static int
keep(void *arg, struct frame *f, const uint32_t rows[TR_TABLES],
    struct err *e)
{
	(void)arg;
	(void)f;
	(void)rows;
	(void)e;
	return 0;	/* the frame is the batch's, and stays */
}

static void
read_records(struct tail_part *t, struct store_view *view)
{
	struct err e = { 0 };
	struct rec rec;
	int r;

	store_view_rewind(view);
	while ((r = store_view_tail(view, SIGNAL_TRACES, &rec, &e)) == 1) {
		t->batch.stays = store_view_stays(view);
		if (batch_take(&t->batch, &rec, &e) == -1)
			store_view_fault(view, &e);
	}
	if (r == -1)
		store_view_fault(view, &e);
}

static struct vec
column(struct tail_part *t, enum col no)
{
	struct frame *f = t->batch.frame;
	const struct col_def *d = &col_defs[no];
	struct vec v;

	frame_vec(f, frame_col(f, d->table, str_of(d->name), d->type), &v);
	return v;
}

int
tail_part_read(struct tail_part *t, struct store_view *view,
    const struct needs *needs, const struct id *from, const struct id *to,
    struct arena *a, struct err *e)
{
	struct lot_out out = { .max_rows = UINT32_MAX, .needs = *needs,
	    .full = keep };
	struct vec cut;

	*t = (struct tail_part){ .stripe = NULL };
	batch_init(&t->batch);
	t->batch.order.max = trace_max_spans(store_view_options(view));
	t->batch.from = from;
	t->batch.to = to;
	read_records(t, view);
	if (t->batch.lots == 0 || t->batch.lot[0].spans == 0)
		return 0;
	if (lot_order(&t->batch, &t->batch.lot[0], &out, e) == -1)
		return -1;
	batch_reset(&t->batch);		/* the records; the frame stays */
	t->stripe = frame_stripe(t->batch.frame, a);
	t->traces = stripe_rows(t->stripe, TR_TRACE);
	t->ids = column(t, TC_ID).fix;
	t->first = column(t, TC_FIRST).i;
	t->spans = column(t, TC_SPANS).i;
	t->start = column(t, TC_START).i;
	t->end = column(t, TC_END).i;
	cut = column(t, TC_CUT);
	t->cut = arena_zero(a, uint64_t, t->traces);
	for (uint32_t k = 0; k < cut.rows; k++)
		if (vec_valid(&cut, k))
			t->cut[k] = (uint64_t)cut.i[k];
	return 0;
}

void
tail_part_free(struct tail_part *t)
{
	batch_done(&t->batch);
}
