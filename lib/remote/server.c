#include "remote/server.h"

#include "base/io.h"
#include "text/url.h"

#define PIECE	65536u

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

struct str
server_text(json_t *j)
{
	return str_mk(json_string_value(j), json_string_length(j));
}

/* Which kind of failure an answer is; why is said by the client. */
static int
failed(const struct post *p, struct err *e)
{
	enum err_kind kind = p->fate == FATE_AGAIN ? ERR_AGAIN :
	    p->status >= 400 && p->status < 500 ? ERR_QUERY : ERR_CORRUPT;

	return err_set(e, kind, "%s", p->why);
}

static int
get(struct server *s, struct post *p, struct err *e)
{
	if (!s->client && !(s->client = client_open(&s->via, e)))
		return -1;
	p->get = true;
	if (dress_post(&s->dress, s->tenant, p, e) == -1)
		return -1;
	client_start(s->client, p);
	while (!client_next(s->client))
		if (client_wait(s->client, NULL, 0, 1000, e) == -1)
			return -1;
	return p->fate == FATE_KEPT ? 0 : failed(p, e);
}

/* The request, put behind the address; p's answer, or -1. */
static int
request(struct server *s, struct str request, const char *header,
    struct post *p, struct err *e)
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
	r = get(s, p, e);
	p->url = NULL;
	buf_free(&url);
	return r;
}

json_t *
server_json(struct server *s, struct str what, const char *header,
    struct err *e)
{
	struct post p = { 0 };
	json_t *j = NULL;
	json_error_t bad;

	if (request(s, what, header, &p, e) == 0) {
		j = json_loadb(p.answer.p ? p.answer.p : "", p.answer.n,
		    JSON_ALLOW_NUL, &bad);
		if (!j)
			err_set(e, ERR_CORRUPT, "the answer is no JSON: %s",
			    bad.text);
	}
	if (!j)
		err_in(e, "%s", s->url);
	post_free(&p);
	return j;
}

int
server_protobuf(struct server *s, struct str what, struct buf *out,
    struct err *e)
{
	struct post p = { 0 };
	int r = request(s, what, "Accept: application/protobuf", &p, e);

	if (r == -1 && p.status == 404) {
		r = 0;
	} else if (r == 0) {
		r = str_starts(buf_str(&p.type), S("application/protobuf")) ?
		    1 : err_set(e, ERR_CORRUPT, "the answer is no protobuf");
		buf_adds(out, buf_str(&p.answer));
	}
	if (r == -1)
		err_in(e, "%s", s->url);
	post_free(&p);
	return r;
}

int
server_say(struct server *s, const struct remote_answer *a, struct err *e)
{
	buf_reset(&s->message);
	answer_put(&s->message, a);
	buf_sized(&s->said, buf_str(&s->message));
	return s->said.n >= PIECE ? server_flush(s, e) : 0;
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
