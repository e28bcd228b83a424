/* The prompt: its commands, and what they change. */
#include "line/shell.h"
#include "lql/known.h"
#include "lql/session.h"

static int
do_trace(void *arg, const char *id, struct err *e)
{
	const struct lql_session *s = arg;

	if (!s->ask.other)
		return err_set(e, ERR_QUERY, "\\trace needs the trace store, "
		    "or a Tempo: lql -D DIR|URL; or ask yourself: tql -d DIR "
		    "%s", id);
	return ask_jump(&s->ask, "tql", (const char *const[]){ id, NULL }, e);
}

static int
do_direction(void *arg, const char *way, struct err *e)
{
	return lql_session_direction(arg, way, e);
}

static int
do_context(void *arg, const char *n, struct err *e)
{
	return lql_session_context(arg, n, e);
}

static int
do_expand(void *arg, const char *none, struct err *e)
{
	struct lql_session *s = arg;

	(void)none;
	(void)e;
	s->lql.expand = !s->lql.expand;
	return 0;
}

static int
do_hits(void *arg, const char *none, struct err *e)
{
	struct lql_session *s = arg;

	(void)none;
	(void)e;
	s->lql.hits = !s->lql.hits;
	return 0;
}

static int
do_step(void *arg, const char *to, struct err *e)
{
	return ask_step(to, "\\step", &((struct lql_session *)arg)->lql.step, e);
}

static int
do_follow(void *arg, const char *query, struct err *e)
{
	struct lql_session *s = arg;

	(void)e;
	s->follow = true;
	lql_session_answer(s, "query", str_of(query));
	s->follow = false;
	return 0;
}

/* The query, a selector, may be left out. */
static int
about(struct lql_session *s, enum lql_about what, struct str label,
    const char *query)
{
	s->lql.about = what;
	s->lql.label = label;
	lql_session_answer(s, "query", str_of(query));
	s->lql.about = LQL_LINES;
	return 0;
}

static int
do_labels(void *arg, const char *query, struct err *e)
{
	(void)e;
	return about(arg, LQL_LABELS, S(""), query);
}

static int
do_values(void *arg, const char *operand, struct err *e)
{
	struct str rest = str_of(operand), label;

	(void)e;
	str_cut(&rest, ' ', &label);
	return about(arg, LQL_VALUES, label, str_trim(rest).p);
}

static int
do_volume(void *arg, const char *operand, struct err *e)
{
	struct str rest = str_of(operand), label;

	(void)e;
	str_cut(&rest, ' ', &label);
	return about(arg, LQL_VOLUME, label, str_trim(rest).p);
}

static int
do_patterns(void *arg, const char *query, struct err *e)
{
	(void)e;
	return about(arg, LQL_PATTERNS, S(""), query);
}

static int
do_fields(void *arg, const char *query, struct err *e)
{
	(void)e;
	return about(arg, LQL_FIELDS, S(""), query);
}

static int
do_series(void *arg, const char *query, struct err *e)
{
	(void)e;
	return about(arg, LQL_SERIES, S(""), query);
}

static const struct shell_command commands[] = {
	{ "trace", "ID", "the trace of a line (needs -D)", do_trace },
	{ "labels", "[SELECTOR]", "the labels there are", do_labels },
	{ "values", "LABEL [SELECTOR]", "the values of a label", do_values },
	{ "series", "[SELECTOR]", "the streams there are", do_series },
	{ "volume", "LABEL [QUERY]", "lines and bytes by a label",
	  do_volume },
	{ "patterns", "[QUERY]", "what the lines look like", do_patterns },
	{ "fields", "[QUERY]", "what can be asked for beside labels",
	  do_fields },
	{ "hits", NULL, "how many lines when, above them, or not any more",
	  do_hits },
	{ "x", NULL, "what is in each line below it, or not any more",
	  do_expand },
	{ "context", "N", "lines of its stream around each line, or 0",
	  do_context },
	{ "follow", "[QUERY]", "then lines as they come, till ^C",
	  do_follow },
	{ "limit", "N", "lines at most, or all", ask_do_limit },
	{ "since", "AGE", "only the last AGE, or all", ask_do_since },
	{ "o", "FORM", "chart, table, json, csv, raw, ids or rec", ask_do_output },
	{ "step", "TIME", "between the points of metrics, auto, or all",
	  do_step },
	{ "direction", "WAY", "forward (oldest first) or backward",
	  do_direction },
	{ "timezone", "ZONE", "of times: UTC, Local, or such as Europe/Paris",
	  ask_do_zone },
	{ "stats", NULL, "what was read, behind each answer, or not any more",
	  ask_do_stats },
	{ 0 },
};

static int
query(void *arg, struct str text)
{
	return lql_session_answer(arg, "query", text);
}

static size_t
complete(void *arg, struct str before, size_t *from, struct arena *a,
    struct str **words)
{
	struct known *k = arg;

	known_look(k, lql_complete_selector(before));
	return lql_complete(&k->words, before, from, a, words);
}

int
lql_session_prompt(struct lql_session *s)
{
	struct known known;
	struct shell sh = { .tool = s->tool, .commands = commands,
		.example = "{service_name=\"x\"} |= \"text\" | "
		"severity_text=\"ERROR\"", .query = query,
		.arg = s, .complete = { .complete = complete,
		.arg = &known } };
	struct err e = { 0 };
	int status;

	lql_session_asked(s);
	status = known_open(&known, &s->lql, &e) == -1 ?
	    tool_fail(s->tool, &e) : shell_run(&sh);
	known_free(&known);
	return status;
}
