#include "lql/session.h"

#include "base/num.h"
#include "base/time.h"
#include "lql/context.h"
#include "lql/far.h"
#include "lql/print.h"

void
lql_session_asked(struct lql_session *s)
{
	s->lql.out = ask_uncharted(s->ask.out);
	s->lql.chart = s->ask.out == ASK_CHART;
	s->lql.show = ask_show(&s->ask);
	s->lql.o.limit = s->ask.limit;
	s->lql.o.from = s->ask.from;
	s->lql.o.to = s->ask.to;
}

/* Parses and answers one query: the status. An empty text: every stream. */
int
lql_session_answer(struct lql_session *s, const char *where, struct str text)
{
	struct arena a = { 0 };
	struct lql_query q = { 0 };
	struct err e = { 0 };
	struct store_view *view = NULL;
	uint64_t lines = 0, from = time_mono();
	const char *what = "lines";
	int r = 0, status = 0;

	s->ask.count = (struct scan_count){ 0 };
	s->ask.remote.count = (struct remote_count){ 0 };
	lql_session_asked(s);
	if (text.n > 0 && lql_parse(&q, text, &a, &e) == -1)
		r = caret_in(&e, where);
	else if (s->lql.far && s->lql.o.ntrace_ids > 0 && far_only(&q,
	    &s->lql.o, &a, &e) == -1)
		r = -1;
	else if (s->fmt)
		r = lql_set_out(&s->lql, &q, &e);
	else if (s->follow)
		r = lql_follow(&s->lql, &q, tool_stop_fd(), &e);
	else if (!(view = lql_view(&s->lql, &e)) && !s->lql.far)
		r = -1;
	else
		r = lql_answer(&s->lql, view, &q, &lines, &what, &e);
	if (r == -1)
		status = tool_fail(s->tool, &e);
	else if (view && store_view_missing(view) > 0)
		status = 1;
	if (s->ask.stats && r == 0)
		tool_say(s->tool, "%s", ask_stats(&s->ask, lines, what,
		    time_mono() - from).p);
	if (view)
		store_view_close(view);
	lql_query_free(&q);
	arena_free(&a);
	return status;
}

int
lql_session_context(struct lql_session *s, const char *word, struct err *e)
{
	uint64_t n;

	if (!num_u64(str_of(word), &n) || n > LQL_CONTEXT_MAX)
		return err_set(e, ERR_QUERY, "context %s: not 0 to %u lines",
		    word, LQL_CONTEXT_MAX);
	s->lql.context = (uint32_t)n;
	return 0;
}

int
lql_session_batch(struct lql_session *s, const char *word, struct err *e)
{
	return num_u64(str_of(word), &s->lql.batch) &&
	    s->lql.batch >= 2 && s->lql.batch <= LQL_BATCH_MAX ? 0 :
	    err_set(e, ERR_QUERY, "--batch %s: not 2 to %u lines", word,
	    LQL_BATCH_MAX);
}

int
lql_session_direction(struct lql_session *s, const char *way,
    struct err *e)
{
	s->lql.o.forward = strcmp(way, "forward") == 0;
	return s->lql.o.forward || strcmp(way, "backward") == 0 ? 0 :
	    err_set(e, ERR_QUERY, "direction %s: forward or backward", way);
}
