#include "log/metas.h"

#include <stdlib.h>

struct meta {
	struct log_pair p;
	uint32_t at;		/* keeps equal names in their order */
};

void
metas_add(struct metas *m, struct str name, struct str value)
{
	if (value.n == 0)
		return;
	if (m->n == m->cap) {
		m->v = arena_grow(m->mem, m->v, m->n, m->cap * 2 + 16,
		    sizeof *m->v);
		m->cap = m->cap * 2 + 16;
	}
	m->v[m->n] = (struct meta){ { name, value }, m->n };
	m->n++;
}

void
metas_add_number(struct metas *m, struct str name, uint64_t value)
{
	char *end = arena_new(m->mem, char, 20) + 20, *p = end;

	do
		*--p = (char)('0' + value % 10);
	while ((value /= 10) > 0);
	metas_add(m, name, str_mk(p, (size_t)(end - p)));
}

void
metas_add_pairs(struct metas *m, struct str pairs)
{
	struct cur c = cur_of(pairs);
	struct log_pair p;

	while (pairs_next(&c, &p) == 1)
		metas_add(m, p.name, p.value);
}

static int
by_name(const void *a, const void *b)
{
	const struct meta *x = a, *y = b;
	int d = str_cmp(x->p.name, y->p.name);

	return d != 0 ? d : (x->at > y->at) - (x->at < y->at);
}

uint32_t
metas_end(struct metas *m, const struct log_pair **out)
{
	struct log_pair *v = arena_new(m->mem, struct log_pair, m->n);
	uint32_t n = 0;

	if (m->n > 1)
		qsort(m->v, m->n, sizeof *m->v, by_name);
	for (uint32_t i = 0; i < m->n; i++)
		if (n == 0 || !str_eq(m->v[i].p.name, v[n - 1].name))
			v[n++] = m->v[i].p;
	*out = v;
	return n;
}
