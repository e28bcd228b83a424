/* loki: what Loki's API is asked, and its answers. logql.md 11, 12, 16, 17. */
#include <stdlib.h>

#include "base/hash.h"
#include "base/num.h"
#include "base/time.h"
#include "remote/server.h"

#define PAGE		1000u	/* lines of a request, */
#define PAGE_MAX	5000u	/* which most servers give at most */
#define CATEGORIES	"X-Loki-Response-Encoding-Flags: categorize-labels"

/* A line of a page. */
struct line {
	uint64_t time;
	size_t no;		/* in the answer */
	json_t *stream, *value;
};

struct page {
	struct line *v;
	size_t n;
	struct arena mem;
};

static int
odd(struct err *e)
{
	return err_set(e, ERR_CORRUPT, "an answer that is not as Loki's are");
}

/* An object of texts as labels, in the arena. */
static struct labels
labels_from(json_t *object, struct arena *mem)
{
	struct label *v = arena_zero(mem, struct label,
	    json_object_size(object) + 1);
	const char *name;
	uint32_t n = 0;
	json_t *value;

	json_object_foreach(object, name, value) {
		v[n++] = (struct label){ str_of(name), server_text(value),
		    LABEL_STR };
	}
	return labels_sort(v, n);
}

/* data.result, or NULL. */
static json_t *
result_of(json_t *answer, const char **type)
{
	json_t *data = json_object_get(answer, "data");

	*type = json_string_value(json_object_get(data, "resultType"));
	return *type ? json_object_get(data, "result") : NULL;
}

/* ---- lines ------------------------------------------------------------- */

static int
oldest_first(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x->no > y->no) - (x->no < y->no);
}

static int
newest_first(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->time != y->time)
		return x->time > y->time ? -1 : 1;
	return (x->no > y->no) - (x->no < y->no);
}

/* All lines of an answer, which are by stream, in the order of time. */
static int
read_page(struct page *p, json_t *answer, bool forward, struct err *e)
{
	const char *type;
	json_t *result = result_of(answer, &type), *stream, *value;
	size_t cap = 0, i, k;

	p->n = 0;
	if (!result || strcmp(type, "streams") != 0)
		return odd(e);
	json_array_foreach(result, i, stream) {
		cap += json_array_size(json_object_get(stream, "values"));
	}
	p->v = arena_new(&p->mem, struct line, cap + 1);
	json_array_foreach(result, i, stream) {
		json_t *values = json_object_get(stream, "values");

		json_array_foreach(values, k, value) {
			struct line *l = &p->v[p->n];

			*l = (struct line){ 0, p->n,
			    json_object_get(stream, "stream"), value };
			if (!num_u64(server_text(json_array_get(value, 0)),
			    &l->time))
				return odd(e);
			p->n++;
		}
	}
	qsort(p->v, p->n, sizeof *p->v, forward ? oldest_first :
	    newest_first);
	return 0;
}

static int
say_line(struct server *s, const struct line *l, struct arena *mem,
    struct err *e)
{
	json_t *more = json_array_get(l->value, 2);
	struct remote_answer a = { .kind = ANSWER_LINE, .time = l->time,
	    .text = server_text(json_array_get(l->value, 1)),
	    .labels = labels_from(l->stream, mem),
	    .meta = labels_from(json_object_get(more, "structuredMetadata"),
	    mem),
	    .parsed = labels_from(json_object_get(more, "parsed"), mem) };

	return server_say(s, &a, e);
}

/* What a line is known by, among those of its time. */
static void
line_key(struct buf *b, const struct line *l)
{
	char *stream = json_dumps(l->stream, JSON_SORT_KEYS | JSON_COMPACT),
	    *value = json_dumps(l->value, JSON_SORT_KEYS | JSON_COMPACT);

	buf_reset(b);
	buf_addf(b, "%s%s", stream ? stream : "", value ? value : "");
	free(stream);
	free(value);
}

/*
 * Pages meet in a nanosecond, the edge, of which both have lines: those that
 * were said are known.
 *
 * Of lines that are an interval apart a page begins an interval behind the last
 * one, where its first line is the next one wanted. Servers split long ranges,
 * and begin anew in each part: a line that is too near is not said, and the
 * next page begins there.
 */
struct pages {
	uint64_t from, to;	/* of the next */
	uint64_t left;		/* lines still wanted */
	uint64_t usual, size;	/* of a page; a larger one if need be */
	uint64_t interval;
	bool forward;
	bool any;		/* said; */
	uint64_t last;		/* the last one's time */
	bool near;		/* a line was too near to that */
	uint64_t edge;
	struct map said;	/* lines of the edge */
	struct buf key;
};

/* Whether a line was said. */
static bool
again(struct pages *ps, const struct line *l)
{
	if (l->time != ps->edge)
		return false;
	line_key(&ps->key, l);
	return map_find(&ps->said, buf_str(&ps->key)) != MAP_NONE;
}

