#include "log/batch.h"

void
log_batch_init(struct log_batch *b, const struct log_scan_opts *o,
    struct faults *faults)
{
	*b = (struct log_batch){ .o = o, .faults = faults };
}

void
log_batch_free(struct log_batch *b)
{
	buf_free(&b->text);
	arena_free(&b->mem);
}

/* Reads a stream's once. */
static int
stream_labels(struct log_batch *b, uint32_t code, struct err *e)
{
	struct arena *mem = &b->found->work;
	struct batch_labels *l;

	if (!b->labels)
		b->labels = arena_zero(mem, struct batch_labels, b->streams);
	l = &b->labels[code];
	return l->p ? 0 : pairs_read(b->stream[code], mem, &l->p, &l->n, e);
}

int
log_batch_line(struct log_batch *b, uint32_t i, struct log_line *out,
    struct err *e)
{
	const struct log_scan_opts *o = b->o;
	uint32_t code = b->code ? b->code[i] : i;

	if (!b->found) {
		*out = *b->line;
		return 1;
	}
	arena_reset(&b->mem);
	if (found_line(b->found, i, o->want_line, o->want_meta && !b->bare,
	    out, &b->text, &b->mem, e) == -1 || stream_labels(b, code, e) == -1)
		return faults_pass(b->faults, b->found->part,
		    b->found->stripe, e);
	out->labels = b->labels[code].p;
	out->nlabels = b->labels[code].n;
	return 1;
}

/* Whether a dictionary of pairs has any of this name. */
static bool
in_pairs(struct log_cols *c, struct str column, struct str name)
{
	int col = stripe_find(c->stripe, LG_ROW, column, VEC_STR);
	const struct str *dict;
	struct err e = { 0 };
	uint32_t n;

	if (col == -1)
		return false;
	if (stripe_dict(c->stripe, (uint32_t)col, c->mem, &dict, &n,
	    &e) == -1 || n == 0)
		return true;
	for (uint32_t d = 0; d < n; d++)
		if (pairs_get(dict[d], name).p)
			return true;
	return false;
}

bool
log_batch_may_have(struct log_batch *b, struct str name)
{
	static const char *const own[] = { "trace_id", "span_id",
		"severity_number", "severity_text", "detected_level",
		"observed_timestamp" };
	struct log_cols *c;

	if (str_ends(name, S("_extracted")))
		return true;
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (str_eq(name, str_of(own[i])))
			return true;
	c = &b->found->cols;
	for (uint32_t k = 0; k < c->nmeta; k++)
		if (str_eq(c->meta[k].name, name))
			return true;
	return in_pairs(c, S("context"), name) || in_pairs(c, S("x"), name);
}

int
log_batch_names(struct log_batch *b, const struct str *names, size_t n,
    struct err *e)
{
	return values_open(&b->values, &b->found->cols, names, n, e);
}

int
log_batch_values(struct log_batch *b, uint32_t i, struct err *e)
{
	return values_at(&b->values, b->found->row ? b->found->row[i] : i, e);
}
