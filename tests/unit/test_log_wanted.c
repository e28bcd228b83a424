/* Of the tail: one line of each stream, whatever else its records hold. */
#include "unit.h"

#include "log/rows.h"
#include "log/wanted.h"

#include "logdata.h"

/* A record of a line of the service, and, if `bad`, one that is none. */
static struct rec
record(struct buf *b, unsigned service, uint64_t time, bool bad)
{
	char text[] = "line";
	struct want w = { .time = time, .service = service, .text = text,
	    .n = 4 };
	struct buf scope = { 0 }, res = { 0 };

	buf_reset(b);
	put_want(b, &w);
	if (bad) {
		pb_bytes(&scope, 2, S("\x09\x01"));	/* eight bytes, of one */
		pb_bytes(&res, 2, buf_str(&scope));
		pb_bytes(b, 1, buf_str(&res));
	}
	buf_free(&scope);
	buf_free(&res);
	return (struct rec){ .signal = SIGNAL_LOGS, .received = time,
	    .payload = buf_str(b) };
}

int
main(void)
{
	static const struct { unsigned service; uint64_t time; bool bad; }
	in[] = {
		{ 1, 50, true },	/* nothing of it is taken */
		{ 1, 5, false },	/* before the range */
		{ 1, 51, false }, { 1, 52, false },
		{ 2, 53, true }, { 2, 54, false }, { 1, 55, false },
		{ 2, 56, false },
	};
	const struct log_scan_opts o = { .from = 10, .to = 100,
	    .any_line = true };
	struct log_rows *r = rows_new();
	struct arena mem = { 0 };
	struct wanted wanted;
	struct buf b = { 0 };

	wanted_init(&wanted, &o, &mem);
	for (size_t i = 0; i < sizeof in / sizeof *in; i++) {
		struct rec rec = record(&b, in[i].service, in[i].time,
		    in[i].bad);
		struct err e = { 0 };

		CHECK(rows_take(r, &rec, (struct str){ NULL, 0 }, NULL,
		    &wanted, &mem, &e) == (in[i].bad ? -1 : 0));
		if (i == 1)
			CHECK(r->n == 0);
		if (i == 2 || i == 3)
			CHECK(r->n == 1 && r->row[0].time == 51);
	}
	/* what was taken back makes the first stream wanted again, too */
	CHECK(r->n == 3 && r->row[1].time == 54 && r->row[2].time == 55);
	wanted_free(&wanted);
	rows_free(r);
	buf_free(&b);
	arena_free(&mem);
	return unit_done();
}
