#include "lql/foresee.h"

#include "lql/filter.h"
#include "lql/pipe.h"

struct sight {
	struct foresight see;
	const struct lql_stage *stage;
};

bool
foresee_can(struct str name)
{
	static const struct str known[] = { S("trace_id"), S("span_id"),
		S("severity_number"), S("severity_text"),
		S("detected_level"), S("observed_timestamp") };

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_eq(name, known[i]))
			return false;
	return !str_starts(name, S("__")) && !str_ends(name, S("_extracted"));
}

static int
seek(const struct foresight *s, struct str line, const uint8_t *kind,
    struct str name, struct str *v)
{
	switch (s->parser->type) {
	case LQL_S_JSON: return pipe_json_seek(line, kind, name, v);
	case LQL_S_LOGFMT:
		return pipe_logfmt_seek(s->parser, line, kind, name, v);
	default: return lql_pattern_seek(&s->parser->pattern, line, name, v);
	}
}

/* What is no object: an error, and no label. */
static bool
fails_at_once(const struct lql_step *parser, struct str line,
    const uint8_t *kind)
{
	return parser->type == LQL_S_JSON && line.n > 0 &&
	    (kind[0] != LOG_AT_TEXT || !str_has(S(" \t\r\n{"), line.p[0]));
}

bool
foresee_find(void *arg, struct str line, const uint8_t *kind,
    struct log_slice *at)
{
	const struct foresight *s = arg;
	struct str none;

	if (s->text)
		at[s->n + 1] = (struct log_slice){ 0, (uint32_t)line.n };
	/* no label has this name: who finds that has read all of the line */
	if (s->whole) {
		bool sound = !s->parser ||
		    seek(s, line, kind, S("\n"), &none) == 0;

		if (!sound && !fails_at_once(s->parser, line, kind))
			return false;
		at[s->n] = (struct log_slice){ 0, !sound };
		if (!sound || !s->parser) {
			memset(at, 0, s->n * sizeof *at);
			return true;
		}
	}
	for (uint32_t i = 0; i < s->n; i++) {
		struct str v = { NULL, 0 };
		int r = seek(s, line, kind, s->name[i], &v);

		if (r == -1 || (r == 1 && !pipe_seek_plain(v)))
			return false;
		at[i] = (struct log_slice){ 0, 0 };
		/* there, and empty, but where none is */
		if (r == 1 && v.n == 0 && (!v.p || v.p == line.p))
			return false;
		if (r == 1)
			at[i] = (struct log_slice){ (uint32_t)(v.p - line.p),
				(uint32_t)(v.p - line.p + (ptrdiff_t)v.n) };
	}
	return true;
}

static bool
test(void *arg, const struct str *values)
{
	const struct sight *s = arg;
	const struct lql_filter *bad;

	return lql_keeps(s->stage, values, LQL_CLEAN, &bad);
}

static bool
can_tell(const struct lql_stage *st)
{
	for (uint32_t i = 0; i < st->n; i++)
		if (!foresee_can(st->names[i]))
			return false;
	return true;
}

static struct log_parse_filter
filter_of(const struct lql_step *parser, const struct lql_stage *st,
    struct arena *a)
{
	struct sight *s = arena_new(a, struct sight, 1);
	struct str *unless = arena_new(a, struct str, st->n + 1);

	*s = (struct sight){ { .parser = parser, .name = st->names,
	    .n = st->n }, st };
	for (uint32_t i = 0; i < st->n; i++)
		unless[i] = st->names[i];
	/* with an error, numbers are not compared */
	unless[st->n] = S("__error__");
	return (struct log_parse_filter){ .n = st->n, .unless = unless,
		.nunless = st->n + (size_t)1, .find = foresee_find, .test = test,
		.arg = s };
}

bool
foresee_parser(const struct lql_step *st)
{
	return st->names == 0 && (st->type == LQL_S_JSON ||
	    (st->type == LQL_S_LOGFMT && !st->strict) ||
	    (st->type == LQL_S_PATTERN && lql_pattern_fixed(&st->pattern)));
}

size_t
foresee(const struct lql_log *q, struct arena *a,
    struct log_parse_filter **out)
{
	const struct lql_step *parser = NULL;
	size_t n = 0;

	*out = arena_new(a, struct log_parse_filter, q->nsteps + 1);
	for (size_t i = 0; i < q->nsteps; i++) {
		const struct lql_step *st = &q->step[i];

		if (!parser && foresee_parser(st))
			parser = st;
		else if (parser && st->type == LQL_S_LABEL) {
			if (can_tell(st->label))
				(*out)[n++] = filter_of(parser, st->label, a);
		} else if (st->type != LQL_S_LINE && st->type != LQL_S_LABEL)
			break;
	}
	return n;
}
