/* Records that are joined into posts. */
#include "base/time.h"
#include "send/engine.h"

/* The open parcel of that key. */
static struct parcel *
find(const struct sender *s, struct str key)
{
	struct parcel *p = s->open;

	while (p && !str_eq(buf_str(&p->key), key))
		p = p->next;
	return p;
}

static struct parcel *
open_parcel(struct sender *s, struct str key)
{
	const struct send_kind *k = &s->run->kind;
	struct parcel *p = sender_spare(s), **at = &s->open;

	if (!p->batch)
		p->batch = k->join.batch(k->arg);
	p->signal = s->rec.signal;
	buf_reset(&p->key);
	buf_adds(&p->key, key);
	while (*at)
		at = &(*at)->next;
	p->next = NULL;
	*at = p;
	return p;
}

static void
close_parcel(struct sender *s, struct parcel *p)
{
	const struct send_kind *k = &s->run->kind;
	struct parcel **at = &s->open;
	struct err e = { 0 };
	int r;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	if (p->items == 0) {
		sender_release(s, p, true);
		return;
	}
	r = k->join.close(k->arg, p->batch, buf_str(&p->key), &p->post, &e);
	s->held += p->post.body.n;
	p->due = p->first = time_mono();
	if (r == -1)
		sender_refuse(s, p, e.msg);
	else
		sender_wait(s, p);
}

void
sender_close(struct sender *s, bool all)
{
	uint64_t now = time_mono();

	while (s->open && (all || now - s->open->first >=
	    s->run->kind.join.age))
		close_parcel(s, s->open);
}

/* The parcel for the key, if there can be one now. */
static struct parcel *
parcel_for(struct sender *s, struct str key)
{
	struct parcel *p = find(s, key);

	if (p || s->spare)
		return p ? p : open_parcel(s, key);
	if (s->open)	/* all are in use: one of them is sent early */
		close_parcel(s, s->open);
	return s->spare ? open_parcel(s, key) : NULL;
}

void
sender_join(struct sender *s)
{
	const struct send_kind *k = &s->run->kind;
	struct entry *at = sender_last(s);
	struct err e = { 0 };
	struct parcel *p;
	struct str key;
	uint32_t items;
	int r = 0;

	if (!k->join.key(k->arg, &s->rec, &key)) {
		s->joining = false;
		sender_leave(s, at);
		return;
	}
	do {
		if (!(p = parcel_for(s, key)))
			return;		/* when one is spare */
		r = k->join.add(k->arg, p->batch, &s->rec, !s->joined, &items,
		    &e);
		s->joined = true;
		p->items += items;
		if (items > 0)
			sender_hold(p, at);
		if (r == 1)
			close_parcel(s, p);
	} while (r == 1);
	s->joining = false;
	if (r == -1)
		sender_refuse_entry(s, at, e.msg);
	sender_leave(s, at);
}
