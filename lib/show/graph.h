/*
 * graph: who calls whom in traces, for Graphviz: a box a name, framed by its
 * service, with how often it ran and how long; an arrow a call from one to
 * another. What failed is red.
 */
#ifndef SHOW_GRAPH_H
#define SHOW_GRAPH_H

#include "base/hash.h"
#include "show/waterfall.h"

/* Zero-initialise. */
struct graph {
	struct map services, nodes, calls;	/* by name; by what follows */
	struct graph_node {
		uint32_t service, runs, errors;
		struct str name;
		int64_t total, self;		/* ns */
	} *node;
	struct graph_call { uint32_t from, to, n, errors; } *call;
	uint32_t node_cap, call_cap;
};

void graph_add(struct graph *, const struct show_trace *);
/* The digraph; nothing when there was no trace. */
void graph_dot(const struct graph *, struct buf *);
void graph_free(struct graph *);

#endif
