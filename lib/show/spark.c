#include "show/spark.h"

#include <math.h>

void
show_spark(struct buf *b, const double *v, uint32_t n, double min, double max,
    uint32_t cols)
{
	static const struct str bars[] = { S("▁"), S("▂"), S("▃"), S("▄"),
	    S("▅"), S("▆"), S("▇"), S("█") };

	cols = n < cols ? n : cols;
	for (uint32_t c = 0; c < cols; c++) {
		uint32_t from = (uint32_t)((uint64_t)c * n / cols);
		uint32_t to = (uint32_t)((c + UINT64_C(1)) * n / cols);
		double top = NAN, part;

		for (uint32_t i = from; i < to; i++)
			if (!isnan(v[i]) && !(v[i] < top))
				top = v[i];
		if (isnan(top)) {
			buf_u8(b, ' ');
			continue;
		}
		part = max > min ? (top - min) / (max - min) : 0;
		part = part > 0 ? part < 1 ? part : 1 : 0;
		buf_adds(b, bars[(unsigned)(part * 7.999)]);
	}
}

unsigned
show_bar(struct buf *b, double from, double to, unsigned cols)
{
	static const struct str part[] = { S(""), S("▏"), S("▎"), S("▍"),
	    S("▌"), S("▋"), S("▊"), S("▉") };
	unsigned first = from > 0 ? (unsigned)(from * cols) : 0;
	unsigned end = to <= 0 ? 0 : to >= 1 ? 8 * cols :
	    (unsigned)(to * cols * 8), col = 0;

	if (first >= cols)
		first = cols - 1;
	if (end <= first * 8)
		end = first * 8 + 1;
	for (; col < first; col++)
		buf_u8(b, ' ');
	for (; col < end / 8; col++)
		buf_adds(b, S("█"));
	buf_adds(b, part[end % 8]);
	return col + (end % 8 > 0);
}
