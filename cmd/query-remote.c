/* query-remote: ask a server over HTTP, for tql and lql. See query-remote(1). */
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
	.what = "ask a server over HTTP, for tql and lql: a question on "
	    "stdin, the answers on stdout",
	.opts = {
		{ 'H', "header", "LINE", "send this header, \"Name: value\", "
		    "too, or those in a file, @FILE; may be given again",
		    NULL },
		{ OPT_TENANT, "tenant", "NAME", "of this tenant, as "
		    "X-Scope-OrgID", NULL },
		{ OPT_TIMEOUT, "timeout", "TIME", "for an answer (1m)", NULL },
		{ OPT_CA, "ca", "FILE", "trust these certificates (PEM)",
		    "file" },
		{ OPT_CERT, "cert", "FILE", "our certificate (PEM)", "file" },
		{ OPT_KEY, "key", "FILE", "its key (PEM)", "file" },
	},
};

/* What is wrong with an option is an answer, too: *e is kept. */
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

/* Stdin may be a socket, which has no path. */
static int
read_question(struct buf *b, struct err *e)
{
	ptrdiff_t r;

	do {
		buf_reserve(b, 65536);
		r = io_read(STDIN_FILENO, b->p + b->n, b->cap - b->n, e);
		b->n += r > 0 ? (size_t)r : 0;
	} while (r > 0 && b->n <= QUESTION_MAX);
	return r == 0 ? 0 : r == -1 ? -1 : err_set(e, ERR_LIMIT, "a question "
	    "of over %zu bytes", QUESTION_MAX);
}

typedef int ask_fn(struct server *, const struct question *, struct err *);

static int
answer(struct server *s, ask_fn *ask, struct arena *mem, struct err *e)
{
	struct buf in = { 0 };
	struct question q;
	struct cur c;
	int r = -1;

	if (read_question(&in, e) == 0 && dress_url(mem, s->url, "", e)) {
		c = cur_of(buf_str(&in));
		r = question_read(&q, cur_block(&c), e);
		if (c.bad)
			r = err_set(e, ERR_CORRUPT, "a question that is cut "
			    "short");
		if (r == 0)
			r = ask(s, &q, e);
	}
	buf_free(&in);
	return r;
}

int
main(int argc, char *argv[])
{
	static struct server s = { .out = STDOUT_FILENO, .via = {
	    .connections = 1, .timeout = 60 * NS_S, .answer_max =
	    SERVER_ANSWER_MAX, .agent = "otelutils/" TOOL_VERSION } };
	struct remote_answer last = { .kind = ANSWER_END };
	struct arena mem = { 0 };
	struct err e = { 0 };
	ask_fn *ask = NULL;
	int c, status = 0;

	while ((c = tool_opt(&tool, argc, argv)) != -1)
		option(&s, c, &mem, &e);
	if (argc - optind == 2)
		ask = strcmp(argv[optind], "loki") == 0 ? loki_ask :
		    strcmp(argv[optind], "tempo") == 0 ? tempo_ask : NULL;
	if (!ask)
		tool_usage(&tool, "what is asked, and where: loki URL, or "
		    "tempo URL");
	s.url = argv[optind + 1];
	if (e.kind != ERR_NONE || answer(&s, ask, &mem, &e) == -1)
		last = (struct remote_answer){ .kind = ANSWER_FAILED,
		    .why = e.kind, .text = str_of(e.msg) };
	if (server_say(&s, &last, &e) == -1 || server_flush(&s, &e) == -1) {
		err_in(&e, "stdout");
		status = tool_fail(&tool, &e);
	}
	server_free(&s);
	arena_free(&mem);
	return tool_exit(&tool, status);
}
