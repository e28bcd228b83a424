/*
 * Templates: any text is parsed or refused; what is parsed runs over labels of
 * all sorts, twice with the same outcome.
 */
#include <stdint.h>
#include <stdlib.h>

#include "lql/funcs.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const struct log_pair stream[] = { { S("a"), S("1.5") },
		{ S("b"), S("{\"k\":[1,\"x\",null,{\"y\":true}]}") },
		{ S("t"), S("2023-11-14T22:13:20.123+02:00") },
		{ S("u"), S("日本\xff語 x") } };
	struct arena a = { 0 };
	struct lql_entry en;
	struct lql_scene scene = { &en };
	struct buf out[2] = { { 0 }, { 0 } };
	struct err e = { 0 };
	struct tmpl *t = n < 4096 ? tmpl_parse("line", str_mk(p, n), lql_funcs,
	    &a, &e) : NULL;

	entry_begin(&en, S("a line"), stream, 4, NULL, 0, &a);
	for (int i = 0; t && i < 2; i++) {
		if (tmpl_run(t, &lql_template_data, &scene, &out[i], &a,
		    &e) == -1 && out[i].n > 0)
			abort();
		if (out[i].n > TMPL_OUT_MAX * 2)
			abort();
	}
	/* only `now` may differ */
	if (t && out[0].n != out[1].n &&
	    str_find(str_mk(p, n), S("now")) > n &&
	    str_find(str_mk(p, n), S("date")) > n)
		abort();
	tmpl_free(t);
	buf_free(&out[0]);
	buf_free(&out[1]);
	arena_free(&a);
	return 0;
}
