/* Answers of Tempo's API; the first byte chooses what is asked. */
#include "server.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const enum question_what what[] = { QUESTION_FIND,
	    QUESTION_SERIES, QUESTION_TAGS, QUESTION_VALUES, QUESTION_TRACES,
	    QUESTION_TRACES, QUESTION_TRACES, QUESTION_TRACES };
	struct question q = { .name = S("span.a b"), .from = 1,
	    .to = 2000 * NS_S };

	if (n == 0)
		return 0;
	q.what = what[data[0] & 7];
	q.text = q.what == QUESTION_TRACES ? S("abc\n12\nxyz\n") :
	    S("{ .a = 1 }\n| count() > 1");
	q.limit = data[0] & 8 ? 3 : 0;
	q.exemplars = data[0] & 16 ? 3 : 0;
	q.step = data[0] & 32 ? NS_S : 0;
	ask(tempo_ask, &q, str_mk(data + 1, n - 1));
	return 0;
}
