#include "otlp/listing.h"

#include <stdio.h>

#include "base/num.h"
#include "base/time.h"

struct show_table
listing_rows(void)
{
	static const char *const head[] = { "TIME", "SIGNAL", "SERVICE",
	    "NAME", "DETAIL", "TRACE", "SPAN" };

	return (struct show_table){ .cols = 7, .head = head };
}

struct show_table
listing_tallies(void)
{
	static const char *const head[] = { "SIGNAL", "RECORDS", "ITEMS",
	    "BYTES", "FROM", "TO", "SERVICES" };

	return (struct show_table){ .cols = 7, .head = head, .right = 0xe };
}

static void
put_time(struct show_table *t, uint64_t ns, unsigned digits)
{
	char out[40] = "";

	if (ns > 0)
		time_format(out, ns, digits);
	show_cell(t, str_of(out), SHOW_PLAIN);
}

static void
put_id(struct show_table *t, struct str id)
{
	char hex[33];

	str_hex(hex, id.p, id.n > 16 ? 16 : id.n);
	show_cell(t, str_of(hex), SHOW_DIM);
}

static void
add_row(struct show_table *t, const char *signal,
    const struct otlp_row *row)
{
	struct buf name = { 0 };

	show_fit(&name, row->name, LISTING_NAME_COLS, false);
	put_time(t, row->time, 6);
	show_cell(t, str_of(signal), SHOW_PLAIN);
	show_cell(t, row->service, show_style_of(row->service));
	show_cell(t, buf_str(&name), row->error ? SHOW_RED : SHOW_PLAIN);
	show_cell(t, row->detail, show_style_level(row->severity));
	put_id(t, row->trace_id);
	put_id(t, row->span_id);
	buf_free(&name);
}

int
listing_payload(struct show_table *t, const char *name, unsigned signal,
    struct str payload, struct err *e)
{
	struct otlp_rows it;
	struct otlp_row row;
	int r;

	otlp_rows_init(&it, signal, payload);
	while ((r = otlp_rows_next(&it, &row)) == 1)
		add_row(t, name, &row);
	otlp_rows_free(&it);
	return r == 0 ? 0 : err_set(e, ERR_CORRUPT, "not well formed");
}

static void
put_number(struct show_table *t, uint64_t n)
{
	char out[24];

	snprintf(out, sizeof out, "%llu", (unsigned long long)n);
	show_cell(t, str_of(out), SHOW_PLAIN);
}

void
listing_tally(struct show_table *t, const char *signal,
    const struct tally *tally)
{
	const struct map *m = &tally->services;
	struct buf b = { 0 };
	char size[24];

	show_cell(t, str_of(signal), SHOW_BOLD);
	put_number(t, tally->records);
	put_number(t, tally->items);
	show_cell(t, str_of(num_fmt_size(size, tally->bytes)), SHOW_PLAIN);
	put_time(t, tally->min_time, 3);
	put_time(t, tally->max_time, 3);
	for (uint32_t i = 0; i < m->n && i < LISTING_SERVICES; i++)
		buf_addf(&b, "%s%.*s", i > 0 ? " " : "", PS(m->key[i]));
	if (m->n > LISTING_SERVICES)
		buf_addf(&b, " and %u more", m->n - LISTING_SERVICES);
	show_cell(t, buf_str(&b), SHOW_PLAIN);
	buf_free(&b);
}
