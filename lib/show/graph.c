#include "show/graph.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/num.h"
#include "show/timing.h"

static void *
room(void *v, uint32_t no, uint32_t *cap, size_t size)
{
	if (no < *cap)
		return v;
	*cap = no * 2 + 64;
	return xrealloc(v, *cap, size);
}

static uint32_t
node_of(struct graph *g, const struct show_span *s)
{
	uint32_t service = map_add(&g->services, s->service, NULL), no;
	struct buf key = { 0 };
	bool fresh;

	buf_u32(&key, service);
	buf_adds(&key, s->name);
	no = map_add(&g->nodes, buf_str(&key), &fresh);
	buf_free(&key);
	g->node = room(g->node, no, &g->node_cap, sizeof *g->node);
	if (fresh)
		g->node[no] = (struct graph_node){ .service = service,
		    .name = str_skip(g->nodes.key[no], 4) };
	return no;
}

static struct graph_call *
call_of(struct graph *g, uint32_t from, uint32_t to)
{
	uint32_t pair[2] = { from, to }, no;
	bool fresh;

	no = map_add(&g->calls, str_mk(pair, sizeof pair), &fresh);
	g->call = room(g->call, no, &g->call_cap, sizeof *g->call);
	if (fresh)
		g->call[no] = (struct graph_call){ .from = from, .to = to };
	return &g->call[no];
}

static void
more(int64_t *sum, int64_t ns)
{
	if (__builtin_add_overflow(*sum, ns, sum))
		*sum = INT64_MAX;
}

void
graph_add(struct graph *g, const struct show_trace *t)
{
	struct arena mem = { 0 };
	struct show_timing tm;
	uint32_t *no = arena_new(&mem, uint32_t, t->n);

	show_timing(t, &tm, &mem);
	for (uint32_t i = 0; i < t->n; i++) {
		const struct show_span *s = &t->spans[i];
		struct graph_node *node;

		no[i] = node_of(g, s);
		node = &g->node[no[i]];
		node->runs++;
		node->errors += s->error;
		more(&node->total, tm.of.duration[i]);
		more(&node->self, tm.self[i]);
		if (tm.of.up[i] == TIMING_TOP)
			continue;

		struct graph_call *c = call_of(g, no[tm.of.up[i]], no[i]);

		c->n++;
		c->errors += s->error;
	}
	arena_free(&mem);
}

/* Text for a label in quotes. */
static void
put_text(struct buf *b, struct str s)
{
	struct buf safe = { 0 };

	show_text(&safe, s);
	for (size_t i = 0; i < safe.n; i++) {
		char c = buf_str(&safe).p[i];

		if (c == '"' || c == '\\')
			buf_u8(b, '\\');
		buf_u8(b, (uint8_t)c);
	}
	buf_free(&safe);
}

static void
put_node(const struct graph *g, uint32_t no, struct buf *b)
{
	const struct graph_node *n = &g->node[no];
	char total[24], self[24];

	buf_addf(b, "\t\tn%u [label=\"", no);
	put_text(b, n->name);
	buf_addf(b, "\\n%u\xc3\x97, %s, self %s", n->runs,
	    num_fmt_short_duration(total, n->total),
	    num_fmt_short_duration(self, n->self));
	if (n->errors > 0)
		buf_addf(b, "\\n%u failed\", color=red, fontcolor=red];\n",
		    n->errors);
	else
		buf_adds(b, S("\"];\n"));
}

void
graph_dot(const struct graph *g, struct buf *b)
{
	if (g->nodes.n == 0)
		return;
	buf_adds(b, S("digraph traces {\n\trankdir=LR;\n"
	    "\tnode [shape=box, style=rounded];\n"));
	for (uint32_t s = 0; s < g->services.n; s++) {
		buf_addf(b, "\tsubgraph cluster_%u {\n\t\tlabel=\"", s);
		put_text(b, g->services.key[s]);
		buf_adds(b, S("\";\n"));
		for (uint32_t i = 0; i < g->nodes.n; i++)
			if (g->node[i].service == s)
				put_node(g, i, b);
		buf_adds(b, S("\t}\n"));
	}
	for (uint32_t i = 0; i < g->calls.n; i++) {
		const struct graph_call *c = &g->call[i];

		buf_addf(b, "\tn%u -> n%u [label=\"%u\"%s];\n", c->from, c->to,
		    c->n, c->errors > 0 ? ", color=red" : "");
	}
	buf_adds(b, S("}\n"));
}

void
graph_free(struct graph *g)
{
	map_free(&g->services);
	map_free(&g->nodes);
	map_free(&g->calls);
	free(g->node);
	free(g->call);
	*g = (struct graph){ 0 };
}
