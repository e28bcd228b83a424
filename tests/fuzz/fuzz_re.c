/* RE2 patterns: whatever is accepted compiles and runs, and its literals do
 * occur in what it matches. Input: pattern, newline, subject. */
#include <stdint.h>
#include <stdlib.h>

#include "base/re.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str subject = str_mk(p, n), pattern;
	struct arena a = { 0 };
	struct err e = { 0 };
	struct re_lits l;

	if (n > 4096 || !str_cut(&subject, '\n', &pattern))
		return 0;
	struct re *re = re_compile(pattern, 0, &e);

	if (!re)
		return 0;
	re_literals(re, &a, &l);
	if (re_match(re, subject, &e) == 1 && l.n > 0 && !l.icase) {
		bool any = false;

		for (size_t i = 0; i < l.n; i++)
			any |= str_find(subject, l.lit[i]) <= subject.n;
		if (!any && !memchr(subject.p, 0xef, subject.n) &&
		    str_find(pattern, S("\xef")) > pattern.n &&
		    str_find(pattern, S("fffd")) > pattern.n &&
		    str_find(pattern, S("FFFD")) > pattern.n)
			abort();
	}
	re_free(re);
	arena_free(&a);
	return 0;
}
