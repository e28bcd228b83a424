/* otlp_regroup: equal resources, and scopes in them, made one. */
#include "base/hash.h"
#include "otlp/split.h"
#include "otlp/wire.h"

/* A slice of fields, in the list of its level. */
struct run {
	struct str bytes;
	struct run *next;
};

struct level {
	struct run *runs, **last;	/* of items; of a resource: none */
	struct level *scopes, **last_scope, *next;
	struct str head;
};

struct regroup {
	struct arena mem;
	struct map resources, scopes;	/* number: in levels */
	struct level **resource, **scope;
	size_t resources_n, scopes_n;
	struct buf key;
};

static void
add_run(struct regroup *g, struct run ***last, const uint8_t *from,
    const uint8_t *to)
{
	struct run *run;

	if (from == to)
		return;
	run = arena_zero(&g->mem, struct run, 1);
	run->bytes = str_mk(from, (size_t)(to - from));
	**last = run;
	*last = &run->next;
}

/* The level of that key, made when it is new. */
static struct level *
level_of(struct regroup *g, struct map *map, struct level ***all, size_t *n,
    bool *fresh)
{
	uint32_t no = map_add(map, buf_str(&g->key), fresh);
	struct level *l;

	if (!*fresh)
		return (*all)[no];
	if (no >= *n) {
		*all = arena_grow(&g->mem, *all, *n, *n ? *n * 2 : 16,
		    sizeof **all);
		*n = *n ? *n * 2 : 16;
	}
	l = arena_zero(&g->mem, struct level, 1);
	l->last = &l->runs;
	l->last_scope = &l->scopes;
	return (*all)[no] = l;
}

/* Appends the fields that describe a level to the key. */
static int
add_head(struct regroup *g, struct str level)
{
	struct cur c = cur_of(level);
	const uint8_t *from = c.p;
	struct field f;
	int r;

	while ((r = cur_field(&c, &f)) == 1)
		if (f.no == 2 && f.wire == WIRE_BYTES) {
			buf_add(&g->key, from, (size_t)(f.at - from));
			from = c.p;
		}
	buf_add(&g->key, from, (size_t)(c.p - from));
	return r;
}

static int
take_scope(struct regroup *g, struct level *resource, struct str raw)
{
	struct cur c = cur_of(raw);
	const uint8_t *from = c.p, *to = c.p;	/* a run of items */
	struct level *l;
	struct field f;
	bool fresh;
	int r;

	buf_reset(&g->key);
	buf_add(&g->key, &resource, sizeof resource);
	if (add_head(g, raw) == -1)
		return -1;
	l = level_of(g, &g->scopes, &g->scope, &g->scopes_n, &fresh);
	if (fresh) {
		l->head = arena_str(&g->mem, str_skip(buf_str(&g->key),
		    sizeof resource));
		*resource->last_scope = l;
		resource->last_scope = &l->next;
	}
	while ((r = cur_field(&c, &f)) == 1) {
		if (f.no != 2 || f.wire != WIRE_BYTES)
			continue;
		if (f.at != to) {
			add_run(g, &l->last, from, to);
			from = f.at;
		}
		to = c.p;
	}
	add_run(g, &l->last, from, to);
	return r;
}

static int
take_resource(struct regroup *g, struct str raw, struct level ***last)
{
	struct cur c = cur_of(raw);
	struct level *l;
	struct field f;
	bool fresh;
	int r;

	buf_reset(&g->key);
	if (add_head(g, raw) == -1)
		return -1;
	l = level_of(g, &g->resources, &g->resource, &g->resources_n, &fresh);
	if (fresh) {
		l->head = arena_str(&g->mem, buf_str(&g->key));
		**last = l;
		*last = &l->next;
	}
	while ((r = cur_field(&c, &f)) == 1)
		if (f.no == 2 && f.wire == WIRE_BYTES &&
		    take_scope(g, l, f.b) == -1)
			return -1;
	return r;
}

static size_t
size_of(const struct level *l)
{
	size_t n = l->head.n;

	for (const struct run *run = l->runs; run; run = run->next)
		n += run->bytes.n;
	for (const struct level *s = l->scopes; s; s = s->next) {
		size_t k = size_of(s);

		n += 1 + varint_size(k) + k;
	}
	return n;
}

static void
put(const struct level *l, uint32_t no, struct buf *out)
{
	buf_varint(out, WIRE(no, WIRE_BYTES));
	buf_varint(out, size_of(l));
	buf_adds(out, l->head);
	for (const struct run *run = l->runs; run; run = run->next)
		buf_adds(out, run->bytes);
	for (const struct level *s = l->scopes; s; s = s->next)
		put(s, 2, out);
}

int
otlp_regroup(struct str payload, struct buf *out)
{
	struct regroup g = { 0 };
	struct level *resources = NULL, **last = &resources;
	struct run *others = NULL, **last_other = &others;
	struct cur c = cur_of(payload);
	const uint8_t *from = c.p;
	struct field f;
	int r;

	for (; (r = cur_field(&c, &f)) == 1; from = c.p)
		if (f.no != 1 || f.wire != WIRE_BYTES)
			add_run(&g, &last_other, from, c.p);
		else {
			add_run(&g, &last_other, from, f.at);
			if ((r = take_resource(&g, f.b, &last)) == -1)
				break;
		}
	add_run(&g, &last_other, from, c.p);
	for (const struct level *l = resources; r == 0 && l; l = l->next)
		put(l, 1, out);
	for (; r == 0 && others; others = others->next)
		buf_adds(out, others->bytes);
	map_free(&g.resources);
	map_free(&g.scopes);
	buf_free(&g.key);
	arena_free(&g.mem);
	return r;
}
