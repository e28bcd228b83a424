#include "pipe/hold.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "otlp/split.h"
#include "record/parts.h"

#define TENANT_MAX	1024	/* records of longer names are not joined */

/* What is held of one signal and tenant; never empty. */
struct group {
	struct rec rec;		/* payload and tenant: of the bufs */
	struct buf payload, tenant, parts;
	struct origin one;	/* of the record, while `n` is 1 */
	uint32_t n;		/* records, or more */
	bool spooled;		/* they come from a spool */
	uint64_t items, since;	/* time_mono of the first record */
	bool untimed;		/* some time is not known */
	bool has_before;	/* the last origin before the first record */
	struct origin before;
	struct group *next;
};

struct hold {
	struct hold_opts opts;
	struct sink *out;
	struct group *groups, **last;	/* the oldest first */
	unsigned groups_n;
	size_t bytes;
	struct group *spare;
	bool has_spool, has_seen, has_said;
	uint8_t spool[16];		/* where records come from */
	struct origin seen, said;	/* the last one taken, given out */
	struct buf piece, work, parts;
};

void
hold_counts_open(struct hold_counts *c, struct metrics *m)
{
	static const char *const names[] = { "records_in_total",
	    "records_out_total", "items_total" };
	static const char *const help[] = { "Records read.",
	    "Records given out.", "Items of them, where they are counted." };
	struct metric **const to[] = { c->in, c->out, c->items };
	char labels[40];

	for (int i = 0; i < 3; i++)
		for (int s = SIGNAL_NONE; s < SIGNALS; s++) {
			snprintf(labels, sizeof labels, "signal=\"%s\"",
			    signal_name((enum signal)s));
			to[i][s] = metrics_counter(m, names[i], help[i],
			    labels);
		}
	c->bytes = metrics_gauge(m, "bytes_held", "Bytes held now.", "");
}

struct hold *
hold_open(const struct hold_opts *o, struct sink *out)
{
	struct hold *h = xcalloc(1, sizeof *h);

	h->opts = *o;
	h->out = out;
	h->last = &h->groups;
	return h;
}

static void
group_free(struct group *g)
{
	if (!g)
		return;
	buf_free(&g->payload);
	buf_free(&g->tenant);
	buf_free(&g->parts);
	free(g);
}

void
hold_close(struct hold *h)
{
	while (h->groups) {
		struct group *g = h->groups;

		h->groups = g->next;
		group_free(g);
	}
	group_free(h->spare);
	buf_free(&h->piece);
	buf_free(&h->work);
	buf_free(&h->parts);
	free(h);
}

void
hold_hurry(struct hold *h)
{
	h->opts.time = 0;
}

uint64_t
hold_due(const struct hold *h)
{
	return h->groups ? h->groups->since + h->opts.time : UINT64_MAX;
}

static bool
same_origin(const struct origin *a, const struct origin *b)
{
	return a->segment == b->segment && a->offset == b->offset &&
	    memcmp(a->spool, b->spool, sizeof a->spool) == 0;
}

/* The spool that the record came from, by way of others or not; or NULL. */
static const uint8_t *
spool_of(const struct rec *rec)
{
	if (rec->parts.n > 0)
		return parts_spool(rec->parts);
	return rec->has_origin ? rec->origin.spool : NULL;
}

/* To the parts of a joined record: so many bytes of this one, and `upto`. */
static void
add_parts(struct buf *b, const struct rec *rec, size_t bytes, uint64_t upto)
{
	struct part p = { rec->origin.segment, rec->origin.offset,
		(uint32_t)bytes, (uint32_t)upto };

	if (!spool_of(rec))
		return;
	if (b->n == 0)
		parts_begin(b, spool_of(rec));
	if (rec->parts.n > 0)
		buf_adds(b, parts_list(rec->parts));
	else
		parts_add(b, &p);
}

/*
 * The origin for what goes out now: all before it was given out, if `groups`
 * is what is held still.
 */
static void
stamp(struct hold *h, struct rec *rec, bool spooled)
{
	const struct group *g = h->groups;
	bool has = g ? g->has_before : h->has_seen;
	struct origin o = g ? g->before : h->seen;

	/* what comes from no spool must not be taken for what does */
	rec->has_origin = spooled && has && !(h->has_said &&
	    same_origin(&o, &h->said));
	rec->origin = o;
	if (!rec->has_origin)
		return;
	h->said = o;
	h->has_said = true;
}

/* Which record `out` is of, where its origin does not say it. */
static void
name_parts(struct hold *h, struct rec *out, const struct rec *of,
    uint64_t upto)
{
	if (of->parts.n > 0 || !of->has_origin || (upto == 0 &&
	    out->has_origin && same_origin(&out->origin, &of->origin)))
		return;
	buf_reset(&h->parts);
	add_parts(&h->parts, of, out->payload.n, upto);
	out->parts = buf_str(&h->parts);
}

