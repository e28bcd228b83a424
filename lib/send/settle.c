/* What becomes of a record when its post has ended. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/hash.h"
#include "base/time.h"
#include "send/engine.h"

#define GRIPE_NS	(10 * NS_S)	/* between two of a kind */
#define KEEP_MAX	((size_t)1 << 20)	/* of a spare parcel's memory */

/* Said now and then: "... (and 12 more like it)". */
static void __attribute__((format(printf, 3, 4)))
complain(struct sender *s, struct gripe *g, const char *fmt, ...)
{
	uint64_t now = time_mono();
	char msg[512];
	va_list ap;

	if (g->said != 0 && now - g->said < GRIPE_NS) {
		g->more++;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(msg, sizeof msg, fmt, ap);
	va_end(ap);
	if (g->more > 0)
		tool_say(s->run->tool, "%s (and %" PRIu64 " more like it)",
		    msg, g->more);
	else
		tool_say(s->run->tool, "%s", msg);
	*g = (struct gripe){ .said = now };
}

void
sender_hold(struct parcel *p, struct entry *at)
{
	if (p->n > 0 && p->of[p->n - 1] == at)
		return;
	if (p->n == p->cap) {
		p->cap = p->cap > 0 ? p->cap * 2 : 8;
		p->of = xrealloc(p->of, p->cap, sizeof(struct entry *));
	}
	p->of[p->n++] = at;
	at->parcels++;
	at->sent = true;
}

void
sender_leave(struct sender *s, struct entry *at)
{
	if (--at->parcels > 0)
		return;
	if (at->sent && !at->buried && !at->lost) {
		s->kept++;
		metric_add(s->counts.records[SEND_KEPT], 1);
	}
	s->held -= at->frame.n;
	buf_free(&at->frame);	/* there are many entries */
}

void
sender_release(struct sender *s, struct parcel *p, bool dealt)
{
	for (uint32_t i = 0; dealt && i < p->n; i++)
		sender_leave(s, p->of[i]);
	p->n = 0;
	s->held -= p->post.body.n;
	if (p->post.body.cap > KEEP_MAX)
		buf_free(&p->post.body);
	post_reset(&p->post);
	p->next = s->spare;
	s->spare = p;
	s->busy--;
}

/* Into the file of dead letters, once, if there is one: is it there? */
static bool
bury(struct sender *s, struct entry *at)
{
	if (!s->dead)
		return false;
	if (!at->buried && dead_put(s->dead, buf_str(&at->frame),
	    &s->bad) == 0) {	/* else the run ends by that */
		at->buried = true;
		s->dead_n++;
		metric_add(s->counts.records[SEND_DEAD], 1);
	}
	return true;
}

/* Counted once, however many of its parcels are. */
static void
lose(struct sender *s, struct entry *at, enum send_end end)
{
	if (at->lost)
		return;
	at->lost = true;
	*(end == SEND_REFUSED ? &s->lost : &s->away) += 1;
	metric_add(s->counts.records[end], 1);
}

void
sender_refuse_entry(struct sender *s, struct entry *at, const char *why)
{
	complain(s, &s->refused, "a record refused: %s", why);
	if (!bury(s, at))
		lose(s, at, SEND_REFUSED);
}

void
sender_refuse(struct sender *s, struct parcel *p, const char *why)
{
	complain(s, &s->refused, "%s of %" PRIu32 " items refused: %s",
	    signal_name(p->signal), p->items, why);
	for (uint32_t i = 0; i < p->n; i++)
		if (!bury(s, p->of[i]))
			lose(s, p->of[i], SEND_REFUSED);
	sender_release(s, p, s->bad.kind == ERR_NONE);
}

void
sender_give_up(struct sender *s, struct parcel *p, const char *why)
{
	bool dealt = s->dead || !s->ack;

	complain(s, &s->gone, "%s of %" PRIu32 " items given up: %s",
	    signal_name(p->signal), p->items, why);
	for (uint32_t i = 0; i < p->n; i++)
		if (!bury(s, p->of[i]))
			lose(s, p->of[i], SEND_GIVEN_UP);
	/* else it is still in the spool: the next run begins there */
	sender_release(s, p, dealt && s->bad.kind == ERR_NONE);
	if (!dealt && s->stopped == 0)
		s->stopped = time_mono();
}

void
sender_wait(struct sender *s, struct parcel *p)
{
	struct parcel **at = &s->waiting;

	while (*at && (*at)->due <= p->due)
		at = &(*at)->next;
	p->next = *at;
	*at = p;
}

static void
again(struct sender *s, struct parcel *p)
{
	const struct backoff *b = &s->run->backoff;
	uint64_t now = time_mono(), wait;

	wait = backoff_wait(b, p->tries, p->post.wait, hash_u64(++s->dice));
	if ((b->give_up > 0 && now + wait - p->first > b->give_up) ||
	    (b->tries > 0 && p->tries >= b->tries)) {
		sender_give_up(s, p, p->post.why);
		return;
	}
	complain(s, &s->again, "%s: %s: trying again", p->post.url,
	    p->post.why);
	p->due = now + wait;
	sender_wait(s, p);
}

static void
kept(struct sender *s, struct parcel *p)
{
	const struct send_kind *k = &s->run->kind;
	char why[256] = "";
	uint64_t n = k->partial ? k->partial(k->arg, p->signal, &p->post,
	    why) : 0;

	s->rejected += n;
	metric_add(s->counts.items, p->items);
	metric_add(s->counts.rejected, n);
	metric_add(s->counts.bytes, p->post.body.n);
	if (n > 0 || why[0] != '\0')
		complain(s, &s->partial, "%s: %" PRIu64 " of %" PRIu32
		    " items rejected%s%s", signal_name(p->signal), n,
		    p->items, why[0] ? ": " : "", why);
	sender_release(s, p, true);
}

void
sender_settle(struct sender *s, struct parcel *p)
{
	if (s->run->kind.judge)
		s->run->kind.judge(s->run->kind.arg, &p->post);
	metric_add(s->counts.posts[p->post.fate], 1);
	metric_observe(s->counts.seconds, time_mono() - p->started);
	atomic_store(&s->ready, p->post.fate != FATE_AGAIN);
	switch (p->post.fate) {
	case FATE_KEPT: kept(s, p); break;
	case FATE_AGAIN: again(s, p); break;
	case FATE_REFUSED: sender_refuse(s, p, p->post.why); break;
	}
}
