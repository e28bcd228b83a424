#include "remote/server.h"

#include "base/io.h"
#include "base/num.h"
#include "base/time.h"
#include "query/caret.h"
#include "text/url.h"

#define PIECE		65536u
#define COUNTERS_MAX	32u	/* of what a server says it read */

void
server_path(struct buf *b, const char *path)
{
	buf_reset(b);
	buf_addf(b, "%s", path);
}

void
server_param(struct buf *b, const char *name, struct str value)
{
	bool first = memchr(b->p, '?', b->n) == NULL;

	buf_addf(b, "%c%s=", first ? '?' : '&', name);
	url_encode(b, value);
}

void
server_number(struct buf *b, const char *name, uint64_t value)
{
	struct buf text = { 0 };

	buf_digits(&text, value);
	server_param(b, name, buf_str(&text));
	buf_free(&text);
}

void
server_seconds(struct buf *b, const char *name, uint64_t ns)
{
	char text[32];

	server_param(b, name, str_of(num_fmt_f64(text, (double)ns / 1e9)));
}

struct str
server_text(json_t *j)
{
	return str_mk(json_string_value(j), json_string_length(j));
}

double
server_f64(json_t *j)
{
	double v = json_number_value(j);

	if (json_is_string(j))
		num_f64(server_text(j), &v);
	return v;
}

/* The number behind a word of the text; 0: there is none. */
static uint32_t
number_after(struct str text, struct str word)
{
	size_t at = str_find(text, word);
	uint32_t n = 0;

	if (at >= text.n)
		return 0;
	for (text = str_skip(text, at + word.n); text.n > 0 &&
	    text.p[0] >= '0' && text.p[0] <= '9' && n < 1000000;
	    text = str_skip(text, 1))
		n = n * 10 + (uint32_t)(text.p[0] - '0');
	return n;
}

/* "... at line 1, col 12: ...": both servers' parsers say it so. */
static bool
place_of(struct str query, struct str why, struct caret *at)
{
	uint32_t line = number_after(why, S(" line ")),
	    col = number_after(why, S(", col "));
	unsigned l = 1, c = 1;

	if (line == 0 || col == 0 || query.n == 0)
		return false;
	for (at->at = 0, at->n = 1; at->at < query.n; at->at++) {
		caret_pos(query, at->at, &l, &c);
		if (l > line || (l == line && c >= col))
			break;
	}
	return true;
}

/* Which kind of failure an answer is; why is said by the client. */
static int
failed(const struct server *s, const struct post *p, struct err *e)
{
	enum err_kind kind = p->fate == FATE_AGAIN ? ERR_AGAIN :
	    p->status >= 400 && p->status < 500 ? ERR_QUERY : ERR_CORRUPT;
	struct caret at;

	if (p->status == 400 && place_of(s->query, str_of(p->why), &at))
		return caret_err(e, s->query, at, "%s", p->why);
	if (p->status >= 300 && p->status < 400)
		return err_set(e, kind, "%s: the answer is elsewhere, and "
		    "redirects are not followed", p->why);
	return err_set(e, kind, "%s", p->why);
}

static int
over_http(struct server *s, struct post *p, struct err *e)
{
	if (!s->client && !(s->client = client_open(&s->via, e)))
		return -1;
	p->get = true;
	p->via = &s->via;
	if (dress_post(&s->dress, s->tenant, p, e) == -1)
		return -1;
	client_start(s->client, p);
	while (!client_next(s->client))
		if (client_wait(s->client, NULL, 0, 1000, e) == -1)
			return -1;
	return 0;
}

/*
 * The request, put behind the address; p's answer, or -1. *took: ns.
 */
static int
request(struct server *s, struct str request, const char *header,
    struct post *p, uint64_t *took, struct err *e)
{
	size_t host = strlen(s->url);
	struct buf url = { 0 };
	int r;