/* The lines of the page that the next one may have, too. */
static void
keep_edge(struct pages *ps, const struct page *p)
{
	size_t i = p->n;
	bool fresh;

	if (p->v[p->n - 1].time != ps->edge)
		map_reset(&ps->said);
	ps->edge = p->v[p->n - 1].time;
	while (i-- > 0 && p->v[i].time == ps->edge) {
		line_key(&ps->key, &p->v[i]);
		map_add(&ps->said, buf_str(&ps->key), &fresh);
	}
}

static bool
too_near(const struct pages *ps, uint64_t time)
{
	uint64_t apart = time > ps->last ? time - ps->last : ps->last - time;

	return ps->any && apart < ps->interval;
}

/* How many lines of the page were new; -1. */
static int64_t
say_page(struct server *s, struct pages *ps, const struct page *p,
    struct err *e)
{
	struct arena mem = { 0 };
	int64_t fresh = 0;
	int r = 0;

	ps->near = false;
	for (size_t i = 0; i < p->n && r == 0 && ps->left > 0; i++) {
		ps->near = too_near(ps, p->v[i].time);
		if (ps->near)
			break;
		if (ps->interval == 0 && again(ps, &p->v[i]))
			continue;
		arena_reset(&mem);
		r = say_line(s, &p->v[i], &mem, e);
		ps->any = true;
		ps->last = p->v[i].time;
		fresh++;
		ps->left--;
	}
	if (p->n > 0 && ps->interval == 0)
		keep_edge(ps, p);
	arena_free(&mem);
	return r == -1 ? -1 : fresh;
}

/* Where the next page begins. Whether there is room for one. */
static bool
move_on(struct pages *ps)
{
	uint64_t at = ps->interval ? ps->last : ps->edge;

	if (ps->forward && ps->interval > UINT64_MAX - at)
		return false;
	if (ps->forward)
		ps->from = at + ps->interval;
	else if (ps->interval > at)
		return false;
	else
		ps->to = at - ps->interval + 1;
	return ps->from < ps->to;
}

static json_t *
ask_page(struct server *s, const struct question *q, const struct pages *ps,
    uint64_t n, struct err *e)
{
	struct buf b = { 0 };
	json_t *j;

	server_path(&b, "/loki/api/v1/query_range");
	server_param(&b, "query", q->text);
	server_number(&b, "start", ps->from);
	server_number(&b, "end", ps->to);
	server_number(&b, "limit", n);
	server_param(&b, "direction", q->forward ? S("forward") :
	    S("backward"));
	if (q->interval > 0)
		server_seconds(&b, "interval", q->interval);
	j = server_json(s, buf_str(&b), CATEGORIES, e);
	buf_free(&b);
	return j;
}

/* The next page: 1 if there may be another, 0, -1. */
static int
next_page(struct server *s, const struct question *q, struct pages *ps,
    struct page *p, struct err *e)
{
	uint64_t asked = ps->left < ps->size && ps->left + ps->said.n <
	    ps->size ? ps->left + ps->said.n : ps->size;
	json_t *j = ask_page(s, q, ps, asked, e);
	int64_t fresh = -1;

	arena_reset(&p->mem);
	if (j && read_page(p, j, q->forward, e) == 0)
		fresh = say_page(s, ps, p, e);
	json_decref(j);
	if (fresh == -1)
		return -1;
	if (p->n < asked && !ps->near)
		return 0;
	if (fresh == 0 && ps->size >= PAGE_MAX)
		return err_set(e, ERR_LIMIT, "over %llu lines in one "
		    "nanosecond", (unsigned long long)ps->size);
	ps->size = fresh == 0 ? PAGE_MAX : ps->usual;
	return ps->left > 0 && move_on(ps);
}

static int
lines(struct server *s, const struct question *q, struct err *e)
{
	struct pages ps = { .from = q->from, .to = q->to, .left = q->limit ?
	    q->limit : UINT64_MAX, .usual = q->batch ? q->batch : PAGE,
	    .interval = q->interval, .forward = q->forward };
	struct page p = { 0 };
	int r;

	ps.size = ps.usual;
	do
		r = next_page(s, q, &ps, &p, e);
	while (r == 1);
	arena_free(&p.mem);
	map_free(&ps.said);
	buf_free(&ps.key);
	return r;
}

/* ---- series ------------------------------------------------------------- */

/* [seconds, "value"]; of patterns the value is a number */
static bool
point(json_t *pair, struct answer_point *p)
{
	double at = json_number_value(json_array_get(pair, 0));
	json_t *value = json_array_get(pair, 1);

	p->time = at > 0 && at < 1e10 ? (uint64_t)(at * 1e3 + 0.5) * NS_MS : 0;
	p->value = json_number_value(value);
	return json_is_number(value) || num_f64(server_text(value), &p->value);
}

static int
say_series(struct server *s, json_t *one, const struct question *q,
    struct err *e)
{
	json_t *values = json_object_get(one, "values"), *pair;
	size_t n = json_array_size(values), i;
	struct arena mem = { 0 };
	struct answer_point *p = arena_new(&mem, struct answer_point, n + 1);
	struct remote_answer a = { .kind = ANSWER_SERIES,
	    .labels = labels_from(json_object_get(one, "metric"), &mem),
	    .point = p, .points = n };
	bool good = true;
	int r;

