#include "log/twice.h"

#include <stdlib.h>

#include "base/err.h"

void
twice_free(struct twice *t)
{
	free(t->of);
	map_free(&t->streams);
	arena_free(&t->mem);
}

static struct twice_zones *
stream_of(struct twice *t, struct str stream)
{
	bool fresh;
	uint32_t no = map_add(&t->streams, stream, &fresh);

	if (fresh && no >= t->cap) {
		t->cap = t->cap * 2 + 64;
		t->of = xrealloc(t->of, t->cap, sizeof *t->of);
	}
	if (fresh)
		t->of[no] = (struct twice_zones){ 0 };
	return &t->of[no];
}

void
twice_note(struct twice *t, struct str stream, uint32_t part, uint64_t from,
    uint64_t to)
{
	struct twice_zones *s = stream_of(t, stream);
	uint32_t i = 0;

	while (i < s->n && s->in[i].part != part)
		i++;
	if (i == s->cap) {
		s->in = arena_grow(&t->mem, s->in, s->n, s->cap * 2 + 4,
		    sizeof *s->in);
		s->cap = s->cap * 2 + 4;
	}
	if (i == s->n) {
		s->n++;
		s->in[i].part = part;
		s->in[i].z = (struct zone){ from, to };
	}
	if (from < s->in[i].z.from)
		s->in[i].z.from = from;
	if (to > s->in[i].z.to)
		s->in[i].z.to = to;
}

static int
by_begin(const void *a, const void *b)
{
	const struct zone *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

/* Appends z, which begins no earlier than those before, or widens the last. */
static uint32_t
put(struct zone *v, uint32_t n, struct zone z, uint64_t gap)
{
	if (n == 0 || (z.from > v[n - 1].to && z.from - v[n - 1].to > gap))
		v[n++] = z;
	else if (z.to > v[n - 1].to)
		v[n - 1].to = z.to;
	return n;
}

void
twice_find(struct twice *t)
{
	for (uint32_t i = 0; i < t->streams.n; i++) {
		struct twice_zones *s = &t->of[i];
		struct zone *all = arena_new(&t->mem, struct zone, s->n);
		uint64_t end;

		for (uint32_t k = 0; k < s->n; k++)
			all[k] = s->in[k].z;
		qsort(all, s->n, sizeof *all, by_begin);
		s->zone = arena_new(&t->mem, struct zone, s->n);
		s->room = s->n;
		end = all[0].to;
		for (uint32_t k = 1; k < s->n; k++) {
			if (all[k].from <= end)
				s->zones = put(s->zone, s->zones,
				    (struct zone){ all[k].from,
				    all[k].to < end ? all[k].to : end }, 0);
			end = all[k].to > end ? all[k].to : end;
		}
		t->any |= s->zones > 0;
	}
}

static int
by_stream_time(const void *a, const void *b)
{
	const struct twice_row *x = a, *y = b;

	if (x->stream != y->stream)
		return x->stream < y->stream ? -1 : 1;
	return (x->time > y->time) - (x->time < y->time);
}

static void
add_zone(struct twice *t, struct twice_zones *s, uint64_t time)
{
	if (s->zones == s->room) {
		s->room = s->room * 2 + 16;
		s->zone = arena_grow(&t->mem, s->zone, s->zones, s->room,
		    sizeof *s->zone);
	}
	s->zone[s->zones++] = (struct zone){ time, time };
	t->any = true;
}

void
twice_narrow(struct twice *t, struct twice_row *v, size_t n)
{
	size_t from = 0;

	if (n > 1)
		qsort(v, n, sizeof *v, by_stream_time);
	for (uint32_t i = 0; i < t->streams.n; i++)
		t->of[i].zones = 0;
	t->any = false;
	for (size_t i = 1; i <= n; i++) {
		bool several = false;

		if (i < n && by_stream_time(&v[i], &v[from]) == 0)
			continue;
		for (size_t k = from + 1; k < i; k++)
			several |= v[k].part != v[from].part;
		if (several)
			add_zone(t, &t->of[v[from].stream], v[from].time);
		from = i;
	}
}

uint32_t
twice_stream(const struct twice *t, struct str stream)
{
	return map_find(&t->streams, stream);
}

const struct twice_zones *
twice_of(const struct twice *t, struct str stream)
{
	uint32_t no = t->any ? map_find(&t->streams, stream) : MAP_NONE;

	return no != MAP_NONE && t->of[no].zones > 0 ? &t->of[no] : NULL;
}

/* The first zone that does not end before it. */
static uint32_t
zone_at(const struct twice_zones *s, uint64_t time)
{
	uint32_t lo = 0, hi = s->zones;

	while (hi > lo) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (s->zone[mid].to < time)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool
twice_in(const struct twice_zones *s, uint64_t time)
{
	uint32_t k = zone_at(s, time);

	return k < s->zones && s->zone[k].from <= time;
}

uint64_t
twice_next(const struct twice_zones *s, uint64_t time)
{
	uint32_t k = zone_at(s, time);

	if (k == s->zones)
		return UINT64_MAX;
	return s->zone[k].from > time ? s->zone[k].from : time + 1;
}

uint32_t
twice_all(struct twice *t, uint64_t gap, struct zone **out)
{
	struct zone *all;
	uint32_t n = 0, m = 0;

	for (uint32_t i = 0; i < t->streams.n; i++)
		n += t->of[i].zones;
	*out = all = arena_new(&t->mem, struct zone, n + 1);
	n = 0;
	for (uint32_t i = 0; i < t->streams.n; i++)
		for (uint32_t k = 0; k < t->of[i].zones; k++)
			all[n++] = t->of[i].zone[k];
	if (n > 1)
		qsort(all, n, sizeof *all, by_begin);
	for (uint32_t i = 0; i < n; i++)
		m = put(all, m, all[i], gap);
	return m;
}
