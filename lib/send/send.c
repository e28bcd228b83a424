#include "send/send.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/time.h"
#include "send/engine.h"

#define MOVE_NS		(200 * NS_MS)	/* between two moves of the cursor */
#define SPOOL_MS	50		/* a look at a spool, while busy */

static bool
full(const struct sender *s)
{
	return s->held >= SEND_HELD || s->head - s->tail >= SEND_AHEAD_MAX;
}

/* Whether a record more may be read. */
static bool
room(const struct sender *s)
{
	return !s->joining && (s->spare || s->open) &&
	    (s->held < SEND_HELD || s->busy == 0) &&
	    s->head - s->tail < SEND_AHEAD_MAX;
}

/*
 * When told to end, what is in a spool stays there for the next run; from a
 * plain pipe all is taken that comes in half the grace.
 */
static bool
reading(const struct sender *s)
{
	if (s->eof)
		return false;
	return s->stopped == 0 || (!s->ack && source_fd(s->source) != -1 &&
	    time_mono() - s->stopped < s->run->grace / 2);
}

struct entry *
sender_last(struct sender *s)
{
	return &s->ring[(s->head - 1) % SEND_AHEAD_MAX];
}

struct parcel *
sender_spare(struct sender *s)
{
	struct parcel *p = s->spare;

	s->spare = p->next;
	s->busy++;
	p->tries = 0;
	p->items = 0;
	p->post.arg = p;
	p->due = p->first = time_mono();
	return p;
}

/* One post of one record. */
static void
make(struct sender *s, const struct rec *rec, struct entry *at)
{
	const struct send_kind *k = &s->run->kind;
	struct parcel *p = sender_spare(s);
	struct err e = { 0 };
	int r = k->make(k->arg, rec, &p->post, &e);

	p->signal = rec->signal;
	p->items = rec->items;
	s->held += p->post.body.n;
	if (r != 0)
		sender_hold(p, at);
	if (r == 1)
		sender_wait(s, p);
	else if (r == 0)
		sender_release(s, p, true);
	else
		sender_refuse(s, p, e.msg);
}

/* The record has an entry; and parcels, when there is something to send. */
static void
take(struct sender *s, const struct rec *rec)
{
	struct entry *at = &s->ring[s->head++ % SEND_AHEAD_MAX];

	*at = (struct entry){ .has_origin = rec->has_origin,
	    .origin = rec->origin, .parcels = 1 };
	if (s->dead && rec->signal != SIGNAL_NONE)
		rec_put(&at->frame, rec, true);
	s->held += at->frame.n;
	if (rec->signal != SIGNAL_NONE && !s->run->kind.make) {
		s->rec = *rec;
		s->joining = true;
		s->joined = false;
		sender_join(s);
		return;
	}
	if (rec->signal != SIGNAL_NONE)
		make(s, rec, at);
	sender_leave(s, at);
}

/* Reads while there is room; waits for the first record only. */
static void
fill(struct sender *s, int timeout_ms, int stop)
{
	struct err e = { 0 };
	const char *msg;
	struct rec rec;

	if (s->joining)
		sender_join(s);
	while (room(s) && reading(s)) {
		int r = source_next(s->source, &rec, timeout_ms, stop, &e);

		if (r != -1 && source_damage(s->source, &msg))
			tool_say(s->run->tool, "%s", msg);
		if (r == -1 && (e.kind == ERR_AGAIN || e.kind == ERR_CANCEL))
			return;
		if (r != 1) {
			s->eof = true;	/* what was read is sent first */
			s->input = e;
			return;
		}
		source_stamp(s->source, &rec);
		take(s, &rec);
		timeout_ms = 0;
	}
}

/* The ms until then, at most `ms`, which may be -1. */
static int
until(uint64_t then, int ms)
{
	uint64_t now = time_mono(), left = then > now ?
	    (then - now + NS_MS - 1) / NS_MS : 0;

	return ms < 0 || left < (uint64_t)ms ? (int)left : ms;
}

/* Starts what is due; the time until the next is, in ms, at most `ms`. */
static int
start(struct sender *s, int ms)
{
	struct parcel *p;

	sender_close(s, full(s) || s->stopped != 0 ||
	    (!s->joining && !reading(s)));

	uint64_t now = time_mono();

	while ((p = s->waiting) && p->due <= now) {
		s->waiting = p->next;
		p->tries++;
		p->started = now;
		client_start(s->client, &p->post);
	}
	if (s->open)
		ms = until(s->open->first + s->run->kind.join.age, ms);
	return p ? until(p->due, ms) : ms;
}

/* Entries that are dealt with leave, in order. */
static void
retire(struct sender *s)
{
	while (s->tail < s->head) {
		const struct entry *t = &s->ring[s->tail % SEND_AHEAD_MAX];

		if (t->parcels > 0)
			break;
		if (t->has_origin) {
			s->dealt = t->origin;
			s->dealt_fresh = true;
		}
		s->tail++;
	}
}

/* Moves the cursor, when it is time. Dead letters are durable before. */
static int
move(struct sender *s, bool now)
{
	uint64_t t = time_mono();

	if (!s->ack || !s->dealt_fresh || (!now && t - s->moved < MOVE_NS))
		return 0;
	if ((s->dead && dead_sync(s->dead, &s->bad) == -1) ||
	    ack_move(s->ack, &s->dealt, &s->bad) == -1)
		return -1;
	s->moved = t;
	s->dealt_fresh = false;
	return 0;
}

/* Nothing is tried any more. */
static void
abandon(struct sender *s)
{
	struct parcel *p;
	struct post *post;

	client_cancel(s->client);
	while ((post = client_next(s->client)))
		sender_give_up(s, post->arg, post->why);
	while ((p = s->waiting)) {
		s->waiting = p->next;
		sender_give_up(s, p, p->post.why[0] ? p->post.why :
		    "told to end");
	}
}

