#include "log/wanted.h"

#include <stdlib.h>

#include "base/err.h"

void
wanted_init(struct wanted *w, const struct log_scan_opts *o,
    struct arena *mem)
{
	*w = (struct wanted){ .o = o,
		.filter = filters_new(o->filter, o->nfilter, mem) };
}

void
wanted_free(struct wanted *w)
{
	buf_free(&w->lower);
	map_free(&w->seen);
}

/* What fails here fails again when the stripe is asked, and is told then. */
bool
wanted_stream(const struct wanted *w, struct str labels)
{
	struct err e = { 0 };

	if (w->seen.n > 0 && map_find(&w->seen, labels) != MAP_NONE)
		return false;
	return select_stream(labels, w->o->match, w->o->nmatch, &e) != 0;
}

static bool
has(struct str line, struct str literal)
{
	return literal.n == 0 || (line.n >= literal.n &&
	    memmem(line.p, line.n, literal.p, literal.n));
}

/* Whether the line has one of the alternative's literals, if it has any. */
static bool
alt_may(struct wanted *w, const struct filter_alt *a, struct str line)
{
	for (size_t i = 0; i < a->n; i++) {
		struct str text = line;

		if (a->match[i].icase) {
			buf_reset(&w->lower);
			buf_adds(&w->lower, line);
			match_lower(w->lower.p, w->lower.n);
			text = buf_str(&w->lower);
		}
		if (has(text, a->match[i].lit))
			return true;
	}
	return a->n == 0;
}

static bool
text_may(struct wanted *w, struct str line)
{
	for (size_t i = 0; i < w->o->nfilter; i++) {
		const struct filter *f = &w->filter[i];
		bool may = !f->keep;

		for (size_t k = 0; k < f->n && !may; k++)
			may = alt_may(w, &f->alt[k], line);
		if (!may)
			return false;
	}
	return true;
}

static int
by_id(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

bool
wanted_line(struct wanted *w, const struct logrec *l, uint64_t time)
{
	const struct log_scan_opts *o = w->o;

	if ((o->from != 0 || o->to != 0) && (time < o->from || time >= o->to))
		return false;
	if (o->trace_ids && (l->trace_id.n != 16 || !bsearch(l->trace_id.p,
	    o->trace_ids, o->ntrace_ids, 16, by_id)))
		return false;
	return l->body.type != VALUE_STR || text_may(w, l->body.s);
}

bool
wanted_more(struct wanted *w, struct str labels)
{
	if (w->o->any_line)
		map_add(&w->seen, labels, NULL);
	return !w->o->any_line;
}

void
wanted_again(struct wanted *w)
{
	map_reset(&w->seen);
}
