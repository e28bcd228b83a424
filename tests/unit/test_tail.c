/* The tail: the same records at every pass, from memory or from the spools. */
#include "spoolrig.h"
#include "store/tail.h"

#define RECORDS	200u	/* in each of two spools; every 7th is no log's */

/* A spool of some, and where a tail of it begins: at its 10th. */
static void
fill(struct manifest *m, const char *name, uint32_t base)
{
	struct spool_cursor from = { .segment = 0 };
	struct err e = { 0 };
	char body[32];
	struct spool *s;

	fresh(name);
	s = open_spool(&(struct spool_opts){ .sync = SPOOL_SYNC_NONE,
	    .segment_bytes = 4096 });
	for (uint32_t n = 0; n < RECORDS; n++) {
		struct rec r = numbered(base + n, body, sizeof body);

		r.signal = n % 7 == 3 ? SIGNAL_TRACES : SIGNAL_LOGS;
		CHECK(spool_append(s, &r, NULL, &e) == 0);
	}
	CHECK(spool_close(s, &e) == 0);

	struct spool_reader *rd = spool_read(dir, &e);
	struct rec rec;

	for (int k = 0; k < 10; k++)
		CHECK(spool_next(rd, &rec, &e) == 1);
	spool_tell(rd, &from);
	spool_reader_close(rd);
	m->source[m->sources++] = (struct manifest_source){
	    arena_str(&m->mem, str_of(dir)), from };
}

/* Reads the tail: how many, of which so many stay; all in order. */
static uint32_t
pass(struct tail *t, uint32_t *stays)
{
	struct str first = { NULL, 0 };
	uint32_t n = 0, at = 10;
	struct err e = { 0 };
	struct rec rec;
	int r;

	*stays = 0;
	while ((r = tail_next(t, SIGNAL_LOGS, &rec, &e)) == 1) {
		while (at % RECORDS % 7 == 3 || at % RECORDS < 10)
			at++;
		CHECK(rec.received == at + 1 &&
		    strtoul(rec.payload.p, NULL, 10) == at);
		at++;
		n++;
		CHECK(!t->stays || n == *stays + 1);	/* the first ones */
		*stays += t->stays;
		if (n == 1 && t->stays)
			first = rec.payload;
	}
	CHECK(r == 0);
	CHECK(first.n == 0 || strtoul(first.p, NULL, 10) == 11);
	return n;
}

static void
see(void *arg, const struct rec *rec)
{
	(void)rec;
	++*(uint32_t *)arg;
}

int
main(void)
{
	/* of a spool 190 records are in the tail, 28 of them no logs */
	static const struct { size_t keep; uint32_t least, most; } at[] = {
		{ 0, 0, 0 }, { 60, 0, 1 }, { 4000, 40, 100 },
		{ 12000, 162, 323 }, { 1 << 20, 324, 324 },
	};
	struct manifest_source source[2];
	struct manifest m = { .source = source };

	folder_new(root, "tail");
	fill(&m, "a", 0);
	fill(&m, "b", RECORDS);
	for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
		struct tail t = { .keep = at[i].keep };
		uint32_t seen = 0, stays;

		tail_open(&t, root, &m, SIGNAL_LOGS, see, &seen);
		CHECK(t.records == 324 && seen == 324 && t.faults == 0);
		for (int k = 0; k < 3; k++) {
			CHECK(pass(&t, &stays) == 324);
			CHECK(stays >= at[i].least && stays <= at[i].most);
			tail_rewind(&t);
		}
		CHECK(!tail_grown(&t));
		tail_close(&t);
	}
	arena_free(&m.mem);
	CHECK(folder_wipe(root) == 0);
	return unit_done();
}
