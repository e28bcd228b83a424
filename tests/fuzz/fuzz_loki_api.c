/* Answers of Loki's API; the first byte chooses what is asked. */
#include "server.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const enum question_what what[] = { QUESTION_LINES,
	    QUESTION_SERIES, QUESTION_STREAMS, QUESTION_PATTERNS };
	struct question q = { .text = S("{app=\"a\"} | json\n| b = 1"),
	    .from = 1, .to = 2000 * NS_S };

	if (n == 0)
		return 0;
	q.what = what[data[0] & 3];
	q.forward = data[0] & 4;
	q.limit = data[0] & 8 ? 3 : 0;
	q.interval = data[0] & 16 ? NS_S : 0;
	q.step = data[0] & 32 ? NS_S : 0;
	ask(loki_ask, &q, str_mk(data + 1, n - 1));
	return 0;
}
