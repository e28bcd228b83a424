/* tempo: what Tempo's API is asked, and its answers. traceql.md 11. */
#include "base/num.h"
#include "base/time.h"
#include "remote/server.h"
#include "text/url.h"

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

/* Left out, it is 0. */
static uint64_t
number(json_t *j)
{
	uint64_t n = json_is_integer(j) && json_integer_value(j) > 0 ?
	    (uint64_t)json_integer_value(j) : 0;

	num_u64(server_text(j), &n);
	return n;
}

static uint64_t
ns_of(json_t *ms)
{
	uint64_t n = number(ms);

	return n < UINT64_MAX / NS_MS ? n * NS_MS : 0;
}

/* `end`: of a trace, else 0. */
static int
say_name(struct server *s, struct str of, struct str name, uint64_t end,
    struct err *e)
{
	struct label l = { of, name, LABEL_STR };

	return server_say(s, &(struct remote_answer){ .kind = ANSWER_NAME,
	    .time = end, .labels = { &l, 1 } }, e);
}

static int
say_found(struct server *s, json_t *one, struct err *e)
{
	struct str id = server_text(json_object_get(one, "traceID"));
	uint64_t start = number(json_object_get(one, "startTimeUnixNano")),
	    took = ns_of(json_object_get(one, "durationMs"));

	if (!is_id(id))
		return err_set(e, ERR_CORRUPT, "an answer that is not as "
		    "Tempo's are");
	return say_name(s, S("id"), id, start + (took < UINT64_MAX - start ?
	    took : 0), e);
}

