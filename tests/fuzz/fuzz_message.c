/*
 * Questions and answers of query-remote: what can be read is written again,
 * and reads the same.
 */
#include "query/message.h"


#include "need.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
question(struct str in)
{
	struct buf one = { 0 }, two = { 0 };
	struct question q;

	if (question_read(&q, in, NULL) == 0) {
		question_put(&one, &q);
		need(question_read(&q, buf_str(&one), NULL) == 0);
		question_put(&two, &q);
		need(str_eq(buf_str(&one), buf_str(&two)));
	}
	buf_free(&one);
	buf_free(&two);
}

static void
answer(struct str in)
{
	struct buf one = { 0 }, two = { 0 };
	struct arena mem = { 0 };
	struct remote_answer a;

	if (answer_read(&a, in, &mem, NULL) == 0) {
		answer_put(&one, &a);
		need(answer_read(&a, buf_str(&one), &mem, NULL) == 0);
		answer_put(&two, &a);
		need(str_eq(buf_str(&one), buf_str(&two)));
	}
	buf_free(&one);
	buf_free(&two);
	arena_free(&mem);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	question(str_mk(data, n));
	answer(str_mk(data, n));
	return 0;
}
