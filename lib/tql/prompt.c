/* The prompt: its commands, and what they change. */
#include "tql/session.h"

#include "line/shell.h"
#include "tql/complete.h"
#include "tql/far.h"

static int
do_trace(void *arg, const char *id, struct err *e)
{
	if (!tql_is_id(str_of(id)))
		return err_set(e, ERR_QUERY, "\\trace ID: up to 32 hex "
		    "digits");
	tql_session_query(arg, str_of(id));
	return 0;
}

static int
do_logs(void *arg, const char *id, struct err *e)
{
	const struct tql_session *s = arg;
	const char *args[] = { "--direction", "forward", "--trace", id, NULL };
	struct store_view *view;
	char whole[33];

	if (!s->ask.other)
		return err_set(e, ERR_QUERY, "\\logs needs the log store, or "
		    "a Loki: tql -D DIR|URL; or ask yourself: lql -d DIR "
		    "--trace %s", id);
	/* a whole one may have logs, but no trace here */
	if (strlen(id) < 32 && s->ask.remote.url)
		return remote_refuse("the beginning of an id", "it finds "
		    "whole ones only", e);
	if (strlen(id) < 32) {
		view = tql_session_view(s, e);
		if (!view)
			return -1;
		int r = tql_whole_id(view, str_of(id), whole, e);

		store_view_close(view);
		if (r == -1)
			return -1;
		args[3] = whole;
	}
	return ask_jump(&s->ask, "lql", args, e);
}

static int
do_tags(void *arg, const char *scope, struct err *e)
{
	(void)e;
	tql_session_tags(arg, str_of(scope));
	return 0;
}

static int
do_values(void *arg, const char *text, struct err *e)
{
	struct str query = str_of(text), key = tql_cut_key(&query);

	(void)e;
	tql_session_values(arg, "\\values", key, query);
	return 0;
}

static int
do_explain(void *arg, const char *text, struct err *e)
{
	struct tql_session *s = arg;

	(void)e;
	s->explain = true;
	tql_session_query(s, str_of(text));
	s->explain = false;
	return 0;
}

static int
do_follow(void *arg, const char *text, struct err *e)
{
	(void)e;
	tql_session_follow(arg, "query", str_of(text));
	return 0;
}

static int
do_diff(void *arg, const char *text, struct err *e)
{
	struct str rest = str_of(text), side[2] = { { 0 } };

	for (unsigned i = 0; i < 2; i++) {
		rest = str_trim(rest);
		str_cut(&rest, ' ', &side[i]);
	}
	if (side[1].n == 0)
		return err_set(e, ERR_QUERY, "\\diff A B: two trace ids, or "
		    "FROM..TO twice");
	tql_session_diff(arg, side, rest);
	return 0;
}

static int
do_step(void *arg, const char *to, struct err *e)
{
	struct tql_session *s = arg;

	return ask_step(to, "\\step", &s->tql.step, e);
}

static int
do_spans(void *arg, const char *n, struct err *e)
{
	return tql_session_spans(arg, n, "\\spans", e);
}

static int
do_sort(void *arg, const char *by, struct err *e)
{
	return tql_session_sort(arg, by, "\\sort", e);
}

static const struct shell_command commands[] = {
	{ "trace", "ID", "one trace, as a picture; so does ID alone, or a "
	  "unique beginning", do_trace },
	{ "logs", "ID", "its log lines (needs -D); here, too, a beginning "
	  "will do", do_logs },
	{ "tags", "[SCOPE]", "names of attributes", do_tags },
	{ "values", "KEY [QUERY]", "the values of one, or those that the "
	  "spans of a query have", do_values },
	{ "explain", "QUERY", "how it is answered, and what that reads",
	  do_explain },
	{ "diff", "A B [QUERY]", "where the time went, in two traces or in "
	  "two times FROM..TO", do_diff },
	{ "limit", "N", "traces at most, or all", ask_do_limit },
	{ "sort", "BY", "which traces come first: by time, duration or spans",
	  do_sort },
	{ "spans", "N", "matching spans shown of each, or all", do_spans },
	{ "step", "TIME", "between the points of metrics, auto, or all",
	  do_step },
	{ "follow", "QUERY", "then traces as they come, till ^C", do_follow },
	{ "since", "AGE", "only the last AGE, or all", ask_do_since },
	{ "o", "FORM", "chart, table, json, csv, ids, rec or dot", ask_do_output },
	{ "timezone", "ZONE", "of times: UTC, Local, or such as Europe/Paris",
	  ask_do_zone },
	{ "stats", NULL, "what was read, behind each answer, or not any more",
	  ask_do_stats },
	{ 0 },
};

static int
query(void *arg, struct str text)
{
	return tql_session_query(arg, text);
}

static size_t
complete(void *arg, struct str before, size_t *from, struct arena *a,
    struct str **words)
{
	return tql_complete(arg, before, from, a, words);
}

int
tql_session_prompt(struct tql_session *s)
{
	struct tql_keys keys = { 0 };
	struct shell sh = { .tool = s->tool, .commands = commands,
		.example = "{ status = error && duration > 1s } >> "
		"{ name = \"x\" }", .query = query,
		.arg = s, .complete = { .complete = complete,
		.arg = &keys } };
	struct err e = { 0 };
	struct far far = { .to = &s->ask.remote };
	struct store_view *view = NULL;

	if (far.to->url)
		far_keys(&far, tql_session_asked(s), &s->ask.mem, &keys);
	else if (!(view = tql_session_view(s, &e)) ||
	    tql_keys(view, &s->ask.mem, &keys, &e) == -1) {
		store_view_close(view);
		return tool_fail(s->tool, &e);
	}
	store_view_close(view);
	return shell_run(&sh);
}
