#include "codec/bits.h"
#include "codec/groups.h"
#include "codec/ints.h"
#include "codec/intsform.h"
#include "codec/work.h"

#define LOG_FAST	58u	/* bits: 57 below the top one, and 7 to skip */

static bool
read_head(struct cur *c, uint8_t form, struct ints_head *h)
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

/* CONST, BITS, PLANES or LOG. */
static bool
read_leaf(struct cur *c, uint8_t form, uint64_t *out, uint32_t n)
{
	struct ints_head h;

	if (form > INTS_LOG || !read_head(c, form, &h) ||
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

	if (!read_leaf(c, cur_u8(c), value, distinct))
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

	if (!read_head(c, INTS_GROUPS, &h) ||
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
	if (form == INTS_TABLE)
		return read_table(c, out, n);
	if (form == INTS_RUNS)
		return read_runs(c, out, n);
	if (form == INTS_GROUPS)
		return read_groups(c, out, n);
	return read_leaf(c, form, out, n);
}

/* ---- single numbers ------------------------------------------------------ */

static void
pick_planes(const uint8_t *p, uint32_t n, unsigned bytes,
    const uint32_t *row, uint32_t base, uint32_t k, uint64_t *out)
{
	for (uint32_t i = 0; i < k; i++) {
		const uint8_t *at = p + (row[i] - base);

		out[i] = *at;
		for (unsigned b = 1; b < bytes; b++)
			out[i] |= (uint64_t)at[(size_t)b * n] << 8 * b;
	}
}

static int
pick_table(struct cur *c, uint32_t n, const uint32_t *row, uint32_t base,
    uint32_t k, uint64_t *out)
{
	uint32_t distinct = cur_u8(c) + 1u;
	uint64_t value[256] = { 0 };

	if (!read_leaf(c, cur_u8(c), value, distinct) || cur_left(c) != n)
		return -1;
	for (uint32_t i = 0; i < k; i++) {
		uint8_t which = (uint8_t)c->p[row[i] - base];

		if (which >= distinct)
			return -1;
		out[i] = value[which];
	}
	return 1;
}

/* CONST, BITS, PLANES or GROUPS. */
static bool
pick_plain(struct cur *c, uint8_t form, uint32_t n, const uint32_t *row,
    uint32_t base, uint32_t k, uint64_t *out)
{
	const uint8_t *p;
	struct ints_head h;
	struct groups g;
	size_t left;

	if (!read_head(c, form, &h) || (form == INTS_GROUPS &&
	    !groups_open(&g, c, n, h.width)))
		return false;
	left = cur_left(c);
	p = (const uint8_t *)c->p;
	if (left != (form == INTS_PLANES ? (size_t)n * h.width :
	    form == INTS_BITS ? BITS_BYTES(n, h.width) : 0))
		return false;
	if (form == INTS_GROUPS)
		groups_pick(&g, row, base, k, out);
	else if (h.width == 0)
		memset(out, 0, k * sizeof *out);
	else if (form == INTS_PLANES)
		pick_planes(p, n, h.width, row, base, k, out);
	else
		for (uint32_t i = 0; i < k; i++)
			out[i] = bits_at(p, left, (uint64_t)(row[i] - base) *
			    h.width, h.width);
	scale(&h, out, k);
	return true;
}

int
ints_pick(struct str run, uint32_t n, const uint32_t *row, uint32_t base,
    uint32_t k, uint64_t *out)
{
	struct cur c = cur_of(run);
	uint8_t form = cur_u8(&c);

	if (c.bad)
		return -1;
	switch (form) {
	case INTS_CONST: case INTS_BITS: case INTS_PLANES: case INTS_GROUPS:
		return pick_plain(&c, form, n, row, base, k, out) ? 1 : -1;
	case INTS_TABLE: return pick_table(&c, n, row, base, k, out);
	default: return 0;
	}
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
	    !read_head(&t, form, &h) || h.base != 0 || h.step != 1 ||
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
