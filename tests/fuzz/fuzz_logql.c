/*
 * LogQL: any bytes are parsed or refused with a caret; what is parsed runs over
 * a line: what stands behind the first NUL. Metric queries are evaluated.
 */
#include <stdint.h>

#include "line/shell.h"
#include "lql/eval.h"
#include "lql/pipe.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const struct log_pair stream[] = { { S("a"), S("1.2.3.4") } };
static const struct log_pair meta[] = { { S("a"), S("5s") },
	{ S("m"), S("2kB") } };

/* The line twice, for each function. */
static void
metric_line(const struct lql_query *q, struct str line, struct arena *a)
{
	struct lql_times t = { .start = 5, .step = 3000000000, .steps = 3 };
	struct err e = { 0 };
	struct table out;
	struct eval ev;
	int r = 0;

	if (eval_init(&ev, q->metric, &t, 1, a, &e) == -1)
		return;
	for (uint32_t i = 0; i < 2 * ev.n && r == 0; i++) {
		struct lql_entry en;

		entry_begin(&en, line, stream, 1, meta, 2, a);
		r = eval_take(&ev.leaf[i / 2], 0, &en, i % 2 ? 4 :
		    3000000000, true, &e);
	}
	if (r == 0)
		eval_finish(&ev, NULL, &out, &e);
	eval_free(&ev);
}

static void
pipe_line(const struct lql_query *q, struct str line, struct arena *a)
{
	struct log_pair *v;
	struct lql_entry en;

	entry_begin(&en, line, stream, 1, meta, 2, a);
	if (pipe_run(q->log.step, q->log.nsteps, true, &en))
		for (int k = LQL_STREAM; k <= LQL_PARSED; k++)
			entry_labels(&en, (enum lql_kind)k, &v);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena a = { 0 };
	struct lql_query q;
	struct err e = { 0 };
	struct str all = str_mk(p, n), text = all;
	const uint8_t *nul = n > 0 ? memchr(p, 0, n) : NULL;

	if (nul)
		text.n = (size_t)(nul - p);
	shell_whole(text);
	if (n < 4096 && lql_parse(&q, text, &a, &e) == 0) {
		if (q.metric)
			metric_line(&q, str_skip(all, text.n + 1), &a);
		else
			pipe_line(&q, str_skip(all, text.n + 1), &a);
		lql_query_free(&q);
	}
	arena_free(&a);
	return 0;
}
