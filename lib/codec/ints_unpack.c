#include "codec/bits.h"
#include "codec/groups.h"
#include "codec/ints.h"
#include "codec/intsform.h"
#include "codec/work.h"

#define LOG_FAST	58u	/* bits: 57 below the top one, and 7 to skip */

bool
ints_read_head(struct cur *c, uint8_t form, struct ints_head *h)
{
	h->base = unzigzag_u(cur_varint(c));
	h->step = form == INTS_CONST ? 1 : cur_varint(c);
	h->width = form == INTS_CONST ? 0 : cur_u8(c);
	if (c->bad || h->step == 0)
		return false;
	return h->width <= (form == INTS_PLANES ? 8 : 64);
}

static void
scale(const struct ints_head *h, uint64_t *v, uint32_t n)
{
	for (uint32_t i = 0; h->step != 1 && i < n; i++)
		v[i] *= h->step;
	for (uint32_t i = 0; h->base != 0 && i < n; i++)
		v[i] += h->base;
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


/* The next value of a LOG run: `w` bits at bit `at`, below a top one. */
static uint64_t
log_value(struct str bits, uint64_t at, unsigned w)
{
	uint64_t v = 0;
	size_t b = (size_t)(at / 8);

	if (w <= 1)
		return w;
	if (w <= 58 && bits.n - b >= 8)
		v = load64(bits.p + b) >> at % 8;
	else
		for (unsigned k = 0; b < bits.n && k < 9; k++, b++) {
			uint64_t x = (uint8_t)bits.p[b];

			v |= k == 0 ? x >> at % 8 : x << (8 * k - at % 8);
			if (8 * (k + 1) >= w + at % 8)
				break;
		}
	return (v & ((UINT64_C(1) << (w - 1)) - 1)) | UINT64_C(1) << (w - 1);
}

/* Values while eight bytes may be read at once; how many. */
static uint32_t
log_fast(struct str len, struct str bits, uint64_t *out, uint64_t *bit)
{
	uint64_t at = *bit, end = bits.n < 8 ? 0 : (bits.n - 8) * 8 + 1;
	uint32_t i = 0;

	for (; i < len.n && at < end; i++) {
		unsigned w = (uint8_t)len.p[i], below = w - (w > 0);
		uint64_t top = UINT64_C(1) << below;

		out[i] = (top | (load64(bits.p + at / 8) >> at % 8 &
		    (top - 1))) & -(uint64_t)(w > 0);
		at += below;
	}
	*bit = at;
	return i;
}

static bool
read_log(struct cur *c, unsigned width, uint64_t *out, uint32_t n)
{
	struct str len = cur_bytes(c, n), bits;
	uint64_t all = 0, at = 0;
	unsigned top = 0;

	for (uint32_t i = 0; i < len.n; i++) {
		unsigned w = (uint8_t)len.p[i];

		top = w > top ? w : top;
		all += w - (w > 0);
	}
	bits = cur_bytes(c, (all + 7) / 8);
	if (c->bad || top > width)
		return false;
	uint32_t i = top > LOG_FAST ? 0 : log_fast(len, bits, out, &at);

	for (; i < n; i++) {
		unsigned w = (uint8_t)len.p[i];

		out[i] = log_value(bits, at, w);
		at += w - (w > 0);
	}
	return all % 8 == 0 || (uint8_t)bits.p[bits.n - 1] >> all % 8 == 0;
}

static bool
read_body(struct cur *c, uint8_t form, unsigned width, uint64_t *out,
    uint32_t n)
{
	struct str s;

	if (form == INTS_CONST || width == 0)
		memset(out, 0, n * sizeof *out);
	if (form == INTS_CONST || width == 0)
		return true;
	if (form == INTS_LOG)
		return read_log(c, width, out, n);
	s = cur_bytes(c, form == INTS_BITS ? BITS_BYTES(n, width) :
	    (size_t)n * width);
	if (c->bad)
		return false;
	if (form == INTS_BITS)
		return bits_unpack64((const uint8_t *)s.p, n, width, out);
	read_planes((const uint8_t *)s.p, n, width, out);
	return true;
}

bool
ints_read_leaf(struct cur *c, uint8_t form, uint64_t *out, uint32_t n)
{
	struct ints_head h;

	if (form > INTS_LOG || !ints_read_head(c, form, &h) ||
	    !read_body(c, form, h.width, out, n))
		return false;
	scale(&h, out, n);
	return true;
}

static bool
read_table(struct cur *c, uint64_t *out, uint32_t n)
{
	uint32_t distinct = cur_u8(c) + 1u;
	uint64_t value[256] = { 0 };
	unsigned top = 0;

	if (!ints_read_leaf(c, cur_u8(c), value, distinct))
		return false;
	struct str s = cur_bytes(c, n);
	const uint8_t *p = (const uint8_t *)s.p;

	for (uint32_t i = 0; i < s.n; i++) {
		top = p[i] > top ? p[i] : top;
		out[i] = value[p[i]];
	}
	return !c->bad && top < distinct;
}

static bool
read_groups(struct cur *c, uint64_t *out, uint32_t n)
{
	struct ints_head h;
	struct groups g;

	if (!ints_read_head(c, INTS_GROUPS, &h) ||
	    !groups_open(&g, c, n, h.width))
		return false;
	groups_unpack(&g, out);
	scale(&h, out, n);
	return true;
}

static bool
read_delta(struct cur *c, uint64_t *out, uint32_t n)
{
	uint64_t v = cur_u64(c);
	uint8_t form = cur_u8(c);

	if (c->bad || n == 0 || !ints_read_leaf(c, form, out + 1, n - 1))
		return false;
	out[0] = v;
	for (uint32_t i = 1; i < n; i++)
		out[i] = v += unzigzag_u(out[i]);
	return true;
}

/* After the form RUNS: as ints_runs. */
static uint32_t
read_pairs(struct cur *c, uint32_t n, uint64_t **value, uint64_t **len)
{
	uint64_t runs = cur_varint(c), left = n;

	if (c->bad || runs == 0 || runs > n)
		return 0;
	*value = work_room(&work()->runs, 2 * runs * sizeof **value);
	*len = *value + runs;
	if (!ints_read_leaf(c, cur_u8(c), *value, (uint32_t)runs) ||
	    !ints_read_leaf(c, cur_u8(c), *len, (uint32_t)runs))
		return 0;
	for (uint64_t r = 0; r < runs; r++) {
		if ((*len)[r] > left)
			return 0;
		left -= (*len)[r];
	}
	return left == 0 ? (uint32_t)runs : 0;
}

static bool
read_runs(struct cur *c, uint64_t *out, uint32_t n)
{
	uint64_t *v, *len;
	uint32_t runs = read_pairs(c, n, &v, &len), at = 0;

	for (uint32_t r = 0; r < runs; r++)
		for (uint64_t k = len[r]; k > 0; k--)
			out[at++] = v[r];
	return runs > 0;
}

bool
ints_unpack64(struct cur *c, uint64_t *out, uint32_t n)
{
	uint8_t form = cur_u8(c);

	if (c->bad)
		return false;
	if (form == INTS_DELTA)
		return read_delta(c, out, n);
	if (form == INTS_TABLE)
		return read_table(c, out, n);
	if (form == INTS_RUNS)
		return read_runs(c, out, n);
	if (form == INTS_GROUPS)
		return read_groups(c, out, n);
	return ints_read_leaf(c, form, out, n);
}

uint32_t
ints_runs(struct cur *c, uint32_t n, uint64_t **value, uint64_t **len)
{
	uint32_t runs = 0;
	uint8_t form = cur_left(c) > 0 ? (uint8_t)*c->p : 0;
	uint64_t *v;

	if (form == INTS_RUNS) {
		cur_u8(c);
		return read_pairs(c, n, value, len);
	}
	v = work_room(&work()->ints, 2 * (size_t)n * sizeof *v);
	*value = v;
	*len = v + n;
	if (n == 0 || !ints_unpack64(c, v, form == INTS_CONST ? 1 : n))
		return 0;
	if (form == INTS_CONST) {
		**len = n;
		return 1;
	}
	for (uint32_t i = 0; i < n; i++)
		if (runs > 0 && v[i] == v[runs - 1]) {
			(*len)[runs - 1]++;
		} else {
			v[runs] = v[i];
			(*len)[runs++] = 1;
		}
	return runs;
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

	if ((form != INTS_BITS && form != INTS_PLANES) ||
	    !ints_read_head(&t, form, &h) || h.base != 0 || h.step != 1 ||
	    h.width == 0 || h.width > (form == INTS_BITS ? 32 : 2))
		return 0;
	struct str s = cur_bytes(&t, form == INTS_BITS ?
	    BITS_BYTES(n, h.width) : (size_t)n * h.width);
	const uint8_t *p = (const uint8_t *)s.p;

	if (t.bad || (form == INTS_BITS &&
	    !bits_unpack32(p, n, h.width, out)))
		return -1;
	if (form == INTS_PLANES)
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
