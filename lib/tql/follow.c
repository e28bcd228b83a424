/*
 * follow: traces as they come to match, each once, when it can be expected to
 * be whole: when no span of it came for a while.
 *
 * Each look asks the query of what began in the last minutes of the store
 * anew; what a look found is compared with what the looks before found. Of a
 * server's search only those traces are fetched that were not told yet.
 */
#include "tql/session.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/time.h"
#include "tql/far.h"

#define FOLLOW_MS	250
#define FAR_MS		1000u	/* between two looks at a server */
#define WINDOW		(600 * NS_S)
#define TRACES_MAX	1000000u	/* that match, in the window */

struct seen {
	uint64_t since;		/* mono: when it changed last */
	uint32_t spans;		/* it had then */
	uint32_t look;		/* the last that found it */
	bool told;
	bool fresh;		/* found, but not looked at */
};

struct follow {
	struct tql_session *s;
	struct tql_ask ask;
	struct tql_query q;
	struct map ids;
	struct seen *seen;	/* by number in ids */
	uint32_t cap, look;
	uint64_t next;		/* mono: one may be whole then; 0: none waits */
	struct tql_before before;
	struct far far;		/* far.to: or NULL, a store is followed */
	bool many;		/* a server found more than it gives: said */
	bool away;		/* it does not answer: said */
};

static uint32_t
add_id(struct follow *f, const uint8_t id[16], bool *fresh)
{
	uint32_t no = map_add(&f->ids, str_mk(id, 16), fresh);

	if (no >= f->cap) {
		f->cap = no * 2 + 64;
		f->seen = xrealloc(f->seen, f->cap, sizeof *f->seen);
	}
	if (*fresh)
		f->seen[no] = (struct seen){ .fresh = true };
	return no;
}

/* Whether it is to be told now. At the first look its age is all we know. */
static bool
is_due(struct follow *f, const struct tql_trace *t, uint64_t now)
{
	bool fresh;
	struct seen *s;
	uint64_t wall = time_now(), end = t->start + t->duration;
	uint32_t no = add_id(f, t->id, &fresh);

	s = &f->seen[no];
	fresh = s->fresh;
	if (fresh)
		*s = (struct seen){ .since = now };
	if (fresh && f->look == 1 && wall > end)
		s->since = now > wall - end ? now - (wall - end) : 0;
	else if (s->spans != t->spans)
		s->since = now;
	s->spans = t->spans;
	s->look = f->look;
	if (s->told)
		return false;
	s->told = now - s->since >= f->s->settle;
	if (!s->told && (f->next == 0 || s->since + f->s->settle < f->next))
		f->next = s->since + f->s->settle;
	return s->told;
}

/* Forgets those that no look can find any more: they are out of the window. */
static void
forget(struct follow *f, size_t found)
{
	struct map old = f->ids;
	struct seen *was = f->seen;

	if (old.n < 2 * found + 1000)
		return;
	f->ids = (struct map){ .n = 0 };
	f->seen = NULL;
	f->cap = 0;
	for (uint32_t i = 0; i < old.n; i++) {
		bool fresh;
		uint32_t no;

		if (was[i].look != f->look)
			continue;
		no = add_id(f, (const uint8_t *)old.key[i].p, &fresh);
		f->seen[no] = was[i];
	}
	map_free(&old);
	free(was);
}

/* Those due, oldest first; at the first look the newest `limit`. */
static int
tell(struct follow *f, struct store_view *view, struct tql_result *res,
    struct err *e)
{
	uint64_t now = time_mono(), limit = f->s->ask.limit;
	struct tql_result due = { 0 };
	int r = 0;

	due.trace = arena_new(&res->mem, struct tql_trace, res->n);
	for (size_t i = 0; i < res->n; i++)
		if (is_due(f, &res->trace[i], now) && (f->look > 1 ||
		    limit == 0 || due.n < limit))
			due.trace[due.n++] = res->trace[i];
	for (size_t i = 0; i < due.n / 2; i++) {
		struct tql_trace t = due.trace[i];

		due.trace[i] = due.trace[due.n - 1 - i];
		due.trace[due.n - 1 - i] = t;
	}
	if (due.n > 0)
		r = tql_put_result(&f->ask, view, &due, &f->before, e);
	return r;
}

static int
look(struct follow *f, struct store_view *view, size_t found, struct err *e)
{
	struct tql_result res = { 0 };
	uint64_t min, max;
	int r;

	if (!store_view_span(view, &min, &max))
		return 0;
	if (f->s->ask.from == 0 && !f->far.to)
		f->ask.o.from = max > WINDOW ? max - WINDOW : 0;
	r = tql_run(view, &f->q, &f->ask.o, &res, e);
	if (r == 0 && res.n > TRACES_MAX)
		r = err_set(e, ERR_LIMIT, "over the limit of %u matching traces "
		    "in ten minutes", TRACES_MAX);
	if (r == 0)
		r = tell(f, view, &res, e);
	forget(f, res.n > found ? res.n : found);
	tql_result_free(&res);
	return r;
}

