#include "lql/keep.h"

static const struct log_pair *
copy_pairs(struct arena *a, const struct log_pair *v, uint32_t n)
{
	struct log_pair *out = arena_new(a, struct log_pair, n + 1);

	for (uint32_t i = 0; i < n; i++)
		out[i] = (struct log_pair){ arena_str(a, v[i].name),
			arena_str(a, v[i].value) };
	return out;
}

struct log_line
keep_line(struct arena *a, const struct log_line *l)
{
	struct log_line out = *l;

	out.line = arena_str(a, l->line);
	out.labels = copy_pairs(a, l->labels, l->nlabels);
	out.meta = copy_pairs(a, l->meta, l->nmeta);
	out.trace_id = arena_str(a, l->trace_id);
	out.span_id = arena_str(a, l->span_id);
	return out;
}

struct lql_line
keep_found(struct arena *a, const struct lql_line *l)
{
	struct lql_line out = *l;

	out.l = keep_line(a, &l->l);
	out.parsed = copy_pairs(a, l->parsed, l->nparsed);
	out.raw = NULL;
	return out;
}
