/* JSON that is read must be written, and read again as the same bytes. */
#include "otlp/json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf pb = { 0 }, json = { 0 }, again = { 0 };
	unsigned signal = 0, told = 0;

	if (otlp_from_json(&signal, str_mk(data, n), &pb, NULL) == 0 &&
	    (otlp_to_json(signal, buf_str(&pb), &json, NULL) == -1 ||
	    /* an empty payload has no key to tell it by */
	    (pb.n > 0 && (otlp_from_json(&told, buf_str(&json), &again,
	    NULL) == -1 || told != signal ||
	    !str_eq(buf_str(&pb), buf_str(&again))))))
		abort();
	buf_free(&pb);
	buf_free(&json);
	buf_free(&again);
	return 0;
}
