/* query-remote: ask a server over HTTP, for tql and lql. See query-remote(1). */
#include <assert.h>
#include <getopt.h>
#include <unistd.h>

#include "base/cur.h"
#include "base/io.h"
#include "base/time.h"
#include "base/tool.h"
#include "remote/server.h"

enum { OPT_CA = 256, OPT_CERT, OPT_KEY, OPT_TENANT, OPT_TIMEOUT };

#define QUESTION_MAX	((size_t)1 << 20)

static const struct tool tool = {
	.name = "query-remote",
	.args = "[OPTION ...] loki|tempo URL",
	.what = "ask a server over HTTP, for tql and lql: stdin to stdout",
	.opts = {
		{ 'H', "header", "LINE", "send this header, \"Name: value\", "
		    "too, or those in a file, @FILE; may be given again",
		    NULL },
		{ OPT_TENANT, "tenant", "NAME", "of this tenant, as "
		    "X-Scope-OrgID", NULL },
		{ OPT_TIMEOUT, "timeout", "TIME", "for an answer (1m)", NULL },
		{ OPT_CA, "ca", "FILE", "trust only these certificates (PEM)",
		    "file" },
		{ OPT_CERT, "cert", "FILE", "our certificate (PEM)", "file" },
		{ OPT_KEY, "key", "FILE", "its key (PEM)", "file" },
	},
};

/* What is wrong with an option is each answer, too: *e is kept. */
static void
option(struct server *s, int c, struct arena *mem, struct err *e)
{
	switch (c) {
	case 'H': dress_word(&s->dress, optarg, mem, e); break;
	case OPT_TENANT: s->tenant = str_of(optarg); break;
	case OPT_TIMEOUT: s->via.timeout = tool_age(&tool, optarg); break;
	case OPT_CA: s->via.ca = optarg; break;
	case OPT_CERT: s->via.cert = optarg; break;
	case OPT_KEY: s->via.key = optarg; break;
	}
}

typedef int ask_fn(struct server *, const struct question *, struct err *);

struct helper {
	struct server s;
	ask_fn *ask;
	uint64_t timeout;
	struct err bad;		/* in the options: each answer, then */
	struct buf in;
	size_t used;		/* bytes of it, by the question that is open */
};

/*
 * The next question, of those that have come, else of stdin, which may be a
 * socket: its length in front of it. 1, 0 at the end, -1.
 */
static int
read_question(struct helper *h, struct str *message, struct err *e)
{
	struct cur c;
	ptrdiff_t r;

	for (;;) {
		c = cur_of(buf_str(&h->in));
		*message = cur_block(&c);
		if (!c.bad) {
			h->used = h->in.n - cur_left(&c);
			return 1;
		}
		if (h->in.n > QUESTION_MAX)
			return err_set(e, ERR_LIMIT, "a question of over %zu "
			    "bytes", QUESTION_MAX);
		buf_reserve(&h->in, 65536);
		r = io_read(STDIN_FILENO, h->in.p + h->in.n,
		    h->in.cap - h->in.n, e);
		if (r == -1)
			return -1;
		if (r == 0)
			return h->in.n == 0 ? 0 : err_set(e, ERR_CORRUPT,
			    "a question that is cut short");
		h->in.n += (size_t)r;
	}
}

static void
forget_question(struct helper *h)
{
	h->in.n -= h->used;
	if (h->in.n > 0)
		memmove(h->in.p, h->in.p + h->used, h->in.n);
}

static int
answer(struct helper *h, struct str message, struct err *e)
{
	struct question q;

	if (h->bad.kind != ERR_NONE) {
		*e = h->bad;
		return -1;
	}
	if (question_read(&q, message, e) == -1)
		return -1;
	h->s.query = q.text;
	h->s.via.timeout = q.wait > 0 && q.wait < h->timeout ? q.wait :
	    h->timeout;
	assert(h->ask);		/* main saw to it */
	return h->ask(&h->s, &q, e);
}

/* Question by question: 0; -1 when the answers cannot be written. */
static int
converse(struct helper *h, struct err *e)
{
	struct str message;
	int r;

	do {
		struct remote_answer last = { .kind = ANSWER_END };
		struct err why = { 0 };

		r = read_question(h, &message, &why);
		if (r == 0)
			return 0;
		if (r == -1 || answer(h, message, &why) == -1)
			last = (struct remote_answer){ .kind = ANSWER_FAILED,
			    .why = why.kind, .text = str_of(why.msg) };
		if (server_say(&h->s, &last, e) == -1 ||
		    server_flush(&h->s, e) == -1)
			return -1;
		if (r == 1)
			forget_question(h);
	} while (r == 1);
	return 0;
}

int
main(int argc, char *argv[])
{
	static struct helper h = { .s = { .out = STDOUT_FILENO, .via = {
	    .connections = 1, .timeout = 60 * NS_S, .answer_max =
	    SERVER_ANSWER_MAX, .agent = "otelutils/" TOOL_VERSION } } };
	struct arena mem = { 0 };
	struct err e = { 0 };
	int c, status = 0;

	while ((c = tool_opt(&tool, argc, argv)) != -1)
		option(&h.s, c, &mem, &h.bad);
	if (argc - optind == 2)
		h.ask = strcmp(argv[optind], "loki") == 0 ? loki_ask :
		    strcmp(argv[optind], "tempo") == 0 ? tempo_ask : NULL;
	if (!h.ask)
		tool_usage(&tool, "what is asked, and where: loki URL, or "
		    "tempo URL");
	h.s.url = argv[optind + 1];
	h.timeout = h.s.via.timeout;
	if (h.bad.kind == ERR_NONE)
		dress_url(&mem, h.s.url, "", &h.bad);
	if (converse(&h, &e) == -1) {
		err_in(&e, "stdout");
		status = tool_fail(&tool, &e);
	}
	server_free(&h.s);
	buf_free(&h.in);
	arena_free(&mem);
	return tool_exit(&tool, status);
}
