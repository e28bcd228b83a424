#include "log/values.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"

/* Where the values of one name come from. */
struct source {
	struct str name;
	struct source *clash;	/* of x, when the name is x_extracted */
	struct str *by_stream, *by_context;	/* by code; n 0: not there */
	struct vec *meta;
	bool in_x;
	enum { PLAIN, TRACE_ID, SPAN_ID, SEVERITY, SEVERITY_TEXT,
		OBSERVED } kind;
};

static struct str *
from_dict(struct log_cols *c, const struct vec *v, struct str name)
{
	struct str *out = arena_zero(c->mem, struct str, v->ndict + 1);

	for (uint32_t d = 0; d < v->ndict; d++)
		out[d] = pairs_get(v->dict[d], name);
	return out;
}

static int
load_kind(struct log_cols *c, struct str name, struct source *s,
    struct err *e)
{
	static const struct { const char *name; int kind; } known[] = {
		{ "trace_id", TRACE_ID }, { "span_id", SPAN_ID },
		{ "severity_number", SEVERITY },
		{ "severity_text", SEVERITY_TEXT },
		{ "observed_timestamp", OBSERVED },
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_eq(name, str_of(known[i].name)))
			s->kind = known[i].kind;
	switch ((int)s->kind) {
	case TRACE_ID:
		return cols_load(c, S("trace"), VEC_INT, &c->trace, e);
	case SPAN_ID:
		return cols_load(c, S("span"), VEC_FIX8, &c->span, e);
	case SEVERITY:
		return cols_load(c, S("severity"), VEC_INT, &c->severity, e);
	case SEVERITY_TEXT:
		return cols_load(c, S("severity_text"), VEC_STR,
		    &c->severity_text, e);
	case OBSERVED:
		return cols_load(c, S("time"), VEC_INT, &c->time, e) == -1 ?
		    -1 : cols_load(c, S("observed"), VEC_INT, &c->observed,
		    e);
	}
	return 0;
}

static int
source_init(struct log_cols *c, struct str name, struct source *s,
    struct err *e)
{
	*s = (struct source){ .name = name };
	if (cols_stream(c, e) == -1 ||
	    cols_load(c, S("context"), VEC_STR, &c->context, e) == -1 ||
	    cols_load(c, S("x"), VEC_STR, &c->x, e) == -1 ||
	    load_kind(c, name, s, e) == -1)
		return -1;
	s->by_stream = from_dict(c, &c->stream, name);
	s->by_context = from_dict(c, &c->context, name);
	s->in_x = c->x.rows > 0;
	for (uint32_t k = 0; k < c->nmeta; k++)
		if (str_eq(c->meta[k].name, name)) {
			if (cols_meta(c, k, e) == -1)
				return -1;
			s->meta = &c->meta[k].v;
		}
	/* metadata named as a label of the stream: logql.md 6.1, rule 3 */
	if (!str_ends(name, S("_extracted")))
		return 0;
	s->clash = arena_new(c->mem, struct source, 1);
	return source_init(c, str_mk(name.p, name.n - 10), s->clash, e);
}

static uint32_t
code_of(const struct vec *v, uint32_t row)
{
	return v->code ? v->code[row] : row;
}

/* The values that have columns of their own. */
static int
kind_value(struct log_cols *c, const struct source *s, uint32_t row,
    char text[40], struct str *out, struct err *e)
{
	const uint8_t *id;

	switch ((int)s->kind) {
	case TRACE_ID:
		if (!cols_has(&c->trace, row))
			break;
		if (!(id = part_id(c->part, c->trace.i[row], e)))
			return -1;
		str_hex(text, id, 16);
		*out = str_mk(text, 32);
		break;
	case SPAN_ID:
		if (!cols_has(&c->span, row))
			break;
		str_hex(text, c->span.fix + (size_t)row * 8, 8);
		*out = str_mk(text, 16);
		break;
	case SEVERITY:
		if (cols_has(&c->severity, row) && c->severity.i[row] != 0)
			*out = str_mk(text, (size_t)snprintf(text, 40, "%lld",
			    (long long)c->severity.i[row]));
		break;
	case SEVERITY_TEXT:
		if (cols_has(&c->severity_text, row))
			*out = vec_str(&c->severity_text, row);
		break;
	case OBSERVED:
		if (cols_has(&c->observed, row))
			*out = str_mk(text, (size_t)snprintf(text, 40, "%llu",
			    (unsigned long long)c->time.i[row] +
			    (unsigned long long)c->observed.i[row]));
		break;
	}
	return 0;
}

/* The line's own metadata, then its context's. */
static int
meta_value(struct log_cols *c, const struct source *s, uint32_t row,
    char text[40], struct str *out, struct err *e)
{
	if (s->meta && cols_has(s->meta, row))
		*out = vec_str(s->meta, row);
	if (out->n == 0 && s->in_x && cols_has(&c->x, row))
		*out = pairs_get(vec_str(&c->x, row), s->name);
	if (out->n == 0 && s->kind != PLAIN &&
	    kind_value(c, s, row, text, out, e) == -1)
		return -1;
	if (out->n == 0 && cols_has(&c->context, row))
		*out = s->by_context[code_of(&c->context, row)];
	return 0;
}

/* The stream's label first, then metadata. */
static int
value_of(struct log_cols *c, const struct source *s, uint32_t row,
    char text[40], struct str *out, struct err *e)
{
	uint32_t stream = code_of(&c->stream, row);

	*out = s->by_stream[stream];
	if (out->n == 0 && meta_value(c, s, row, text, out, e) == -1)
		return -1;
	if (out->n == 0 && s->clash && s->clash->by_stream[stream].n > 0 &&
	    meta_value(c, s->clash, row, text, out, e) == -1)
		return -1;
	if (!out->p)
		*out = S("");
	return 0;
}

int
values_open(struct log_values *v, struct log_cols *c, const struct str *names,
    size_t n, struct err *e)
{
	*v = (struct log_values){ .cols = c, .n = n, .plain = true,
		.s = arena_new(c->mem, struct source, n + 1),
		.v = arena_zero(c->mem, struct str, n + 1),
		.text = arena_get(c->mem, n + 1, sizeof *v->text) };
	for (size_t k = 0; k < n; k++) {
		if (source_init(c, names[k], &v->s[k], e) == -1)
			return -1;
		v->plain &= v->s[k].kind == PLAIN &&
		    (!v->s[k].clash || v->s[k].clash->kind == PLAIN);
	}
	return 0;
}

int
values_at(struct log_values *v, uint32_t row, struct err *e)
{
	v->same = v->plain;
	for (size_t k = 0; k < v->n; k++) {
		struct str last = v->v[k];

		if (value_of(v->cols, &v->s[k], row, v->text[k], &v->v[k],
		    e) == -1)
			return -1;
		v->same &= v->v[k].p == last.p && v->v[k].n == last.n;
	}
	return 0;
}
