#include "show/fold.h"

#include "base/hash.h"

#define RUN_LEAST	3u

struct fold {
	const struct show_trace *t;
	uint64_t *look;		/* by span: a hash of what it looks like */
	uint32_t *size;		/* by span: of what is below it, and it */
};

static uint64_t
mix(uint64_t h, uint64_t v)
{
	uint64_t two[2] = { h, v };

	return hash_bytes(two, sizeof two);
}

static uint64_t
look_of(const struct show_span *s)
{
	uint64_t h = mix(hash_bytes(s->name.p, s->name.n),
	    hash_bytes(s->service.p, s->service.n));

	h = mix(h, s->error * 2u + s->orphan);
	for (uint32_t i = 0; i < s->nevents; i++)
		h = mix(h, hash_bytes(s->events[i].name.p,
		    s->events[i].name.n));
	return h;
}

/* From the last span to the first: what is below stands behind. */
static void
look(struct fold *f)
{
	const struct show_span *s = f->t->spans;

	for (uint32_t i = f->t->n; i-- > 0;) {
		uint32_t next = i + 1;

		f->look[i] = look_of(&s[i]);
		for (; next < f->t->n && s[next].depth > s[i].depth;
		    next += f->size[next])
			f->look[i] = mix(f->look[i], f->look[next]);
		f->size[i] = next - i;
	}
}

/* How many siblings after span i look like it; where they end. */
static uint32_t
run(const struct fold *f, uint32_t i, uint32_t *end)
{
	const struct show_span *s = f->t->spans;
	uint32_t n = 0, k = i + f->size[i];

	for (; k < f->t->n && s[k].depth == s[i].depth &&
	    f->look[k] == f->look[i]; k += f->size[k])
		n++;
	*end = k;
	return n;
}

static bool
is_last(const struct fold *f, uint32_t end, unsigned depth)
{
	return end >= f->t->n || f->t->spans[end].depth < depth;
}

uint32_t
fold_rows(const struct show_trace *t, struct fold_row *rows, struct arena *mem)
{
	struct fold f = { t, arena_new(mem, uint64_t, t->n),
	    arena_new(mem, uint32_t, t->n) };
	struct fold_row *at = arena_zero(mem, struct fold_row, t->n + 1);
	uint32_t n = 0, end;

	look(&f);
	for (uint32_t i = 0; i < t->n;) {
		unsigned depth = t->spans[i].depth;

		if (at[i].count > 0) {
			rows[n++] = at[i];
			i = at[i].end;
			continue;
		}

		uint32_t count = t->whole ? 0 : run(&f, i, &end);
		uint32_t next = i + f.size[i];

		rows[n++] = (struct fold_row){ .span = i, .end = i + 1,
		    .last = is_last(&f, next, depth) };
		if (count + 1 >= RUN_LEAST)
			at[next] = (struct fold_row){ next, end, count,
			    is_last(&f, end, depth) };
		i++;
	}
	return n;
}