static int
put(struct hold *h, const struct rec *rec, struct err *e)
{
	struct err why = { 0 };

	sink_put(h->out, &rec, 1, &why);
	metric_add(h->opts.counts.out[rec->signal], 1);
	metric_add(h->opts.counts.items[rec->signal], rec->items);
	metric_set(h->opts.counts.bytes, h->bytes);
	if (why.kind == ERR_NONE)
		return 0;
	if (e)
		*e = why;
	return err_in(e, "stdout");
}

/* The payload is not the bytes of its parts any more. */
static void
loosen(struct hold *h, struct rec *rec)
{
	struct buf loose = { 0 };

	if (rec->parts.n == 0)
		return;
	parts_add_loose(&loose, rec->parts);
	buf_free(&h->parts);
	h->parts = loose;
	rec->parts = buf_str(&loose);
}

/* Gives it out, whole. */
static int
put_whole(struct hold *h, struct rec *rec, uint64_t items, struct err *e)
{
	rec->items = items > UINT32_MAX ? 0 : (uint32_t)items;
	if (h->opts.regroup) {
		buf_reset(&h->work);
		if (otlp_regroup(rec->payload, &h->work) == 0) {
			rec->payload = buf_str(&h->work);
			loosen(h, rec);
		}
	}
	return put(h, rec, e);
}

static struct group *
take_off(struct hold *h, struct group **at)
{
	struct group *g = *at;

	*at = g->next;
	if (!*at)
		h->last = at;
	h->groups_n--;
	h->bytes -= g->payload.n + g->parts.n;
	return g;
}

static int
give_out(struct hold *h, struct group **at, struct err *e)
{
	struct group *g = take_off(h, at);
	int r;

	g->rec.payload = buf_str(&g->payload);
	g->rec.tenant = buf_str(&g->tenant);
	stamp(h, &g->rec, g->spooled);
	if (g->n != 1 || !g->rec.has_origin ||
	    !same_origin(&g->rec.origin, &g->one))
		g->rec.parts = buf_str(&g->parts);
	r = put_whole(h, &g->rec, g->items, e);
	group_free(h->spare);
	h->spare = g;
	return r;
}

int
hold_flush(struct hold *h, struct err *e)
{
	while (h->groups)
		if (give_out(h, &h->groups, e) == -1)
			return -1;
	return 0;
}

int
hold_tick(struct hold *h, uint64_t now, struct err *e)
{
	while (h->groups && hold_due(h) <= now)
		if (give_out(h, &h->groups, e) == -1)
			return -1;
	return 0;
}

static struct group **
find(struct hold *h, const struct rec *rec)
{
	struct group **at = &h->groups;

	while (*at && ((*at)->rec.signal != rec->signal ||
	    !str_eq(buf_str(&(*at)->tenant), rec->tenant) ||
	    (*at)->spooled != (spool_of(rec) != NULL)))
		at = &(*at)->next;
	return at;
}

/* A new group, of nothing yet. `before`: of the record it begins with. */
static struct group *
begin(struct hold *h, const struct rec *rec, bool has_before,
    const struct origin *before)
{
	struct group *g = h->spare ? h->spare : xcalloc(1, sizeof *g);

	h->spare = NULL;
	buf_reset(&g->payload);
	buf_reset(&g->tenant);
	buf_reset(&g->parts);
	buf_adds(&g->tenant, rec->tenant);
	g->rec = (struct rec){ .signal = rec->signal };
	g->items = g->n = 0;
	g->spooled = spool_of(rec) != NULL;
	g->untimed = false;
	g->since = time_mono();
	g->has_before = has_before;
	g->before = *before;
	g->next = NULL;
	*h->last = g;
	h->last = &g->next;
	h->groups_n++;
	return g;
}

static void
join(struct hold *h, struct group *g, const struct rec *rec,
    struct str payload, uint64_t items)
{
	struct rec *to = &g->rec;
	size_t had = g->parts.n;

	buf_adds(&g->payload, payload);
	add_parts(&g->parts, rec, payload.n, 0);
	h->bytes += payload.n + g->parts.n - had;
	metric_set(h->opts.counts.bytes, h->bytes);
	g->n += rec->parts.n > 0 ? 2 : 1;
	g->one = rec->origin;
	g->items += items;
	if (rec->received > 0 && (to->received == 0 ||
	    rec->received < to->received))
		to->received = rec->received;
	if (items == 0)
		return;
	if (rec->min_time == 0 || rec->max_time == 0)
		g->untimed = true;
	if (to->min_time == 0 || rec->min_time < to->min_time)
		to->min_time = rec->min_time;
	if (rec->max_time > to->max_time)
		to->max_time = rec->max_time;
	if (g->untimed)
		to->min_time = to->max_time = 0;
}

/*
 * A record over the bounds, in pieces. The last one, unless it is large
 * enough, begins the next batch. What does not parse goes on as it is.
 */
