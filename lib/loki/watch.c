#include "loki/watch.h"

#include <stdio.h>

#include "loki/pairs.h"

#define SHOWN	100	/* bytes of a name in a message */

static void
say(struct watch *w, uint32_t label)
{
	struct str name = w->names.key[label];
	char msg[SHOWN + 200];

	if (name.n > SHOWN)
		name.n = SHOWN;
	snprintf(msg, sizeof msg, "label %.*s: %u values and more, each makes "
	    "streams of its own: -l without it leaves it as metadata",
	    PS(name), w->max);
	w->say(w->arg, msg);
	w->said[label] = true;
	map_free(&w->values[label]);
}

void
watch_labels(struct watch *w, struct str pairs)
{
	struct cur c = cur_of(pairs);
	struct log_pair p;

	while (pairs_next(&c, &p) == 1) {
		uint64_t h = hash_bytes(p.value.p, p.value.n);
		uint32_t k = map_find(&w->names, p.name);

		if (k == MAP_NONE && w->names.n < WATCH_LABELS)
			k = map_add(&w->names, p.name, NULL);
		if (k == MAP_NONE || w->said[k])
			continue;
		map_add(&w->values[k], str_mk(&h, sizeof h), NULL);
		if (w->values[k].n >= w->max)
			say(w, k);
	}
}

void
watch_free(struct watch *w)
{
	for (uint32_t i = 0; i < w->names.n; i++)
		map_free(&w->values[i]);
	map_free(&w->names);
}
