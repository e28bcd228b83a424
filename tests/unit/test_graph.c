/* Who calls whom. */
#include "unit.h"

#include "show/graph.h"

int
main(void)
{
	struct show_span s[] = {
		{ .name = S("a \"b\"\n"), .service = S("x"), .duration = 100 },
		{ .depth = 1, .name = S("c"), .service = S("y"), .start = 10,
		  .duration = 30, .error = true },
		{ .depth = 1, .name = S("c"), .service = S("y"), .start = 50,
		  .duration = 20 },
	};
	struct show_trace t = { .spans = s, .n = 3 };
	struct graph g = { 0 };
	struct buf b = { 0 };

	graph_dot(&g, &b);
	CHECK(b.n == 0);
	graph_add(&g, &t);
	graph_add(&g, &t);
	graph_dot(&g, &b);
	CHECK(str_eq(buf_str(&b), S("digraph traces {\n"
	    "\trankdir=LR;\n"
	    "\tnode [shape=box, style=rounded];\n"
	    "\tsubgraph cluster_0 {\n"
	    "\t\tlabel=\"x\";\n"
	    "\t\tn0 [label=\"a \\\"b\\\"\\\\n\\n2×, 200ns, self 100ns\"];\n"
	    "\t}\n"
	    "\tsubgraph cluster_1 {\n"
	    "\t\tlabel=\"y\";\n"
	    "\t\tn1 [label=\"c\\n4×, 100ns, self 100ns\\n2 failed\", color=red, "
	    "fontcolor=red];\n"
	    "\t}\n"
	    "\tn0 -> n1 [label=\"4\", color=red];\n"
	    "}\n")));
	graph_free(&g);
	buf_free(&b);
	return unit_done();
}
