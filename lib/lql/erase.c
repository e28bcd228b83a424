#include "lql/erase.h"

#include "base/num.h"
#include "log/erase.h"
#include "lql/run.h"
#include "lql/step.h"

static int
encode(const struct lql_log *q, struct arena *a, struct str *what,
    struct err *e)
{
	struct log_line_filter *line = arena_new(a, struct log_line_filter,
	    q->nsteps + 1);
	struct log_scan_opts o = { .match = q->match, .nmatch = q->nmatch,
		.filter = line };
	struct buf b = { 0 };

	for (size_t i = 0; i < q->nsteps; i++) {
		if (q->step[i].type != LQL_S_LINE || !q->step[i].pushed)
			return err_set(e, ERR_QUERY, "lines are deleted by "
			    "a selector and |=, !=, |~, !~ alone");
		line[o.nfilter++] = lql_line_filter(&q->step[i], a);
	}
	if (o.nmatch > ERASE_PARTS_MAX || o.nfilter > ERASE_PARTS_MAX)
		return err_set(e, ERR_QUERY, "more than %u filters",
		    ERASE_PARTS_MAX);
	erase_put(&b, &o);
	*what = arena_str(a, buf_str(&b));
	buf_free(&b);
	return what->n <= STORE_DELETE_MAX ? 0 : err_set(e, ERR_QUERY,
	    "the query is too long for a deletion");
}

int
lql_erase(struct str text, struct arena *a, struct store_delete *d,
    struct err *e)
{
	struct lql_query q = { 0 };
	int r = lql_parse(&q, text, a, e);

	if (r == 0 && q.metric)
		r = err_set(e, ERR_QUERY, "lines are deleted, not series");
	if (r == 0)
		r = encode(&q.log, a, &d->what, e);
	d->text = text;
	lql_query_free(&q);
	return r;
}

int
lql_erase_aged(struct str text, uint64_t now, struct arena *a,
    struct store_delete *d, struct err *e)
{
	size_t at = text.n;
	int64_t age;

	while (at > 0 && text.p[at - 1] != '=')
		at--;
	if (at < 2 || text.p[at - 2] != '}' ||
	    !num_prom_duration(str_skip(text, at), &age) || age <= 0)
		return err_set(e, ERR_QUERY, "%.*s: not SELECTOR=AGE, such as "
		    "{env=\"dev\"}=3d", PS(text));
	d->to = now > (uint64_t)age ? now - (uint64_t)age : 1;
	return lql_erase(str_mk(text.p, at - 1), a, d, e);
}
