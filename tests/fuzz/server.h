/*
 * What a server answers: pieces of the input, after each other. The first byte
 * of a piece is the kind of the answer. Whatever it is, what is said of it can
 * be read, and one that failed says why.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/cur.h"
#include "base/time.h"
#include "remote/server.h"

#define END		S("\n--\n")
#define REQUESTS_MAX	50u	/* an input that never ends, ends here */

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct input {
	struct server s;	/* first, for get */
	struct str rest;
	unsigned requests;
};

static int
get(struct server *s, struct post *p, struct err *e)
{
	struct input *in = (struct input *)s;
	size_t n = str_find(in->rest, END);
	struct str piece = str_mk(in->rest.p, n < in->rest.n ? n : in->rest.n);
	char kind = piece.n > 0 ? piece.p[0] : 'k';

	if (++in->requests > REQUESTS_MAX)
		return err_set(e, ERR_CANCEL, "enough");
	if (in->rest.n > piece.n)
		in->rest = str_skip(in->rest, piece.n + END.n);
	piece = str_skip(piece, piece.n > 0);
	buf_adds(&p->type, kind == 'p' ? S("application/protobuf") :
	    S("application/json"));
	buf_adds(&p->answer, piece);
	p->status = kind == 'b' ? 400 : kind == 'n' ? 404 : kind == 'r' ? 302 :
	    kind == 'a' ? 503 : 200;
	p->fate = p->status == 200 ? FATE_KEPT : p->status == 503 ?
	    FATE_AGAIN : FATE_REFUSED;
	if (p->status != 200)
		snprintf(p->why, sizeof p->why, "HTTP %ld: %.*s", p->status,
		    PS(piece));
	return 0;
}

/* Every answer can be read, and the query tools may believe it so far. */
static void
check(struct str said)
{
	struct arena mem = { 0 };
	struct remote_answer a;
	struct cur c = cur_of(said);

	while (cur_left(&c) > 0) {
		struct str message = cur_block(&c);

		if (c.bad || answer_read(&a, message, &mem, NULL) == -1 ||
		    a.kind < ANSWER_LINE || a.kind > ANSWER_REQUEST)
			abort();
		for (uint32_t i = 1; i < a.labels.n; i++)
			if (a.kind != ANSWER_REQUEST && str_cmp(a.labels.v[i -
			    1].name, a.labels.v[i].name) >= 0)
				abort();	/* in order, each once */
		arena_reset(&mem);
	}
	arena_free(&mem);
}

static void
ask(int (*fn)(struct server *, const struct question *, struct err *),
    const struct question *q, struct str rest)
{
	struct input in = { .s = { .url = "http://x", .out = -1, .get = get,
	    .query = q->text }, .rest = rest };
	struct err e = { 0 };

	if (fn(&in.s, q, &e) == -1 && (e.kind == ERR_NONE || !e.msg[0]))
		abort();
	check(buf_str(&in.s.said));
	server_free(&in.s);
}