static void
gauge(struct sender *s)
{
	metric_set(s->counts.flying, client_flying(s->client));
	metric_set(s->counts.waiting, s->head - s->tail);
	metric_set(s->counts.held, s->held);
}

/* One turn: 1 go on, 0 done, -1. */
static int
turn(struct sender *s)
{
	int fds[2] = { -1, -1 }, ms = -1, stop = s->stop;
	struct post *post;

	if (tool_stopped() && s->stopped == 0)
		s->stopped = time_mono();
	if (s->stopped != 0) {
		stop = -1;
		atomic_store(&s->ready, false);
		tool_stop_restore();
		if (time_mono() - s->stopped >= s->run->grace)
			abandon(s);
		ms = SPOOL_MS;
	}
	if (s->ack && s->dealt_fresh)
		ms = (int)(MOVE_NS / NS_MS);
	/* with nothing on its way, this waits */
	fill(s, s->busy > 0 ? 0 : ms, stop);
	ms = start(s, ms);
	gauge(s);
	if (s->joining && s->spare)
		ms = 0;		/* it was stuck, and is not any more */
	if (s->busy > 0) {
		bool more = room(s) && reading(s);

		fds[0] = stop;
		fds[1] = more ? source_fd(s->source) : -1;
		if (more && fds[1] == -1 && (ms < 0 || ms > SPOOL_MS))
			ms = SPOOL_MS;
		if (client_wait(s->client, fds, 2, ms < 0 ? 60000 : ms,
		    &s->bad) == -1)
			return -1;
	}
	while ((post = client_next(s->client)))
		sender_settle(s, post->arg);
	retire(s);
	gauge(s);
	if (s->bad.kind != ERR_NONE || move(s, false) == -1)
		return -1;
	return s->busy > 0 || s->joining || reading(s);
}

static bool
ready(void *arg)
{
	return atomic_load(&((struct sender *)arg)->ready);
}

static int
open_status(struct sender *s)
{
	struct send_run *run = s->run;

	atomic_store(&s->ready, true);
	if (!run->metrics)
		return 0;
	s->metrics = metrics_new(run->tool->name);
	send_counts_open(&s->counts, s->metrics);
	s->status = status_serve(run->tool, run->metrics, s->metrics, ready,
	    s, &s->bad);
	return s->status ? 0 : -1;
}

static int
begin(struct sender *s)
{
	struct send_run *run = s->run;

	if (run->ack)
		s->ack = ack_open_word(run->ack, &s->bad);
	else if (run->cursor)
		s->ack = ack_open(run->read, run->cursor, &s->bad);
	if (run->dead && s->bad.kind == ERR_NONE)
		s->dead = dead_open(run->dead, &s->bad);
	if (s->bad.kind == ERR_NONE)
		s->source = source_open(run->read ? run->read : "-",
		    run->cursor, !run->once, &s->bad);
	run->client.connections = run->flight;
	if (s->bad.kind == ERR_NONE)
		s->client = client_open(&run->client, &s->bad);
	s->parcels = xcalloc(run->flight, sizeof *s->parcels);
	for (unsigned i = 0; i < run->flight; i++) {
		s->parcels[i].next = s->spare;
		s->spare = &s->parcels[i];
	}
	s->dice = time_now();
	return s->bad.kind == ERR_NONE ? open_status(s) : -1;
}

static void
end(struct sender *s)
{
	status_close(s->status);
	metrics_free(s->metrics);
	client_close(s->client);
	for (unsigned i = 0; i < s->run->flight; i++) {
		struct parcel *p = &s->parcels[i];

		post_free(&p->post);
		buf_free(&p->key);
		free(p->of);
		if (p->batch)
			s->run->kind.join.free(p->batch);
	}
	free(s->parcels);
	for (uint32_t i = 0; i < SEND_AHEAD_MAX; i++)
		buf_free(&s->ring[i].frame);
	source_close(s->source);
	ack_close(s->ack);
}

/* What was not kept, in words; the exit status. */
static int
sum_up(const struct sender *s)
{
	const struct tool *tool = s->run->tool;

	if (s->lost + s->away + s->dead_n + s->rejected > 0)
		tool_say(tool, "%" PRIu64 " records sent (%" PRIu64
		    " items of them rejected), %" PRIu64 " refused, %" PRIu64
		    " given up, %" PRIu64 " to the dead letters", s->kept,
		    s->rejected, s->lost, s->away, s->dead_n);
	return s->lost > 0 ? 1 : s->away > 0 ? 75 : 0;
}

int
send_run(struct send_run *run)
{
	struct sender *s = xcalloc(1, sizeof *s);
	int status;

	if (!run->read && (run->cursor || run->once))
		tool_usage(run->tool, "-c and --once go with -r");
	if (run->cursor && run->ack)
		tool_usage(run->tool, "-c and --ack: one of them");
	s->run = run;
	s->stop = tool_stop_fd();
	if (begin(s) == 0)
		while (turn(s) == 1)
			;
	/* also after a failure: what was acknowledged is */
	if (s->client) {
		struct err first = s->bad;

		retire(s);
		s->bad = (struct err){ 0 };
		move(s, true);
		if (first.kind != ERR_NONE)
			s->bad = first;
	}
	dead_close(s->dead, s->bad.kind == ERR_NONE ? &s->bad : NULL);
	status = sum_up(s);
	if (s->bad.kind == ERR_NONE)
		s->bad = s->input;
	if (s->bad.kind != ERR_NONE)
		status = tool_fail(run->tool, &s->bad);
	end(s);
	free(s);
	return status;
}
