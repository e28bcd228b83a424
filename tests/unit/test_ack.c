/* A sink's cursor moves by origins: forward, behind the record, durable. */
#include "record/ack.h"

#include <stdio.h>
#include <unistd.h>

#include "folder.h"
#include "record/spool.h"
#include "unit.h"

static char dir[FOLDER_PATH];

/* Three large records, so that there are two segments; where they are. */
static void
make_spool(struct origin at[3])
{
	struct spool_opts o = { .segment_bytes = 1 };
	struct err e = { 0 };
	struct spool *s = spool_open(dir, &o, &e);
	static const char zeros[1800];
	struct rec rec = { .signal = SIGNAL_LOGS,
	    .payload = str_mk(zeros, sizeof zeros) };

	for (int i = 0; i < 3; i++)
		CHECK(spool_append(s, &rec, &at[i], &e) == 0);
	CHECK(at[0].segment == 1 && at[2].segment == 2);
	CHECK(spool_close(s, &e) == 0);
}

static unsigned
left(void)
{
	struct spool_reader *rd = spool_read(dir, NULL);
	struct spool_cursor c;
	struct rec rec;
	unsigned n = 0;

	CHECK(spool_cursor_get(dir, "out", &c, NULL) == 1);
	CHECK(spool_seek(rd, &c, NULL) == 0);
	while (spool_next(rd, &rec, NULL) == 1)
		n++;
	spool_reader_close(rd);
	return n;
}

int
main(void)
{
	struct origin at[3], odd;
	struct err e = { 0 };
	struct ack *a;

	folder_new(dir, "ack");
	make_spool(at);
	a = ack_open(dir, "out", &e);
	CHECK(a && left() == 3);
	odd = at[2];
	odd.spool[3] ^= 1;
	CHECK(ack_move(a, &odd, &e) == 0 && left() == 3);
	CHECK(ack_move(a, &at[0], &e) == 0 && left() == 2);
	odd = at[1];
	odd.offset++;
	CHECK(ack_move(a, &odd, &e) == 0 && left() == 2);
	CHECK(ack_move(a, &at[2], &e) == 0 && left() == 0);
	CHECK(ack_move(a, &at[1], &e) == 0 && left() == 0);
	ack_close(a);
	/* a later run does not go back, either */
	a = ack_open(dir, "out", &e);
	CHECK(ack_move(a, &at[0], &e) == 0 && left() == 0);
	ack_close(a);
	CHECK(!ack_open("/nowhere", "out", &e));
	CHECK(!ack_open(dir, "bad/name", &e));
	CHECK(folder_wipe(dir) == 0);
	return unit_done();
}
