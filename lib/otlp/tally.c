#include "otlp/tally.h"

#include "otlp/rows.h"

static void
add_row(struct tally *t, const struct otlp_row *row)
{
	bool fresh;

	if (row->time > 0 && (t->min_time == 0 || row->time < t->min_time))
		t->min_time = row->time;
	if (row->time > t->max_time)
		t->max_time = row->time;
	if (row->service.n > 0 && t->services.n < TALLY_SERVICES_MAX)
		map_add(&t->services, row->service, &fresh);
}

int
tally_add(struct tally *t, unsigned signal, struct str payload, bool rows,
    struct err *e)
{
	struct otlp_rows it;
	struct otlp_row row;
	struct otlp_sum sum;

	t->records++;
	t->bytes += payload.n;
	if (otlp_check(signal, payload, &sum, e) == -1)
		return -1;
	t->items += sum.items;
	if (!rows)
		return 0;
	otlp_rows_init(&it, signal, payload);
	while (otlp_rows_next(&it, &row) == 1)
		add_row(t, &row);
	otlp_rows_free(&it);
	return 0;
}

void
tally_free(struct tally *t)
{
	map_free(&t->services);
}
