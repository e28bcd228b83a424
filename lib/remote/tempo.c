/* tempo: what Tempo's API is asked, and its answers. traceql.md 11. */
#include "base/time.h"
#include "remote/server.h"

#define LIMIT_MAX	10000u	/* traces; the API has no word for all */

static bool
is_id(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("0123456789abcdefABCDEF", s.p[i] ? s.p[i] : 'x'))
			return false;
	return s.n > 0 && s.n <= 32;
}

/* One trace, if it is there. */
static int
trace(struct server *s, struct str id, struct buf *body, struct err *e)
{
	struct buf path = { 0 };
	int r;

	server_path(&path, "/api/traces/");
	buf_adds(&path, id);
	buf_reset(body);
	r = server_protobuf(s, buf_str(&path), body, e);
	buf_free(&path);
	return r != 1 ? r : server_say(s, &(struct remote_answer){ .kind =
	    ANSWER_TRACE, .text = buf_str(body) }, e);
}

static int
traces(struct server *s, const struct question *q, struct err *e)
{
	struct str rest = q->text, id;
	struct buf body = { 0 };
	int r = 0;

	while (r == 0 && str_cut(&rest, '\n', &id)) {
		id = str_trim(id);
		if (is_id(id))	/* who asks says what is none */
			r = trace(s, id, &body, e);
	}
	buf_free(&body);
	return r;
}

/* Which traces match, of `limit` at most; NULL: failed. */
static json_t *
find(struct server *s, const struct question *q, uint64_t limit,
    struct err *e)
{
	struct buf b = { 0 };
	json_t *j;

	server_path(&b, "/api/search");
	server_param(&b, "q", q->text);
	server_number(&b, "limit", limit);
	server_number(&b, "spss", 1);	/* we have the traces themselves */
	server_number(&b, "start", q->from / NS_S);
	server_number(&b, "end", q->to / NS_S + 1);
	j = server_json(s, buf_str(&b), NULL, e);
	buf_free(&b);
	return j;
}

static int
search(struct server *s, const struct question *q, struct err *e)
{
	uint64_t limit = q->limit && q->limit < LIMIT_MAX ? q->limit :
	    LIMIT_MAX;
	json_t *j = find(s, q, limit, e), *all, *id;
	struct buf body = { 0 };
	int r = 0;

	if (!j)
		return -1;
	all = json_object_get(j, "traces");
	if (limit != q->limit && json_array_size(all) >= limit)
		r = err_set(e, ERR_LIMIT, "%u traces, or more: a shorter "
		    "range, or a --limit", LIMIT_MAX);
	for (size_t i = 0; i < json_array_size(all) && r == 0; i++) {
		id = json_object_get(json_array_get(all, i), "traceID");
		struct str hex = str_mk(json_string_value(id),
		    json_string_length(id));

		r = is_id(hex) ? trace(s, hex, &body, e) : err_set(e,
		    ERR_CORRUPT, "an answer that is not as Tempo's are");
	}
	json_decref(j);
	buf_free(&body);
	return r;
}

int
tempo_ask(struct server *s, const struct question *q, struct err *e)
{
	switch (q->what) {
	case QUESTION_TRACES: return traces(s, q, e);
	case QUESTION_SEARCH: return search(s, q, e);
	default:
		return err_set(e, ERR_QUERY, "nothing that Tempo can be "
		    "asked");
	}
}
