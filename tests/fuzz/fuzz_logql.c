/* LogQL: any bytes are parsed or refused with a caret; what is parsed runs. */
#include <stdint.h>

#include "lql/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena a = { 0 };
	struct lql_query q;
	struct err e = { 0 };
	struct str text = str_mk(p, n), values[64] = { 0 };

	lql_whole(text);
	if (n < 4096 && lql_parse(&q, text, &a, &e) == 0) {
		for (struct lql_stage *st = q.stages; st; st = st->next)
			if (st->n <= 64)
				lql_stage_test(st, values);
		lql_query_free(&q);
	}
	arena_free(&a);
	return 0;
}
