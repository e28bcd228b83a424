#include "loki/pairs.h"

#include <stdlib.h>

void
pairs_put(struct buf *b, struct str name, struct str value)
{
	buf_sized(b, name);
	buf_sized(b, value);
}

int
pairs_next(struct cur *c, struct log_pair *p)
{
	if (!c->bad && c->p == c->end)
		return 0;
	p->name = cur_block(c);
	p->value = cur_block(c);
	return c->bad ? -1 : 1;
}

int
pairs_read(struct str bytes, struct arena *mem, struct log_pair **out,
    uint32_t *n, struct err *e)
{
	struct cur c = cur_of(bytes);
	struct log_pair p;
	uint32_t count = 0;
	int r;

	while ((r = pairs_next(&c, &p)) == 1)
		count++;
	if (r == -1)
		return err_set(e, ERR_CORRUPT,
		    "labels of a stream: not well formed");
	*out = arena_new(mem, struct log_pair, count > 0 ? count : 1);
	*n = 0;
	c = cur_of(bytes);
	while (pairs_next(&c, &p) == 1)
		(*out)[(*n)++] = p;
	return 0;
}

struct str
pairs_get(struct str bytes, struct str name)
{
	struct cur c = cur_of(bytes);
	struct log_pair p;

	while (pairs_next(&c, &p) == 1)
		if (str_eq(p.name, name))
			return p.value;
	return (struct str){ NULL, 0 };
}

struct sortable {
	struct log_pair p;
	uint32_t at;		/* keeps equal names in their order */
};

static int
by_name(const void *a, const void *b)
{
	const struct sortable *x = a, *y = b;
	int d = str_cmp(x->p.name, y->p.name);

	return d != 0 ? d : (x->at > y->at) - (x->at < y->at);
}

void
pairs_sorted(struct buf *out, struct str bytes)
{
	struct cur c = cur_of(bytes);
	struct sortable *v = NULL;
	uint32_t n = 0, cap = 0;

	for (struct log_pair p; pairs_next(&c, &p) == 1; n++) {
		if (n == cap) {
			cap = cap > 0 ? cap * 2 : 32;
			v = xrealloc(v, cap, sizeof *v);
		}
		v[n] = (struct sortable){ p, n };
	}
	if (n > 1)
		qsort(v, n, sizeof *v, by_name);
	for (uint32_t i = 0; i < n; i++)
		if (i == 0 || !str_eq(v[i].p.name, v[i - 1].p.name))
			pairs_put(out, v[i].p.name, v[i].p.value);
	free(v);
}
