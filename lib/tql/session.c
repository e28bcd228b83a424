#include "tql/session.h"

#include "base/io.h"
#include "base/num.h"
#include "base/time.h"
#include "tql/far.h"

#define IDS_MAX	((size_t)256 << 20)

struct store_view *
tql_session_view(const struct tql_session *s, struct err *e)
{
	struct store_view_opts vo = { .kind = "traces",
		.tenant = s->ask.tenant, .say = s->tql.say,
		.say_arg = s->tql.say_arg };

	return store_view(s->ask.store, &vo, e);
}

const struct tql_ask *
tql_session_asked(struct tql_session *s)
{
	s->tql.out = ask_uncharted(s->ask.out);
	s->tql.chart = s->ask.out == ASK_CHART;
	s->tql.show = ask_show(&s->ask);
	s->tql.o.limit = s->ask.limit;
	s->tql.o.from = s->ask.from;
	s->tql.o.to = s->ask.to;
	return &s->tql;
}

/* What an answer came to. */
struct outcome { uint64_t n, from; const char *what; };

static struct outcome
begin(struct tql_session *s, const char *what)
{
	s->ask.count = (struct scan_count){ 0 };
	s->ask.remote.count = (struct remote_count){ 0 };
	return (struct outcome){ .n = 1, .from = time_mono(), .what = what };
}

/* The status of an answer (r: 0, -1); --stats are said. */
static int
end(struct tql_session *s, struct store_view *view, int r,
    const struct outcome *o, struct err *e)
{
	if (r == -1)
		return tool_fail(s->tool, e);
	if (s->ask.stats)
		tool_say(s->tool, "%s", ask_stats(&s->ask, o->n, o->what,
		    time_mono() - o->from).p);
	return view && store_view_missing(view) > 0;
}

static struct far
far_of(struct tql_session *s)
{
	return (struct far){ .to = &s->ask.remote };
}

/* What a server has of it, when there is no view yet: 0, -1. */
static int
fetch_far(struct tql_session *s, struct store_view **view, struct far *f,
    struct str text, struct err *e)
{
	const struct tql_ask *asked = tql_session_asked(s);

	if (*view)
		return 0;
	if ((tql_is_id(text) ? far_ids : far_search)(f, asked, text, e) == -1)
		return -1;
	*view = f->view;
	return 0;
}

int
tql_session_answer(struct tql_session *s, struct store_view *view,
    const char *where, struct str text)
{
	struct outcome o = begin(s, "traces");
	struct far far = far_of(s);
	struct err e = { 0 };
	int r, status;

	text = str_trim(text);
	s->tql.far = view ? NULL : &far;
	if (!view && tql_is_id(text))
		text = far_whole_id(text, &s->ask.mem);
	if (s->explain && tql_is_id(text))
		r = err_set(&e, ERR_QUERY, "a query can be explained, not a "
		    "trace");
	else if (!view && s->explain)
		r = far_explain(&far, tql_session_asked(s), text, &o.n, &e);
	else if (fetch_far(s, &view, &far, text, &e) == -1)
		r = -1;
	else if (tql_is_id(text))
		r = tql_trace(tql_session_asked(s), view, text, &e);
	else
		r = s->explain ?
		    tql_explain(tql_session_asked(s), view, text, &o.n, &e) :
		    tql_answer(tql_session_asked(s), view, text, &o.n, &o.what, &e);
	if (r == -1 && !tql_is_id(text))	/* which may begin with a digit */
		caret_in(&e, where);
	status = end(s, view, r, &o, &e);
	s->tql.far = NULL;
	far_free(&far);
	return status;
}

int
tql_session_query(struct tql_session *s, struct str text)
{
	struct err e = { 0 };
	struct store_view *view = NULL;
	int status;

	if (!s->ask.remote.url && !(view = tql_session_view(s, &e)))
		return tool_fail(s->tool, &e);
	status = tql_session_answer(s, view, "query", text);
	store_view_close(view);
	return status;
}

/* Where names are looked up: a store, or a server. names_close it. */
static struct store_view *
names_open(struct tql_session *s, struct far *f, struct err *e)
{
	*f = far_of(s);
	if (!s->ask.remote.url)
		return tql_session_view(s, e);
	far_empty(f, &s->tql);
	s->tql.far = f;
	return f->view;
}

