#include "lql/run.h"

#include <stdlib.h>

#include "lql/filter.h"

struct run {
	const struct lql_query *q;
	lql_fn *fn;
	void *arg;
	bool typed;
	struct arena scratch;
};

/* The value a name has on a line: of the stream, else of the metadata. */
static struct str
value(const struct log_line *l, struct str name)
{
	for (uint32_t i = 0; i < l->nlabels; i++)
		if (str_eq(l->labels[i].name, name))
			return l->labels[i].value;
	for (uint32_t i = 0; i < l->nmeta; i++)
		if (str_eq(l->meta[i].name, name))
			return l->meta[i].value;
	return (struct str){ 0 };
}

static bool
marked(struct run *r, const struct log_line *l)
{
	bool error = false;

	arena_reset(&r->scratch);
	for (const struct lql_stage *st = r->q->stages; st; st = st->next) {
		struct str *values = arena_new(&r->scratch, struct str, st->n);

		for (uint32_t i = 0; i < st->n; i++)
			values[i] = value(l, st->names[i]);
		lql_keeps(st, values, &error);
	}
	return error;
}

static int
on_line(void *arg, const struct log_line *l, struct err *e)
{
	struct run *r = arg;

	return r->fn(r->arg, l, r->typed && marked(r, l), e);
}

int
lql_run(struct store_view *view, const struct lql_query *q,
    const struct lql_opts *o, lql_fn *fn, void *arg, struct err *e)
{
	struct log_label_filter *lf = xcalloc(q->nstages, sizeof *lf);
	struct run r = { .q = q, .fn = fn, .arg = arg };
	size_t n = 0;
	int status;

	for (struct lql_stage *st = q->stages; st; st = st->next) {
		lf[n++] = (struct log_label_filter){ st->names, st->n,
		    lql_stage_test, st };
		r.typed |= st->typed;
	}
	struct log_scan_opts so = {
		.match = q->match, .nmatch = q->nmatch,
		.filter = q->line, .nfilter = q->nline,
		.label = lf, .nlabel = n,
		.trace_ids = o->trace_ids, .ntrace_ids = o->ntrace_ids,
		.from = o->from, .to = o->to,
		.forward = o->forward, .limit = o->limit,
		.want_line = !o->ids_only, .want_meta = !o->ids_only || r.typed,
		.workers = o->workers, .count = o->count,
	};

	status = log_scan(view, &so, on_line, &r, e);
	arena_free(&r.scratch);
	free(lf);
	return status;
}

static int
by_id(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

int
lql_trace_ids(struct str text, const char *where, struct arena *a,
    uint8_t (**ids)[16], size_t *n, struct err *e)
{
	struct str rest = text, line;
	size_t cap = 0, no = 0, k = 0;

	*ids = NULL;
	*n = 0;
	while (str_cut(&rest, '\n', &line)) {
		no++;
		line = str_trim(line);
		if (line.n == 0)
			continue;
		if (*n == cap) {
			cap = cap * 2 + 16;
			*ids = arena_grow(a, *ids, *n, cap, sizeof **ids);
		}
		if (str_unhex((*ids)[*n], 16, line) != 16)
			return err_set(e, ERR_QUERY, "%s:%zu: \"%.*s\" is not "
			    "a trace id of 32 hex digits", where, no,
			    (int)(line.n > 64 ? 64 : line.n), line.p);
		(*n)++;
	}
	if (*n > 1)
		qsort(*ids, *n, sizeof **ids, by_id);
	for (size_t i = 0; i < *n; i++)
		if (i == 0 || memcmp((*ids)[i], (*ids)[k - 1], 16) != 0)
			memmove((*ids)[k++], (*ids)[i], 16);
	*n = k;
	return 0;
}