	json_array_foreach(values, i, pair) {
		good &= point(pair, &p[i]);
	}
	if (!values) {		/* of an instant */
		good = point(json_object_get(one, "value"), &p[0]);
		p[0].time = q->to;
		a.points = 1;
	}
	r = good ? server_say(s, &a, e) : odd(e);
	arena_free(&mem);
	return r;
}

static int
series(struct server *s, const struct question *q, struct err *e)
{
	struct answer_point scalar;
	struct buf b = { 0 };
	const char *type;
	json_t *j, *result, *one;
	size_t i;
	int r = 0;

	server_path(&b, q->step ? "/loki/api/v1/query_range" :
	    "/loki/api/v1/query");
	server_param(&b, "query", q->text);
	if (q->step) {
		server_number(&b, "start", q->from);
		server_number(&b, "end", q->to);
		server_seconds(&b, "step", q->step);
	} else
		server_number(&b, "time", q->to);
	j = server_json(s, buf_str(&b), NULL, e);
	buf_free(&b);
	if (!j)
		return -1;
	result = result_of(j, &type);
	if (!result) {
		r = odd(e);
	} else if (strcmp(type, "scalar") == 0) {
		r = point(result, &scalar) ? 0 : odd(e);
		scalar.time = q->to;
		if (r == 0)
			r = server_say(s, &(struct remote_answer){ .kind =
			    ANSWER_SERIES, .point = &scalar, .points = 1 }, e);
	} else {
		for (i = 0; i < json_array_size(result) && r == 0; i++) {
			one = json_array_get(result, i);
			r = say_series(s, one, q, e);
		}
	}
	json_decref(j);
	return r;
}

/* ---- streams ------------------------------------------------------------ */

static int
streams(struct server *s, const struct question *q, struct err *e)
{
	struct arena mem = { 0 };
	struct buf b = { 0 };
	json_t *j, *data;
	int r = 0;

	server_path(&b, "/loki/api/v1/series");
	if (q->text.n > 0)
		server_param(&b, "match[]", q->text);
	server_number(&b, "start", q->from);
	server_number(&b, "end", q->to);
	j = server_json(s, buf_str(&b), NULL, e);
	buf_free(&b);
	if (!j)
		return -1;
	data = json_object_get(j, "data");
	for (size_t i = 0; i < json_array_size(data) && r == 0; i++) {
		arena_reset(&mem);
		r = server_say(s, &(struct remote_answer){ .kind =
		    ANSWER_STREAM, .labels = labels_from(json_array_get(data,
		    i), &mem) }, e);
	}
	json_decref(j);
	arena_free(&mem);
	return r;
}

/* ---- patterns ----------------------------------------------------------- */

static int
say_pattern(struct server *s, json_t *one, struct err *e)
{
	json_t *samples = json_object_get(one, "samples"), *pair;
	struct label l[2] = {
		{ S("level"), server_text(json_object_get(one, "level")),
		  LABEL_STR },
		{ S("pattern"), server_text(json_object_get(one, "pattern")),
		  LABEL_STR } };
	struct arena mem = { 0 };
	struct answer_point *p = arena_new(&mem, struct answer_point,
	    json_array_size(samples) + 1);
	bool good = true;
	size_t i;
	int r;

	json_array_foreach(samples, i, pair) {
		good &= point(pair, &p[i]);
	}
	r = good ? server_say(s, &(struct remote_answer){ .kind =
	    ANSWER_SERIES, .labels = { l, 2 }, .point = p, .points =
	    json_array_size(samples) }, e) : odd(e);
	arena_free(&mem);
	return r;
}

static int
patterns(struct server *s, const struct question *q, struct err *e)
{
	struct buf b = { 0 };
	json_t *j, *data;
	int r = 0;

	server_path(&b, "/loki/api/v1/patterns");
	server_param(&b, "query", q->text);
	server_number(&b, "start", q->from);
	server_number(&b, "end", q->to);
	server_seconds(&b, "step", q->step);
	j = server_json(s, buf_str(&b), NULL, e);
	buf_free(&b);
	if (!j)
		return -1;
	data = json_object_get(j, "data");
	for (size_t i = 0; i < json_array_size(data) && r == 0; i++)
		r = say_pattern(s, json_array_get(data, i), e);
	json_decref(j);
	return r;
}

int
loki_ask(struct server *s, const struct question *q, struct err *e)
{
	switch (q->what) {
	case QUESTION_LINES: return lines(s, q, e);
	case QUESTION_SERIES: return series(s, q, e);
	case QUESTION_STREAMS: return streams(s, q, e);
	case QUESTION_PATTERNS: return patterns(s, q, e);
	default:
		return err_set(e, ERR_QUERY, "nothing that Loki can be asked");
	}
}