	while (host > 0 && s->url[host - 1] == '/')
		host--;
	buf_add(&url, s->url, host);
	buf_adds(&url, request);
	buf_u8(&url, '\0');
	p->url = url.p;
	if (header)
		post_header(p, "%s", header);
	*took = time_mono();
	r = (s->get ? s->get : over_http)(s, p, e);
	if (r == 0 && p->fate != FATE_KEPT)
		r = failed(s, p, e);
	*took = time_mono() - *took;
	p->url = NULL;
	buf_free(&url);
	return r;
}

/* What the server says it did for the answer: Tempo's metrics, Loki's summary
 * of its statistics. Whole numbers, as they are or as texts. */
static uint32_t
counters(json_t *j, struct label *v, struct arena *mem)
{
	json_t *all = json_object_get(j, "metrics"), *one;
	const char *name;
	uint32_t n = 0;

	if (!all)
		all = json_object_get(json_object_get(json_object_get(j,
		    "data"), "stats"), "summary");
	json_object_foreach(all, name, one) {
		struct str value = server_text(one);

		if (json_is_integer(one) && json_integer_value(one) >= 0)
			value = arena_printf(mem, "%lld",
			    (long long)json_integer_value(one));
		if (value.n > 0 && n < COUNTERS_MAX)
			v[n++] = (struct label){ str_of(name), value,
			    LABEL_STR };
	}
	return n;
}

static int
say_request(struct server *s, struct str what, const struct post *p,
    uint64_t took, json_t *j, struct err *e)
{
	struct label v[COUNTERS_MAX];
	struct arena mem = { 0 };
	struct remote_answer a = { .kind = ANSWER_REQUEST, .text = what,
	    .time = took, .bytes = p->answer.n, .labels = { v,
	    counters(j, v, &mem) } };
	int r = server_say(s, &a, e);

	arena_free(&mem);
	return r;
}

static json_t *
parse(struct str body, struct err *e)
{
	json_error_t bad;
	json_t *j;

	if (server_weigh(body, e) == -1)
		return NULL;
	j = json_loadb(body.n > 0 ? body.p : "", body.n, JSON_ALLOW_NUL, &bad);
	if (!j)		/* its words may show the answer's */
		err_set(e, ERR_CORRUPT, "the answer is no JSON: byte %d",
		    bad.position);
	return j;
}

json_t *
server_json(struct server *s, struct str what, const char *header,
    struct err *e)
{
	struct post p = { 0 };
	json_t *j = NULL;
	uint64_t took;

	if (request(s, what, header, &p, &took, e) == 0)
		j = parse(buf_str(&p.answer), e);
	if (!j) {
		err_in(e, "%s", s->url);
	} else if (say_request(s, what, &p, took, j, e) == -1) {
		json_decref(j);
		j = NULL;
	}
	post_free(&p);
	return j;
}

int
server_protobuf(struct server *s, struct str what, struct buf *out,
    struct err *e)
{
	struct post p = { 0 };
	uint64_t took;
	int r = request(s, what, "Accept: application/protobuf", &p, &took, e);

	if (r == -1 && p.status == 404) {
		r = 0;
	} else if (r == 0) {
		r = str_starts(buf_str(&p.type), S("application/protobuf")) ?
		    1 : err_set(e, ERR_CORRUPT, "the answer is no protobuf");
		buf_adds(out, buf_str(&p.answer));
	}
	if (r == -1)
		err_in(e, "%s", s->url);
	else if (say_request(s, what, &p, took, NULL, e) == -1)
		r = -1;
	post_free(&p);
	return r;
}

int
server_say(struct server *s, const struct remote_answer *a, struct err *e)
{
	buf_reset(&s->message);
	answer_put(&s->message, a);
	buf_sized(&s->said, buf_str(&s->message));
	return s->said.n >= PIECE && s->out != -1 ? server_flush(s, e) : 0;
}

int
server_flush(struct server *s, struct err *e)
{
	int r = io_write(s->out, s->said.p, s->said.n, e);

	buf_reset(&s->said);
	return r;
}

void
server_free(struct server *s)
{
	client_close(s->client);
	buf_free(&s->said);
	buf_free(&s->message);
}