static int
cut(struct hold *h, const struct rec *rec, bool has_before,
    const struct origin *before, struct err *e)
{
	const struct hold_opts *o = &h->opts;
	struct otlp_split s;
	struct buf ahead = { 0 };
	uint64_t n, next, upto = 0;
	int r, more = 0;

	otlp_split_init(&s, rec->signal, rec->payload, o->items_max,
	    o->bytes_max);
	buf_reset(&h->piece);
	r = otlp_split_next(&s, &h->piece, &n);
	for (; r == 1; r = more) {
		struct rec out = *rec;

		buf_reset(&ahead);
		more = otlp_split_next(&s, &ahead, &next);
		out.payload = buf_str(&h->piece);
		out.has_origin = false;
		out.parts = S("");
		upto += n;
		if (more != 1 && n < o->items && o->time > 0 &&
		    rec->parts.n == 0) {
			join(h, begin(h, rec, has_before, before), rec,
			    out.payload, n);
			break;
		}
		if (more != 1)
			stamp(h, &out, spool_of(rec) != NULL);
		name_parts(h, &out, rec, more == 1 ? upto : 0);
		if (more != 1 && rec->parts.n > 0) {
			/* those before it may come twice */
			out.parts = rec->parts;
			loosen(h, &out);
		}
		if (put_whole(h, &out, n, e) == -1)
			break;
		struct buf was = h->piece;

		h->piece = ahead;
		ahead = was;
		n = next;
	}
	otlp_split_free(&s);
	buf_free(&ahead);
	return sink_broken(h->out, NULL) ? -1 : 0;
}

/* Goes on as it is, but for its origin. */
static int
pass(struct hold *h, const struct rec *rec, struct err *e)
{
	struct rec out = *rec;

	stamp(h, &out, spool_of(rec) != NULL);
	if (out.signal != SIGNAL_NONE)
		name_parts(h, &out, rec, 0);
	if (out.signal == SIGNAL_NONE && !out.has_origin &&
	    out.unknown.n == 0)
		return 0;
	return put(h, &out, e);
}

/* A payload that may be joined, of so many items. */
static int
take(struct hold *h, const struct rec *rec, uint64_t items, bool has_before,
    const struct origin *before, struct err *e)
{
	const struct hold_opts *o = &h->opts;
	struct group **at = find(h, rec), *g = *at;

	if (items == 0 && rec->payload.n > o->bytes_max)
		return pass(h, rec, e);
	if (items > o->items_max || rec->payload.n > o->bytes_max)
		return cut(h, rec, has_before, before, e);
	if (!g && (items >= o->items || o->time == 0)) {
		struct rec out = *rec;

		stamp(h, &out, spool_of(rec) != NULL);
		name_parts(h, &out, rec, 0);
		return put_whole(h, &out, items, e);	/* not copied */
	}
	if (!g) {
		at = h->last;
		g = begin(h, rec, has_before, before);
	}
	join(h, g, rec, rec->payload, items);
	return g->items >= o->items ? give_out(h, at, e) : 0;
}

/* Whether the record is of another spool than those that are held: then the
 * order of origins says nothing. */
static bool
other_spool(const struct hold *h, const struct rec *rec)
{
	const uint8_t *id = spool_of(rec);

	return id && h->has_spool &&
	    memcmp(id, h->spool, sizeof h->spool) != 0;
}

/* Gives out what must be out before the record comes. */
static int
make_room(struct hold *h, const struct rec *rec, bool joins, uint64_t items,
    struct err *e)
{
	const struct hold_opts *o = &h->opts;
	struct group **at = find(h, rec);
	size_t parts = rec->parts.n + PART_MAX;

	if (rec->unknown.n > 0 || other_spool(h, rec))
		return hold_flush(h, e);
	if (!joins)
		return 0;
	if (*at && ((*at)->items + items > o->items_max ||
	    (*at)->payload.n + rec->payload.n > o->bytes_max ||
	    (*at)->parts.n + parts > PARTS_MAX) && give_out(h, at, e) == -1)
		return -1;
	while (h->groups && (h->groups_n == HOLD_GROUPS_MAX ||
	    h->bytes + rec->payload.n + parts > HOLD_BYTES_MAX))
		if (give_out(h, &h->groups, e) == -1)
			return -1;
	return 0;
}

/* Whether it can be joined at all. */
static bool
joinable(const struct rec *rec)
{
	return rec->signal != SIGNAL_NONE &&
	    rec->signal != SIGNAL_PROFILES && rec->unknown.n == 0 &&
	    rec->tenant.n <= TENANT_MAX &&
	    (rec->parts.n == 0 || parts_tight(rec));
}

int
hold_add(struct hold *h, const struct rec *rec, struct err *e)
{
	bool has_before, joins = joinable(rec);
	struct origin before;
	uint64_t items = 0;

	if (joins && otlp_count(rec->signal, rec->payload, &items) == -1)
		joins = false;
	if (make_room(h, rec, joins, items, e) == -1)
		return -1;
	metric_add(h->opts.counts.in[rec->signal], 1);
	if (spool_of(rec)) {
		memcpy(h->spool, spool_of(rec), sizeof h->spool);
		h->has_spool = true;
	}
	has_before = h->has_seen;
	before = h->seen;
	if (rec->has_origin) {
		h->seen = rec->origin;
		h->has_seen = true;
	}
	if (!joins)
		return pass(h, rec, e);
	return take(h, rec, items, has_before, &before, e);
}
