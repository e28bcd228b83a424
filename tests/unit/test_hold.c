/*
 * Records held and given out: all of them, in order, within the bounds; and
 * no origin before all that it stands for.
 */
#include "pipe/hold.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/hash.h"
#include "folder.h"
#include "otlp/split.h"
#include "otlp/walk.h"
#include "record/spool.h"
#include "unit.h"
#include "unit/pb.h"

#define RECORDS	60u

static uint64_t dice;

static unsigned
roll(unsigned n)
{
	return (unsigned)(hash_u64(++dice * 0x9e3779b97f4a7c15) % n);
}

struct sent {
	enum signal signal;
	unsigned tenant, items;
};

/* A payload of items named "RECORD.NUMBER". */
static struct buf
payload(unsigned no, unsigned items)
{
	struct buf b = { 0 }, item = { 0 };

	for (unsigned i = 0; i < items; i++) {
		buf_reset(&item);
		buf_addf(&item, "%u.%u", no, i);
		pb_wrap(&item, 5);
		pb_bytes(&b, 2, buf_str(&item));
	}
	pb_wrap(&b, 2);
	pb_wrap(&b, 1);
	buf_free(&item);
	return b;
}

static const char *const tenants[] = { "", "acme", "other" };

/* Feeds random records from place `from` on, some eaten; what is still held
 * at the end stays so. */
static void
feed(struct hold *h, struct sent sent[], unsigned from, unsigned upto)
{
	for (unsigned i = from; i < upto; i++) {
		struct sent *s = &sent[i];
		struct buf b = payload(i, s->items);
		struct rec rec = { .signal = s->signal,
		    .payload = buf_str(&b),
		    .tenant = str_of(tenants[s->tenant]),
		    .received = 1000 + i, .min_time = 500 + i,
		    .max_time = 500 + i, .has_origin = true,
		    .origin = { .segment = 1, .offset = i } };

		CHECK(hold_add(h, &rec, NULL) == 0);
		buf_free(&b);
		if (roll(9) == 0)
			CHECK(hold_tick(h, UINT64_MAX - 1, NULL) == 0);
	}
}

/* The item's two numbers. */
static bool
item_of(struct str item, unsigned *no, unsigned *i)
{
	struct cur c = cur_of(item);
	struct field f;
	char text[32];

	CHECK(cur_field(&c, &f) == 1 && f.no == 5);
	snprintf(text, sizeof text, "%.*s", PS(f.b));
	return sscanf(text, "%u.%u", no, i) == 2;
}

struct seen {
	unsigned next[RECORDS];		/* item expected of each record */
	unsigned last[SIGNALS][3];	/* record, of a signal and tenant */
	unsigned doubled;
};

/* One record that came out: its items follow those before. */
static void
look(struct seen *w, const struct sent sent[], const struct rec *rec,
    const struct hold_opts *o)
{
	struct otlp_items it;
	struct str item;
	uint64_t n = 0;
	unsigned no, i, t = rec->tenant.n == 0 ? 0 : rec->tenant.n == 4 ? 1 : 2;

	otlp_items_init(&it, rec->payload);
	while (otlp_items_next(&it, &item) == 1) {
		CHECK(item_of(item, &no, &i));
		CHECK(sent[no].signal == rec->signal && sent[no].tenant == t);
		n++;
		if (i < w->next[no]) {
			w->doubled++;
			continue;
		}
		CHECK(i == w->next[no]);
		w->next[no] = i + 1;
		CHECK(no >= w->last[rec->signal][t]);
		w->last[rec->signal][t] = no;
		CHECK(rec->received > 0 && rec->received <= 1000 + no);
		CHECK(rec->signal == SIGNAL_METRICS ||
		    (rec->min_time <= 500 + no && rec->max_time >= 500 + no));
	}
	if (rec->signal != SIGNAL_PROFILES && rec->signal != SIGNAL_METRICS)
		CHECK(n <= o->items_max && n == rec->items);
	CHECK(rec->payload.n <= o->bytes_max || n <= 1 ||
	    rec->signal == SIGNAL_PROFILES);
}

/* Every record up to the origin, with it, has been out. */
static void
check_origin(const struct seen *w, const struct sent sent[],
    const struct rec *rec)
{
	for (unsigned i = 0; i <= rec->origin.offset; i++)
		if (sent[i].signal != SIGNAL_NONE)
			CHECK(w->next[i] == sent[i].items);
}

/* Reads what came out, into a spool as well; the greatest origin so far in
 * *acked (-1: none). */
static void
drain(int fd, off_t *at, struct seen *w, const struct sent sent[],
    const struct hold_opts *o, int *acked, struct spool *to)
{
	struct rec_reader *rd;
	struct rec rec;
	int r;

	lseek(fd, *at, SEEK_SET);
	rd = rec_fdopen(fd, "out");
	while ((r = rec_next(rd, &rec, NULL)) == 1) {
		CHECK(spool_append(to, &rec, NULL, NULL) == 0);
		if (rec.signal != SIGNAL_NONE)
			look(w, sent, &rec, o);
		if (!rec.has_origin)
			continue;
		check_origin(w, sent, &rec);
		if ((int)rec.origin.offset > *acked)
			*acked = (int)rec.origin.offset;
	}
	CHECK(r == 0);
	rec_close(rd);
	*at = lseek(fd, 0, SEEK_END);
}

