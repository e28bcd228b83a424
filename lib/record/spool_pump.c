/* spool_pump: from a source into a spool. */
#include "record/source.h"

#include <poll.h>

#define FLUSH_BYTES	((uint64_t)8 << 20)	/* between two syncs, at most */
#define FULL_MS		250		/* a full spool is tried again */

static void
say(const struct spool_opts *o, const char *msg)
{
	if (o->say)
		o->say(o->say_arg, msg);
}

/* A full spool holds the source up. */
static int
write_one(struct spool *s, const struct rec *rec, int stop, struct err *e)
{
	struct pollfd p = { .fd = stop, .events = POLLIN };
	struct err w;
	bool said = false;

	while (spool_write(s, rec, NULL, e) == -1) {
		if (e->kind != ERR_AGAIN || spool_flush(s, e) == -1)
			return -1;
		if (!said) {
			err_set(&w, ERR_AGAIN, "%.400s: waiting", e->msg);
			say(spool_options(s), w.msg);
		}
		said = true;
		if (poll(&p, 1, FULL_MS) > 0)
			return err_set(e, ERR_AGAIN, "stopped while the spool "
			    "is full: a record was read and not kept");
	}
	return 0;
}

struct pump {
	struct spool *spool;
	struct ack *ack;	/* NULL: none */
	struct origin seen;	/* of the last record that had one */
	bool fresh;		/* and `ack` was not moved there */
};

/* What was written is durable, and acknowledged. */
static int
settle(struct pump *p, struct err *e)
{
	if (spool_flush(p->spool, e) == -1)
		return -1;
	if (p->ack && p->fresh && ack_move(p->ack, &p->seen, e) == -1)
		return -1;
	p->fresh = false;
	return 0;
}

/* The next record: 1, 0 the end. All is settled before a wait. */
static int
next(struct pump *p, struct source *src, struct rec *rec, int stop,
    struct err *e)
{
	int r = source_next(src, rec, 0, stop, e);

	if (r != -1 || e->kind != ERR_AGAIN)
		return r;
	*e = (struct err){ 0 };
	if (settle(p, e) == -1)
		return -1;
	return source_next(src, rec, -1, stop, e);
}

int
spool_pump(struct spool *s, struct source *src, struct ack *ack, int stop,
    struct err *e)
{
	struct pump p = { .spool = s, .ack = ack };
	struct err why = { 0 };
	uint64_t bytes = 0;
	struct rec rec;
	int r;

	while ((r = next(&p, src, &rec, stop, &why)) == 1) {
		source_stamp(src, &rec);
		if ((r = write_one(s, &rec, stop, &why)) == -1)
			break;
		if (rec.has_origin) {
			p.seen = rec.origin;
			p.fresh = true;
		}
		bytes += rec.raw.n;
		if (bytes < FLUSH_BYTES)
			continue;
		if ((r = settle(&p, &why)) == -1)
			break;
		bytes = 0;
	}
	if (settle(&p, r == -1 ? NULL : &why) == -1)
		r = -1;
	if (r == -1 && e)
		*e = why;
	return r;
}
