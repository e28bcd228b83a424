#include "store/deletes.h"

#include "base/err.h"

void
delete_put(struct buf *b, const struct store_delete *d)
{
	buf_u64(b, d->no);
	buf_u64(b, d->from);
	buf_u64(b, d->to);
	buf_sized(b, d->tenant);
	buf_sized(b, d->what);
	buf_sized(b, d->text);
}

static struct str
get_str(struct cur *c, struct arena *a, size_t max)
{
	struct str s = cur_block(c);

	if (s.n > max)
		c->bad = true;
	return c->bad ? (struct str){ "", 0 } : arena_str(a, s);
}

int
delete_get(struct cur *c, struct arena *a, struct store_delete *d,
    struct err *e)
{
	d->no = cur_u64(c);
	d->from = cur_u64(c);
	d->to = cur_u64(c);
	d->tenant = get_str(c, a, MANIFEST_TENANT_MAX);
	d->what = get_str(c, a, STORE_DELETE_MAX);
	d->text = get_str(c, a, STORE_DELETE_MAX);
	if (c->bad)
		return err_set(e, ERR_CORRUPT, "cut short, or too long");
	if (d->from >= d->to)
		return err_set(e, ERR_CORRUPT, "times out of order");
	return 0;
}

static bool
concerns(const struct store_delete *d, const struct manifest_block *b)
{
	return d->no >= b->cleaned && str_eq(d->tenant, b->tenant) &&
	    b->max_time >= d->from && b->min_time < d->to;
}

const struct store_delete *
deletes_of(const struct manifest *m, const struct manifest_block *b,
    struct arena *a, uint32_t *n)
{
	struct store_delete *v = arena_new(a, struct store_delete,
	    (size_t)m->deletes + 1);

	*n = 0;
	for (uint32_t i = 0; i < m->deletes; i++)
		if (concerns(&m->delete[i], b))
			v[(*n)++] = m->delete[i];
	return v;
}

void
deletes_prune(struct manifest *m)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < m->deletes; i++)
		for (uint32_t k = 0; k < m->blocks; k++)
			if (concerns(&m->delete[i], &m->block[k])) {
				m->delete[kept++] = m->delete[i];
				break;
			}
	m->deletes = kept;
}
