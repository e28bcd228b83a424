#include "codec/floats.h"

#include <math.h>

#include "base/num.h"
#include "codec/ints.h"

#define EXACT	9007199254740992.0	/* 2^53: whole numbers below are exact */

static const double power[FLOATS_SCALE + 1] = {
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
};

/* The whole number that gives these bits when divided; false: none does. */
static bool
whole(uint64_t bits, double by, uint64_t *out)
{
	double scaled = nearbyint(num_of_bits(bits) * by);

	/* through an integer, which has no sign of zero */
	if (!(fabs(scaled) < EXACT) ||
	    num_bits((double)(int64_t)scaled / by) != bits)
		return false;
	*out = (uint64_t)(int64_t)scaled;
	return true;
}

/* The least scale that fits all, or FLOATS_SCALE + 1. */
static unsigned
find_scale(const uint64_t *v, uint32_t n)
{
	unsigned scale = 0;
	uint64_t t;

	for (uint32_t i = 0; i < n && scale <= FLOATS_SCALE; i++)
		while (scale <= FLOATS_SCALE && !whole(v[i], power[scale],
		    &t))
			scale++;
	/* what fits one scale need not fit a greater one */
	for (uint32_t i = 0; i < n && scale <= FLOATS_SCALE; i++)
		if (!whole(v[i], power[scale], &t))
			return FLOATS_SCALE + 1;
	return scale;
}

void
floats_pack(struct buf *out, uint64_t *v, uint32_t n, struct cuts *cuts)
{
	unsigned scale = find_scale(v, n);

	if (scale > FLOATS_SCALE)
		buf_u8(out, FLOATS_RAW);
	else {
		buf_u8(out, (uint8_t)scale);
		for (uint32_t i = 0; i < n; i++)
			whole(v[i], power[scale], &v[i]);
	}
	ints_pack(out, v, n, cuts);
}

bool
floats_unpack(struct cur *c, uint64_t *out, uint32_t n)
{
	uint8_t scale = cur_u8(c);

	if (c->bad || (scale > FLOATS_SCALE && scale != FLOATS_RAW) ||
	    !ints_unpack64(c, out, n))
		return false;
	if (scale == FLOATS_RAW)
		return true;
	for (uint32_t i = 0; i < n; i++)
		out[i] = num_bits((double)(int64_t)out[i] / power[scale]);
	return true;
}
