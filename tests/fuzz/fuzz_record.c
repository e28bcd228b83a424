/* Record streams: what is taken is written back the same, and nothing reads
 * past the end. */
#include <stdint.h>
#include <stdlib.h>

#include "recsame.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
round_trip(const struct rec *in)
{
	struct buf b = { 0 };
	struct str m;
	struct rec out;
	size_t frame;

	rec_put(&b, in, true);
	if (rec_frame(buf_str(&b), &m, &frame, NULL) != 1 || frame != b.n ||
	    rec_parse(&out, m, NULL) == -1 || !out.has_crc || !rec_same(in, &out))
		abort();
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str left = str_mk(p, n), m;
	struct rec rec;
	size_t frame;

	while (rec_frame(left, &m, &frame, NULL) == 1) {
		bool good = rec_parse(&rec, m, NULL) == 0;

		if (good && rec_peek(&rec, m, NULL) == -1)
			abort();
		/* room for the CRC that is added */
		if (good && m.n - rec.payload.n < 60000)
			round_trip(&rec);
		left = str_skip(left, frame);
	}
	return 0;
}
