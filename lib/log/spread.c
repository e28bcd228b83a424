#include "log/spread.h"

#include <stdlib.h>

#include "base/err.h"
#include "loki/pairs.h"

static struct spread_label *
label_of(struct spread *t, struct str name)
{
	bool fresh;
	uint32_t k = map_add(&t->names, name, &fresh);

	if (k >= t->cap) {
		t->cap = t->cap * 2 + 32;
		t->label = xrealloc(t->label, t->cap, sizeof *t->label);
	}
	if (fresh)
		t->label[k] = (struct spread_label){
			.name = t->names.key[k] };
	return &t->label[k];
}

void
spread_add(struct spread *t, struct str stream)
{
	struct cur c = cur_of(stream);
	struct log_pair p;
	bool fresh;

	map_add(&t->streams, stream, &fresh);
	while (fresh && pairs_next(&c, &p) == 1) {
		struct spread_label *l = label_of(t, p.name);

		map_add(&l->values, p.value, NULL);
		l->bytes += p.name.n + p.value.n;
	}
}

static int
by_values(const void *a, const void *b)
{
	const struct spread_label *x = a, *y = b;

	if (x->values.n != y->values.n)
		return x->values.n > y->values.n ? -1 : 1;
	return str_cmp(x->name, y->name);
}

void
spread_sort(struct spread *t)
{
	if (t->names.n > 1)
		qsort(t->label, t->names.n, sizeof *t->label, by_values);
}

void
spread_free(struct spread *t)
{
	for (uint32_t k = 0; k < t->names.n; k++)
		map_free(&t->label[k].values);
	free(t->label);
	map_free(&t->names);
	map_free(&t->streams);
	*t = (struct spread){ 0 };
}
