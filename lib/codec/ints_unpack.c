#include "codec/bits.h"
#include "codec/ints.h"
#include "codec/intsform.h"
#include "codec/work.h"

static bool
read_head(struct cur *c, uint8_t form, struct ints_head *h)
{
	h->base = unzigzag_u(cur_varint(c));
	h->step = form == INTS_CONST ? 1 : cur_varint(c);
	h->width = form == INTS_CONST ? 0 : cur_u8(c);
	if (c->bad || h->step == 0)
		return false;
	return form == INTS_CONST || (form == INTS_BITS ? h->width <= 64 :
	    h->width >= 1 && h->width <= 8);
}

static void
read_bytes(const uint8_t *p, uint32_t n, unsigned k, uint64_t *out)
{
	memset(out, 0, n * sizeof *out);
	for (uint32_t i = 0; i < n; i++, p += k)
		for (unsigned b = 0; b < k; b++)
			out[i] |= (uint64_t)p[b] << 8 * b;
}

static void
read_planes(const uint8_t *p, uint32_t n, unsigned k, uint64_t *out)
{
	for (uint32_t i = 0; i < n; i++)
		out[i] = p[i];
	for (unsigned b = 1; b < k; b++) {
		p += n;
		for (uint32_t i = 0; i < n; i++)
			out[i] |= (uint64_t)p[i] << 8 * b;
	}
}

/* The body of a leaf, its length checked. */
static const uint8_t *
body(struct cur *c, uint8_t form, unsigned width, uint32_t n)
{
	return (const uint8_t *)cur_bytes(c, form == INTS_BITS ?
	    BITS_BYTES(n, width) : (size_t)n * width).p;
}

/* CONST, BITS, BYTES or PLANES. */
static bool
read_leaf(struct cur *c, uint8_t form, uint64_t *out, uint32_t n)
{
	struct ints_head h;

	if (form > INTS_PLANES || !read_head(c, form, &h))
		return false;
	const uint8_t *p = body(c, form, h.width, n);

	if (c->bad)
		return false;
	switch (form) {
	case INTS_CONST: memset(out, 0, n * sizeof *out); break;
	case INTS_BITS:
		if (!bits_unpack64(p, n, h.width, out))
			return false;
		break;
	case INTS_BYTES: read_bytes(p, n, h.width, out); break;
	case INTS_PLANES: read_planes(p, n, h.width, out); break;
	}
	if (h.step != 1)
		for (uint32_t i = 0; i < n; i++)
			out[i] *= h.step;
	if (h.base != 0)
		for (uint32_t i = 0; i < n; i++)
			out[i] += h.base;
	return true;
}

static bool
read_delta(struct cur *c, uint64_t *out, uint32_t n)
{
	uint64_t v = cur_u64(c);
	uint8_t form = cur_u8(c);

	if (c->bad || n == 0 || !read_leaf(c, form, out + 1, n - 1))
		return false;
	out[0] = v;
	for (uint32_t i = 1; i < n; i++)
		out[i] = v += unzigzag_u(out[i]);
	return true;
}

static bool
read_runs(struct cur *c, uint64_t *out, uint32_t n)
{
	uint64_t runs = cur_varint(c);
	uint32_t at = 0;

	if (c->bad || runs == 0 || runs > n)
		return false;
	uint64_t *v = work_room(&work()->runs, 2 * runs * sizeof *v);
	uint64_t *len = v + runs;

	if (!read_leaf(c, cur_u8(c), v, (uint32_t)runs) ||
	    !read_leaf(c, cur_u8(c), len, (uint32_t)runs))
		return false;
	for (uint64_t r = 0; r < runs; r++) {
		if (len[r] > n - at)
			return false;
		for (uint32_t k = (uint32_t)len[r]; k > 0; k--)
			out[at++] = v[r];
	}
	return at == n;
}

bool
ints_unpack64(struct cur *c, uint64_t *out, uint32_t n)
{
	uint8_t form = cur_u8(c);

	if (c->bad)
		return false;
	if (form == INTS_DELTA)
		return read_delta(c, out, n);
	if (form == INTS_RUNS)
		return read_runs(c, out, n);
	return read_leaf(c, form, out, n);
}

static void
narrow_bytes(const uint8_t *p, uint32_t n, unsigned k, uint32_t *out)
{
	if (k == 1)
		for (uint32_t i = 0; i < n; i++)
			out[i] = p[i];
	else
		for (uint32_t i = 0; i < n; i++, p += 2)
			out[i] = (uint32_t)(p[0] | p[1] << 8);
}

static void
narrow_planes(const uint8_t *p, uint32_t n, unsigned k, uint32_t *out)
{
	for (uint32_t i = 0; i < n; i++)
		out[i] = p[i];
	if (k == 2)
		for (uint32_t i = 0; i < n; i++)
			out[i] |= (uint32_t)p[n + i] << 8;
}

/*
 * What codes mostly are: base 0, step 1, up to two bytes (or 32 bits). 1 read,
 * 0 not of that kind and nothing taken, -1 not well formed.
 */
static int
read_narrow(struct cur *c, uint32_t *out, uint32_t n)
{
	struct cur t = *c;
	uint8_t form = cur_u8(&t);
	struct ints_head h;

	if (form < INTS_BITS || form > INTS_PLANES ||
	    !read_head(&t, form, &h) || h.base != 0 || h.step != 1 ||
	    h.width > (form == INTS_BITS ? 32 : 2))
		return 0;
	const uint8_t *p = body(&t, form, h.width, n);

	if (t.bad || (form == INTS_BITS &&
	    !bits_unpack32(p, n, h.width, out)))
		return -1;
	if (form == INTS_BYTES)
		narrow_bytes(p, n, h.width, out);
	else if (form == INTS_PLANES)
		narrow_planes(p, n, h.width, out);
	*c = t;
	return 1;
}

bool
ints_unpack32(struct cur *c, uint32_t *out, uint32_t n)
{
	int r = read_narrow(c, out, n);
	uint64_t *wide, all = 0;

	if (r != 0)
		return r == 1;
	wide = work_room(&work()->ints, n * sizeof *wide);
	if (!ints_unpack64(c, wide, n))
		return false;
	for (uint32_t i = 0; i < n; i++) {
		all |= wide[i];
		out[i] = (uint32_t)wide[i];
	}
	return all >> 32 == 0;
}