/* All is in the spool, in order; once, if nothing was regrouped. */
static void
check_spool(const char *dir, const struct sent sent[],
    const struct hold_opts *o)
{
	struct spool_reader *rd = spool_read(dir, NULL);
	struct seen w = { 0 };
	struct hold_opts any = *o;
	struct rec rec;
	int r;

	while ((r = spool_next(rd, &rec, NULL)) == 1) {
		uint64_t items = rec.items;

		if (rec.signal == SIGNAL_NONE)
			continue;
		if (items == 0 && rec.signal != SIGNAL_PROFILES)
			otlp_count(rec.signal, rec.payload, &items);
		rec.items = (uint32_t)items;
		look(&w, sent, &rec, &any);
	}
	CHECK(r == 0);
	for (unsigned i = 0; i < RECORDS; i++)
		if (sent[i].signal != SIGNAL_NONE)
			CHECK(w.next[i] == sent[i].items);
	CHECK(o->regroup || w.doubled == 0);
	spool_reader_close(rd);
}

/* Killed and begun again behind what was acknowledged, or before that, several
 * times, into a spool that is opened anew now and then. */
static void
test_kills(void)
{
	struct hold_opts o = { .items = 1 + roll(30), .bytes_max = 4000,
	    .time = UINT64_C(3600000000000), .regroup = roll(4) == 0 };
	struct spool_opts so = { .sync = SPOOL_SYNC_NONE };
	struct sent sent[RECORDS];
	struct seen w = { 0 };
	int fd = memfd_create("out", 0), acked = -1;
	char dir[FOLDER_PATH];
	struct spool *to;
	off_t at = 0;

	folder_new(dir, "hold");
	to = spool_open(dir, &so, NULL);
	o.items_max = o.items + roll(30);
	for (unsigned i = 0; i < RECORDS; i++) {
		unsigned kind = roll(10);

		sent[i] = (struct sent){ kind < 6 ? SIGNAL_TRACES : kind < 8 ?
		    SIGNAL_LOGS : kind == 8 ? SIGNAL_NONE : SIGNAL_PROFILES,
		    roll(3), 1 + roll(roll(8) ? 8 : 90) };
	}
	for (int runs = 0; acked < (int)RECORDS - 1 && runs < 500; runs++) {
		struct sink *out = sink_open(NULL, NULL, fd, NULL);
		struct hold *h = hold_open(&o, out);
		unsigned from = roll((unsigned)acked + 2);
		unsigned upto = (unsigned)acked + 2 + roll(RECORDS);

		if (upto > RECORDS)
			upto = RECORDS;
		feed(h, sent, from, upto);
		if (upto == RECORDS && roll(2))
			CHECK(hold_flush(h, NULL) == 0);
		hold_close(h);		/* what is held is gone */
		sink_close(out, NULL);
		drain(fd, &at, &w, sent, &o, &acked, to);
		if (roll(3) == 0) {
			spool_close(to, NULL);
			to = spool_open(dir, &so, NULL);
		}
	}
	CHECK(acked == (int)RECORDS - 1);
	spool_close(to, NULL);
	check_spool(dir, sent, &o);
	CHECK(folder_wipe(dir) == 0);
	close(fd);
}

/* A metric counts as its points, and is not cut. */
static void
test_metric(void)
{
	struct hold_opts o = { .items = 2, .items_max = 3, .bytes_max = 9999,
	    .time = UINT64_MAX / 4 };
	struct buf b = { 0 };
	int fd = memfd_create("out", 0);
	struct sink *out = sink_open(NULL, NULL, fd, NULL);
	struct hold *h = hold_open(&o, out);
	struct rec_reader *rd;
	struct rec rec = { .signal = SIGNAL_METRICS };

	for (int i = 0; i < 7; i++)
		pb_bytes(&b, 1, S("point"));
	pb_wrap(&b, 7);
	pb_wrap(&b, 2);
	pb_wrap(&b, 2);
	pb_wrap(&b, 1);
	rec.payload = buf_str(&b);
	CHECK(hold_add(h, &rec, NULL) == 0);
	lseek(fd, 0, SEEK_SET);
	rd = rec_fdopen(fd, "out");
	CHECK(rec_next(rd, &rec, NULL) == 1 && rec.items == 7);
	CHECK(str_eq(rec.payload, buf_str(&b)));
	rec_close(rd);
	hold_close(h);
	sink_close(out, NULL);
	buf_free(&b);
	close(fd);
}

int
main(void)
{
	unsigned long rounds = unit_rounds(60, 20000);

	for (unsigned long i = 0; i < rounds; i++) {
		dice = i * 1000003;
		test_kills();
	}
	test_metric();
	return unit_done();
}
