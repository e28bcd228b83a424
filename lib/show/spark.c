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

void
show_bar_ends(double from, double to, unsigned cols, unsigned *first,
    unsigned *end)
{
	*first = from > 0 ? from * cols < cols ? (unsigned)(from * cols) :
	    cols - 1 : 0;
	*end = !(to > 0) ? 0 : to >= 1 ? 8 * cols : (unsigned)(to * cols * 8);
	if (*end <= *first * 8)
		*end = *first * 8 + 1;
}

struct str
show_eighths(unsigned n)
{
	static const struct str part[] = { S("▏"), S("▎"), S("▍"), S("▌"),
	    S("▋"), S("▊"), S("▉"), S("█") };

	return part[n - 1];
}

void
show_bar(struct buf *b, double from, double to, unsigned cols)
{
	unsigned first, end;

	show_bar_ends(from, to, cols, &first, &end);
	for (unsigned c = 0; c < first; c++)
		buf_u8(b, ' ');
	for (unsigned c = first; c * 8 < end; c++)
		buf_adds(b, show_eighths(end - c * 8 < 8 ? end - c * 8 : 8));
}
