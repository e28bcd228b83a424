#include "codec/ints.h"

#include "codec/bits.h"
#include "codec/intsform.h"
#include "codec/work.h"

/* What is known of numbers before a form is chosen. */
struct look {
	uint64_t min;		/* the least, as int64_t */
	uint64_t spread;	/* greatest - least */
	uint64_t step;		/* divides every v - min; at least 1 */
};

static uint64_t
gcd(uint64_t a, uint64_t b)
{
	while (b != 0) {
		uint64_t t = a % b;

		a = b;
		b = t;
	}
	return a;
}

static struct look
look(const uint64_t *v, uint32_t n)
{
	int64_t min = (int64_t)v[0], max = min;
	uint64_t step = 0;

	for (uint32_t i = 1; i < n; i++) {
		int64_t x = (int64_t)v[i];

		min = x < min ? x : min;
		max = x > max ? x : max;
	}
	for (uint32_t i = 0; i < n && step != 1; i++) {
		uint64_t x = v[i] - (uint64_t)min;

		if (x != 0 && (step == 0 || x % step != 0))
			step = gcd(step, x);
	}
	return (struct look){ (uint64_t)min, (uint64_t)max - (uint64_t)min,
	    step == 0 ? 1 : step };
}

/* v becomes (v - base) / step. */
static void
reduce(uint64_t *v, uint32_t n, const struct look *l)
{
	for (uint32_t i = 0; i < n; i++)
		v[i] -= l->min;
	if (l->step != 1)
		for (uint32_t i = 0; i < n; i++)
			v[i] /= l->step;
}

static void
put_bytes(struct buf *out, const uint64_t *v, uint32_t n, unsigned k)
{
	uint8_t *p = (uint8_t *)buf_extend(out, (size_t)n * k);

	for (unsigned b = 0; b < k; b++)
		for (uint32_t i = 0; i < n; i++)
			*p++ = (uint8_t)(v[i] >> 8 * b);
}

static void
put_leaf(struct buf *out, uint64_t *v, uint32_t n, bool squeezed)
{
	struct look l = { 0, 0, 1 };

	if (n > 0)
		l = look(v, n);
	if (l.spread == 0) {
		buf_u8(out, INTS_CONST);
		buf_varint(out, zigzag_u(l.min));
		return;
	}
	/* a base that saves no byte only costs the reader a pass */
	if (l.step == 1 && l.min < 256 && bits_width(l.min + l.spread) ==
	    bits_width(l.spread)) {
		l.spread += l.min;
		l.min = 0;
	}
	reduce(v, n, &l);
	unsigned width = bits_width(l.spread / l.step);

	if (squeezed)
		width = (width + 7) / 8;
	buf_u8(out, squeezed ? INTS_PLANES : INTS_BITS);
	buf_varint(out, zigzag_u(l.min));
	buf_varint(out, l.step);
	buf_u8(out, (uint8_t)width);
	if (squeezed)
		put_bytes(out, v, n, width);
	else
		bits_pack(out, v, n, width);
}

void
ints_pack(struct buf *out, uint64_t *v, uint32_t n, bool squeezed)
{
	put_leaf(out, v, n, squeezed);
}