/* ---- a server ------------------------------------------------------------ */

/*
 * Whether to fetch a trace that was found: not again when it was told, nor, at
 * the first look, when it is whole, and `limit` newer ones are, too.
 */
static bool
to_fetch(struct follow *f, const struct far_trace *t, uint64_t *whole)
{
	uint64_t limit = f->s->ask.limit, settle = f->s->settle,
	    now = time_now();
	bool fresh;
	uint32_t no = add_id(f, t->id, &fresh);
	struct seen *s = &f->seen[no];

	if (f->look == 1 && t->end < now && now - t->end >= settle &&
	    limit > 0 && ++*whole > limit)
		*s = (struct seen){ .told = true };
	s->look = f->look;
	return !s->told;
}

static int
far_look(struct follow *f, struct err *e)
{
	uint64_t from = f->s->ask.from, whole = 0, now = time_now();
	struct arena mem = { 0 };
	struct far_found found = { .mem = &mem };
	struct buf ids = { 0 };
	int r = far_find(&f->far, &f->q, from > 0 ? from : now - WINDOW, now,
	    FAR_FOUND_MAX, &found, e);

	if (found.n == FAR_FOUND_MAX && !f->many) {
		f->ask.say(f->ask.say_arg, "a server gives the newest 10000 "
		    "matching traces: others may be missed");
		f->many = true;
	}
	for (size_t i = 0; i < found.n; i++)
		if (to_fetch(f, &found.v[i], &whole))
			far_put_id(&ids, found.v[i].id);
	if (r == 0 && ids.n > 0 && (r = far_ids(&f->far, &f->ask, buf_str(&ids),
	    e)) == 0)
		r = look(f, f->far.view, found.n, e);
	far_free(&f->far);
	buf_free(&ids);
	arena_free(&mem);
	return r;
}

/* ---- the wait ------------------------------------------------------------- */

/* Looks, and sets how long it took in ms. A server that was there may be away
 * for a while. */
static int
timed_look(struct follow *f, struct store_view *view, uint64_t *took,
    struct err *e)
{
	uint64_t from = time_mono();
	int r;

	f->look++;
	f->next = 0;
	r = f->far.to ? far_look(f, e) : look(f, view, 0, e);
	*took = (time_mono() - from) / NS_MS;
	if (r == -1 && e->kind == ERR_AGAIN && f->look > 1) {
		if (!f->away)
			f->ask.say(f->ask.say_arg, e->msg);
		f->away = true;
		return 0;
	}
	f->away = false;
	return r;
}

static int
wait_and_look(struct follow *f, struct store_view **view, int stop,
    struct err *e)
{
	uint64_t took, least = f->far.to ? FAR_MS : FOLLOW_MS;
	int r = timed_look(f, *view, &took, e);

	while (r == 0 && !ask_wait(stop, took * 2 > least ? (int)took * 2 :
	    (int)least)) {
		bool stale = *view && store_view_stale(*view);

		if (*view && !stale && (f->next == 0 || time_mono() < f->next))
			continue;
		if (stale) {
			store_view_close(*view);
			if (!(*view = tql_session_view(f->s, e)))
				return -1;
		}
		r = timed_look(f, *view, &took, e);
	}
	return r;
}

static int
follow(struct follow *f, struct str text, struct err *e)
{
	struct arena mem = { 0 };
	struct store_view *view = NULL;
	int r;

	if (tql_parse(&f->q, text, &mem, e) == -1) {
		arena_free(&mem);
		return -1;
	}
	if (f->q.metric)
		r = err_set(e, ERR_QUERY, "traces can be followed, series "
		    "cannot");
	else if (!f->far.to && !(view = tql_session_view(f->s, e)))
		r = -1;
	else {
		r = wait_and_look(f, &view, tool_stop_fd(), e);
		store_view_close(view);
	}
	tql_free(&f->q);
	arena_free(&mem);
	map_free(&f->ids);
	free(f->seen);
	return r == -1 && e->kind == ERR_CANCEL ? 0 : r;
}

int
tql_session_follow(struct tql_session *s, const char *where, struct str text)
{
	struct follow f = { .s = s, .far.to = s->ask.remote.url ?
	    &s->ask.remote : NULL };
	struct err e = { 0 };

	f.ask = *tql_session_asked(s);
	tql_answer_opts(&f.ask);
	f.ask.o.limit = 0;
	f.ask.o.to = UINT64_MAX;
	if (follow(&f, str_trim(text), &e) == 0)
		return 0;
	caret_in(&e, where);
	return tool_fail(s->tool, &e);
}
