#include "lql/labels.h"

#include <assert.h>
#include <stdlib.h>

#include "base/hash.h"

struct count {
	struct str text;
	uint32_t streams;
};

/* The values of one label as they are met. */
struct values {
	struct map map;
	uint32_t *streams, cap, all;
};

static int
by_text(const void *a, const void *b)
{
	return str_cmp(((const struct count *)a)->text,
	    ((const struct count *)b)->text);
}

static int
by_name(const void *a, const void *b)
{
	return str_cmp(((const struct lql_label *)a)->name,
	    ((const struct lql_label *)b)->name);
}

static void
add(struct values *v, struct str value)
{
	bool fresh;
	uint32_t k = map_add(&v->map, value, &fresh);

	if (fresh && k >= v->cap) {
		v->cap = v->cap * 2 + 16;
		v->streams = xrealloc(v->streams, v->cap,
		    sizeof *v->streams);
	}
	v->streams[k] = fresh ? 1 : v->streams[k] + 1;
	v->all++;
}

static void
give(struct arena *a, struct lql_label *l, struct str name,
    const struct values *v)
{
	size_t n = v->map.n;
	struct count *c = arena_new(a, struct count, n);

	*l = (struct lql_label){ .name = arena_str(a, name), .n = n,
		.all = v->all, .value = arena_new(a, struct str, n),
		.streams = arena_new(a, uint32_t, n) };
	for (size_t i = 0; i < n; i++)
		c[i] = (struct count){ arena_str(a, v->map.key[i]),
			v->streams[i] };
	qsort(c, n, sizeof *c, by_text);
	for (size_t i = 0; i < n; i++) {
		l->value[i] = c[i].text;
		l->streams[i] = c[i].streams;
	}
}

void
lql_labels(const struct log_streams *s, struct arena *a,
    struct lql_labels *out)
{
	struct values *v = NULL;
	struct map names = { 0 };

	for (size_t i = 0; i < s->n; i++)
		for (uint32_t k = 0; k < s->v[i].n; k++) {
			const struct log_pair *p = &s->v[i].label[k];
			bool fresh;
			uint32_t no = map_add(&names, p->name, &fresh);

			if (fresh) {
				v = xrealloc(v, (size_t)no + 1, sizeof *v);
				v[no] = (struct values){ 0 };
			}
			assert(v);	/* the first one was fresh */
			add(&v[no], p->value);
		}
	out->n = names.n;
	out->v = arena_new(a, struct lql_label, names.n);
	for (uint32_t k = 0; k < names.n; k++) {
		give(a, &out->v[k], names.key[k], &v[k]);
		map_free(&v[k].map);
		free(v[k].streams);
	}
	free(v);
	map_free(&names);
	if (out->n > 1)
		qsort(out->v, out->n, sizeof *out->v, by_name);
}

const struct lql_label *
lql_labels_find(const struct lql_labels *all, struct str name)
{
	for (size_t i = 0; i < all->n; i++)
		if (str_eq(all->v[i].name, name))
			return &all->v[i];
	return NULL;
}
