/* Any bytes parse or are refused; what parses prints. */
#include <stdlib.h>

#include "tql/ast.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct buf b = { 0 };
	struct tql_query q;

	if (tql_parse(&q, str_mk(p, n), &a, &e) == 0) {
		tql_print(&b, &q);
		if (b.n == 0)
			abort();
		tql_free(&q);
	} else if (e.kind != ERR_QUERY || !e.msg[0]) {
		abort();
	}
	buf_free(&b);
	arena_free(&a);
	return 0;
}