static void
names_close(struct tql_session *s, struct far *f, struct store_view *view)
{
	if (!s->tql.far)
		store_view_close(view);
	s->tql.far = NULL;
	far_free(f);
}

int
tql_session_tags(struct tql_session *s, struct str scope)
{
	struct outcome o = begin(s, "names");
	struct err e = { 0 };
	struct far far;
	struct store_view *view = names_open(s, &far, &e);
	int status;

	if (!view)
		return tool_fail(s->tool, &e);
	status = end(s, view, tql_put_tags(tql_session_asked(s), view, scope, &o.n, &e),
	    &o, &e);
	names_close(s, &far, view);
	return status;
}

int
tql_session_values(struct tql_session *s, const char *where, struct str key,
    struct str query)
{
	struct outcome o = begin(s, "values");
	struct err e = { 0 };
	struct far far;
	struct store_view *view = names_open(s, &far, &e);
	int status, r;

	if (!view)
		return tool_fail(s->tool, &e);
	r = tql_put_values(tql_session_asked(s), view, key, query, &o.n, &e);
	if (r == -1)
		caret_in(&e, where);
	status = end(s, view, r, &o, &e);
	names_close(s, &far, view);
	return status;
}

int
tql_session_diff(struct tql_session *s, const struct str side[2],
    struct str query)
{
	struct outcome o = begin(s, "differences");
	const struct tql_ask *asked = tql_session_asked(s);
	struct far far = far_of(s);
	struct str whole[2] = { side[0], side[1] };
	struct store_view *view = NULL;
	struct err e = { 0 };
	bool remote = s->ask.remote.url != NULL;
	int status, r = 0;

	query = str_trim(query);
	for (unsigned i = 0; i < 2 && remote; i++)
		if (tql_is_id(whole[i]))
			whole[i] = far_whole_id(whole[i], &s->ask.mem);
	if (remote)
		r = far_sides(&far, asked, whole, query, &e);
	else if (!(view = tql_session_view(s, &e)))
		r = -1;
	if (r == 0)
		r = tql_diff(asked, remote ? far.view : view, whole, query,
		    &e);
	status = end(s, view, r, &o, &e);
	store_view_close(view);
	far_free(&far);
	return status;
}

int
tql_session_ids(struct tql_session *s, struct store_view *view)
{
	const struct tql_ask *asked = tql_session_asked(s);
	struct far far = far_of(s);
	struct buf b = { 0 };
	struct err e = { 0 };
	unsigned missing = 0;
	int status = 0;

	if (io_slurp("/dev/stdin", &b, IDS_MAX, &e) == -1 ||
	    (!view && far_ids(&far, asked, buf_str(&b), &e) == -1) ||
	    tql_traces(asked, view ? view : far.view, buf_str(&b), "stdin",
	    &missing, &e) == -1)
		status = tool_fail(s->tool, &e);
	far_free(&far);
	buf_free(&b);
	return status > 0 ? status : missing > 0;
}

int
tql_session_exemplars(struct tql_session *s, const char *to, struct err *e)
{
	uint64_t n;

	if (!num_u64(str_of(to), &n) || n > TQL_EXEMPLARS_MAX)
		return err_set(e, ERR_QUERY, "--exemplars %s: a number up to "
		    "%u", to, TQL_EXEMPLARS_MAX);
	s->tql.exemplars = (uint32_t)n;
	return 0;
}

int
tql_session_spans(struct tql_session *s, const char *to, const char *option,
    struct err *e)
{
	uint64_t n;

	if (ask_count(to, option, &n, e) == -1)
		return -1;
	s->tql.o.spans = n == 0 || n > UINT32_MAX ? UINT32_MAX :
	    (uint32_t)n;
	return 0;
}

int
tql_session_sort(struct tql_session *s, const char *by, const char *option,
    struct err *e)
{
	static const char *const word[] = { "time", "duration", "spans" };

	for (unsigned i = 0; i < sizeof word / sizeof *word; i++)
		if (strcmp(by, word[i]) == 0) {
			s->tql.sort = (enum tql_sort)i;
			return 0;
		}
	return err_set(e, ERR_QUERY, "%s %s: time, duration or spans", option,
	    by);
}
