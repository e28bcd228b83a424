/*
 * The first three bytes are the signal, the most items and the most bytes; the
 * rest a payload. The pieces hold what the payload held, and what splits
 * regroups.
 */
#include "otlp/split.h"


#include "need.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf piece = { 0 }, all = { 0 }, one = { 0 };
	struct otlp_split s;
	uint64_t want, got, sum = 0;
	struct str payload;
	bool good;
	int r;

	if (n < 3)
		return 0;
	payload = str_mk(data + 3, n - 3);
	good = otlp_count(data[0] % 5, payload, &want) == 0;
	otlp_split_init(&s, data[0] % 5, payload, 1 + data[1], 16 * data[2]);
	while ((r = otlp_split_next(&s, &piece, &got)) == 1) {
		sum += got;
		buf_adds(&all, buf_str(&piece));
		buf_reset(&piece);
	}
	need((r == 0) == good);
	if (good) {
		need(sum == want);
		need(otlp_count(data[0] % 5, buf_str(&all), &got) == 0);
		need(got == want);
		need(otlp_regroup(payload, &one) == 0);
		need(one.n <= payload.n + 10 * payload.n);
		need(otlp_count(data[0] % 5, buf_str(&one), &got) == 0);
		need(got == want);
	}
	otlp_split_free(&s);
	buf_free(&piece);
	buf_free(&all);
	buf_free(&one);
	return 0;
}
