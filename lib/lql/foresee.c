#include "lql/foresee.h"

#include "lql/filter.h"
#include "lql/seek.h"

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
seek(const struct foresight *s, const struct seek_line *l, struct str name,
    struct str *v)
{
	switch (s->parser->type) {
	case LQL_S_JSON: return seek_json(s->parser, l, name, v);
	case LQL_S_LOGFMT: return seek_logfmt(s->parser, l, name, v);
	default:
		return lql_pattern_seek(&s->parser->pattern, l->text, name, v);
	}
}

/* What is no object: an error, and no label. */
static bool
fails_at_once(const struct lql_step *parser, const struct seek_line *l)
{
	struct str begins = parser->names > 0 ? S("{[\"") : S(" \t\r\n{");

	return parser->type == LQL_S_JSON && l->text.n > 0 &&
	    (l->kind[0] != LOG_AT_TEXT || !str_has(begins, l->text.p[0]));
}

bool
foresee_find(void *arg, struct str line, const uint8_t *kind,
    struct log_slice *at)
{
	const struct foresight *s = arg;
	const struct seek_line l = { line, kind };
	struct str none;

	if (s->text)
		at[s->n + 1] = (struct log_slice){ 0, (uint32_t)line.n };
	/* no label has this name: who finds that has read all of the line */
	if (s->whole) {
		bool sound = !s->parser || seek(s, &l, S("\n"), &none) == 0;

		if (!sound && !fails_at_once(s->parser, &l))
			return false;
		at[s->n] = (struct log_slice){ 0, !sound };
		if (!sound || !s->parser) {
			memset(at, 0, s->n * sizeof *at);
			return true;
		}
	}
	for (uint32_t i = 0; i < s->n; i++) {
		struct str v = { NULL, 0 };
		int r = seek(s, &l, s->name[i], &v);

		if (r == -1 || (r == 1 && !seek_plain(v)))
			return false;
		at[i] = (struct log_slice){ 0, 0 };
		/* there, and empty, but where none is */
		if (r == 1 && v.n == 0 && v.p == line.p)
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

/* Of two paths for a name the first may drop a line; its value is the last's. */
static bool
names_differ(const struct lql_step *st)
{
	for (size_t i = 0; i < st->names; i++)
		for (size_t k = 0; k < i; k++)
			if (str_eq(st->name[i].name, st->name[k].name))
				return false;
	return true;
}

bool
foresee_parser(const struct lql_step *st)
{
	switch (st->type) {
	case LQL_S_JSON: return names_differ(st);
	case LQL_S_LOGFMT: return !st->strict;
	case LQL_S_PATTERN: return lql_pattern_fixed(&st->pattern);
	default: return false;
	}
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
