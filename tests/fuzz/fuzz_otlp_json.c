/* JSON that is read must be written, and that must be read and written alike. */
#include "otlp/json.h"


#include "need.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf pb = { 0 }, json = { 0 }, again = { 0 }, same = { 0 };
	unsigned signal = 0, told = 0;

	if (otlp_from_json(&signal, str_mk(data, n), &pb, NULL) == 0) {
		need(otlp_to_json(signal, buf_str(&pb), &json, NULL) == 0);
		need(otlp_from_json(&told, buf_str(&json), &again, NULL) == 0);
		need(told == signal);
		need(otlp_to_json(signal, buf_str(&again), &same, NULL) == 0);
		need(str_eq(buf_str(&json), buf_str(&same)));
	}
	buf_free(&pb);
	buf_free(&json);
	buf_free(&again);
	buf_free(&same);
	return 0;
}
