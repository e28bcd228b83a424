/* Attributes into a payload: what decodes still does, and does so twice to
 * the same bytes. */
#include <stdint.h>
#include <stdlib.h>

#include "otlp/accept.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const struct otlp_attr attr[] = { { S("a"), S("1") },
		{ S("service.name"), S("") } };
	struct buf once = { 0 }, twice = { 0 };
	struct otlp_sum before, after;
	struct err e = { 0 };

	if (otlp_extend(str_mk(p, n), attr, 2, &once, &e) == 0) {
		if (otlp_extend(buf_str(&once), attr, 2, &twice, &e) == -1 ||
		    !str_eq(buf_str(&once), buf_str(&twice)))
			abort();
		for (unsigned s = 1; s < 4; s++)
			if (otlp_check(s, str_mk(p, n), &before, &e) == 0 &&
			    (otlp_check(s, buf_str(&once), &after, &e) == -1 ||
			    before.items != after.items))
				abort();
	}
	buf_free(&once);
	buf_free(&twice);
	return 0;
}