static json_t *
ask_search(struct server *s, const struct question *q, uint64_t limit,
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
find(struct server *s, const struct question *q, struct err *e)
{
	uint64_t limit = q->limit && q->limit < LIMIT_MAX ? q->limit :
	    LIMIT_MAX;
	json_t *j = ask_search(s, q, limit, e), *all, *one;
	int r = 0;
	size_t i;

	if (!j)
		return -1;
	all = json_object_get(j, "traces");
	if (limit != q->limit && json_array_size(all) >= limit)
		r = err_set(e, ERR_LIMIT, "%u traces, or more: a shorter "
		    "range, or a --limit", LIMIT_MAX);
	json_array_foreach(all, i, one) {
		if (r == 0)
			r = say_found(s, one, e);
	}
	json_decref(j);
	return r;
}

/* ---- series ------------------------------------------------------------- */

/* A value of a label, {"intValue": "1"}: text and type. */
static void
label_value(json_t *value, struct label *l, struct arena *mem)
{
	json_t *text = json_object_get(value, "stringValue"),
	    *whole = json_object_get(value, "intValue"),
	    *real = json_object_get(value, "doubleValue"),
	    *truth = json_object_get(value, "boolValue");
	char number[32];

	if (real) {
		l->type = LABEL_F64;
		l->value = arena_str(mem, json_is_number(real) ?
		    str_of(num_fmt_f64(number, json_number_value(real))) :
		    server_text(real));
	} else if (truth) {
		l->type = LABEL_BOOL;
		l->value = json_is_true(truth) ? S("true") : S("false");
	} else {
		l->type = whole ? LABEL_INT : LABEL_STR;
		l->value = server_text(whole ? whole : text);
	}
}

static struct labels
labels_from(json_t *list, struct arena *mem)
{
	size_t n = json_array_size(list), i;
	struct label *v = arena_zero(mem, struct label, n + 1);
	json_t *one;

	json_array_foreach(list, i, one) {
		v[i].name = server_text(json_object_get(one, "key"));
		label_value(json_object_get(one, "value"), &v[i], mem);
	}
	return labels_sort(v, (uint32_t)n);
}

/* The traces behind the series that was just said. */
static int
say_exemplars(struct server *s, json_t *all, struct err *e)
{
	struct arena mem = { 0 };
	int r = 0;

	for (size_t i = 0; i < json_array_size(all) && r == 0; i++) {
		json_t *one = json_array_get(all, i);
		struct answer_point p = { ns_of(json_object_get(one,
		    "timestampMs")), server_f64(json_object_get(one,
		    "value")) };

		arena_reset(&mem);
		r = server_say(s, &(struct remote_answer){ .kind =
		    ANSWER_EXEMPLAR, .labels = labels_from(json_object_get(one,
		    "labels"), &mem), .point = &p, .points = 1 }, e);
	}
	arena_free(&mem);
	return r;
}

static int
say_series(struct server *s, json_t *one, const struct question *q,
    struct err *e)
{
	json_t *samples = json_object_get(one, "samples"), *sample;
	size_t n = q->step ? json_array_size(samples) : 1, i;
	struct arena mem = { 0 };
	struct answer_point *p = arena_zero(&mem, struct answer_point, n + 1);
	int r;

	p[0] = (struct answer_point){ q->to, server_f64(json_object_get(one,
	    "value")) };
	for (i = 0; i < n && q->step; i++) {
		sample = json_array_get(samples, i);
		p[i] = (struct answer_point){ ns_of(json_object_get(sample,
		    "timestampMs")), server_f64(
		    json_object_get(sample, "value")) };
	}
	r = server_say(s, &(struct remote_answer){ .kind = ANSWER_SERIES,
	    .labels = labels_from(json_object_get(one, "labels"), &mem),
	    .point = p, .points = n }, e);
	if (r == 0 && q->exemplars > 0)
		r = say_exemplars(s, json_object_get(one, "exemplars"), e);
	arena_free(&mem);
	return r;
}

static int
series(struct server *s, const struct question *q, struct err *e)
{
	struct buf b = { 0 };
	json_t *j, *all;
	int r = 0;

	server_path(&b, q->step ? "/api/metrics/query_range" :
	    "/api/metrics/query");
	server_param(&b, "q", q->text);
	server_number(&b, "start", q->from);
	server_number(&b, "end", q->to);
	if (q->step)
		server_seconds(&b, "step", q->step);
	if (q->exemplars > 0)
		server_number(&b, "exemplars", q->exemplars);
	j = server_json(s, buf_str(&b), NULL, e);
	buf_free(&b);
	if (!j)
		return -1;
	all = json_object_get(j, "series");
	for (size_t i = 0; i < json_array_size(all) && r == 0; i++)
		r = say_series(s, json_array_get(all, i), q, e);
	json_decref(j);
	return r;
}

/* ---- names --------------------------------------------------------------- */

static json_t *
ask_names(struct server *s, const struct question *q, struct buf *path,
    struct err *e)
{
	if (q->text.n > 0)
		server_param(path, "q", q->text);
	server_number(path, "start", q->from / NS_S);
	server_number(path, "end", q->to / NS_S + 1);
	if (q->limit > 0)
		server_number(path, "limit", q->limit);
	return server_json(s, buf_str(path), NULL, e);
}

static int
tags(struct server *s, const struct question *q, struct err *e)
{
	struct buf path = { 0 };
	json_t *j, *scope, *name;
	size_t i, k;
	int r = 0;

	server_path(&path, "/api/v2/search/tags");
	j = ask_names(s, q, &path, e);
	json_array_foreach(json_object_get(j, "scopes"), i, scope) {
		json_t *tags = json_object_get(scope, "tags");

		json_array_foreach(tags, k, name) {
			if (r == 0)
				r = say_name(s, server_text(json_object_get(
				    scope, "name")), server_text(name), 0, e);
		}
	}
	if (!j)
		r = -1;
	json_decref(j);
	buf_free(&path);
	return r;
}

/* A part of a path: there + is itself. */
static void
put_part(struct buf *b, struct str part)
{
	struct buf text = { 0 };

	url_encode(&text, part);
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '+')
			buf_adds(b, S("%20"));
		else
			buf_u8(b, (uint8_t)text.p[i]);
	buf_free(&text);
}

static int
values(struct server *s, const struct question *q, struct err *e)
{
	struct buf path = { 0 };
	json_t *j, *value;
	size_t i;
	int r = 0;

	server_path(&path, "/api/v2/search/tag/");
	put_part(&path, q->name);
	buf_adds(&path, S("/values"));
	j = ask_names(s, q, &path, e);
	json_array_foreach(json_object_get(j, "tagValues"), i, value) {
		if (r == 0)
			r = say_name(s, server_text(json_object_get(value,
			    "type")), server_text(json_object_get(value,
			    "value")), 0, e);
	}
	if (!j)
		r = -1;
	json_decref(j);
	buf_free(&path);
	return r;
}

int
tempo_ask(struct server *s, const struct question *q, struct err *e)
{
	switch (q->what) {
	case QUESTION_TRACES: return traces(s, q, e);
	case QUESTION_FIND: return find(s, q, e);
	case QUESTION_SERIES: return series(s, q, e);
	case QUESTION_TAGS: return tags(s, q, e);
	case QUESTION_VALUES: return values(s, q, e);
	default:
		return err_set(e, ERR_QUERY, "nothing that Tempo can be "
		    "asked");
	}
}
