#include "codec/ints.h"

#include <math.h>

#include "codec/bits.h"
#include "codec/groups.h"
#include "codec/intsform.h"
#include "codec/work.h"

#define TABLE_MAX	256u
#define SHORT		32u	/* numbers not worth a choice */
#define GROUPS_WORTH	1.5	/* of the least size: for a tenth of the time */

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

/* v becomes (v - base) / step; a base that saves no byte is left alone. */
static void
reduce(uint64_t *v, uint32_t n, struct look *l)
{
	if (l->step == 1 && l->min < 256 &&
	    (bits_width(l->min + l->spread) + 7) / 8 ==
	    (bits_width(l->spread) + 7) / 8) {
		l->spread += l->min;
		l->min = 0;
	}
	for (uint32_t i = 0; l->min != 0 && i < n; i++)
		v[i] -= l->min;
	for (uint32_t i = 0; l->step != 1 && i < n; i++)
		v[i] /= l->step;
	l->spread /= l->step;
}

/* Bits that coding each byte by how often it comes would take. */
static double
entropy(const uint32_t count[256], uint32_t n)
{
	double bits = 0;

	for (unsigned k = 0; k < 256; k++)
		if (count[k] > 0)
			bits += count[k] * log2((double)n / count[k]);
	return bits;
}

static double
cost_planes(const uint64_t *v, uint32_t n, unsigned bytes)
{
	double bits = 0;

	for (unsigned b = 0; b < bytes; b++) {
		uint32_t count[256] = { 0 };

		for (uint32_t i = 0; i < n; i++)
			count[v[i] >> 8 * b & 0xff]++;
		bits += entropy(count, n);
	}
	return bits;
}

static double
cost_log(const uint64_t *v, uint32_t n)
{
	uint32_t count[256] = { 0 };
	double bits = 0;

	for (uint32_t i = 0; i < n; i++)
		count[bits_width(v[i])]++;
	for (unsigned k = 2; k <= 64; k++)
		bits += (double)count[k] * (k - 1);
	return bits + entropy(count, n);
}

/*
 * About what zstd makes of n bytes: it codes them by how often they come, or,
 * where what followed one the last time follows again, by the surprises.
 */
static double
cost_bytes(const uint64_t *v, uint32_t n)
{
	uint32_t count[256] = { 0 }, odd = 0;
	uint8_t next[256] = { 0 }, last = 0;
	double alone, surprise;

	for (uint32_t i = 0; i < n; i++) {
		uint8_t x = (uint8_t)v[i];

		count[x]++;
		odd += next[last] != x;
		next[last] = x;
		last = x;
	}
	alone = entropy(count, n);
	surprise = entropy((uint32_t[256]){ odd, n - odd }, n) +
	    alone * odd / n;
	return surprise < alone ? surprise : alone;
}

static void
put_head(struct buf *out, uint8_t form, const struct look *l, unsigned width)
{
	buf_u8(out, form);
	buf_varint(out, zigzag_u(l->min));
	buf_varint(out, l->step);
	buf_u8(out, (uint8_t)width);
}

static void
put_planes(struct buf *out, const uint64_t *v, uint32_t n, unsigned bytes,
    struct cuts *cuts)
{
	uint8_t *p = (uint8_t *)buf_extend(out, (size_t)n * bytes);

	for (unsigned b = 0; b < bytes; b++) {
		cut_here(cuts, (size_t)((char *)p - out->p));
		for (uint32_t i = 0; i < n; i++)
			*p++ = (uint8_t)(v[i] >> 8 * b);
	}
	cut_here(cuts, out->n);
}

static void
put_log(struct buf *out, const uint64_t *v, uint32_t n, struct cuts *cuts)
{
	uint8_t *p;
	uint64_t acc = 0;
	unsigned have = 0;

	cut_here(cuts, out->n);
	p = (uint8_t *)buf_extend(out, n);
	for (uint32_t i = 0; i < n; i++)
		p[i] = (uint8_t)bits_width(v[i]);
	cut_here(cuts, out->n);
	for (uint32_t i = 0; i < n; i++) {
		unsigned w = bits_width(v[i]);
		uint64_t x = w < 2 ? 0 : v[i] ^ UINT64_C(1) << (w - 1);

		w -= w > 0;
		acc |= x << have;
		have += w;
		if (have >= 64) {
			buf_u64(out, acc);
			have -= 64;
			acc = have > 0 ? x >> (w - have) : 0;
		}
	}
	for (; have > 0; have = have > 8 ? have - 8 : 0, acc >>= 8)
		buf_u8(out, (uint8_t)acc);
	cut_here(cuts, out->n);
}

/* One of the first four forms. */
static void
put_leaf(struct buf *out, uint64_t *v, uint32_t n, struct cuts *cuts)
{
	struct look l = n > 0 ? look(v, n) : (struct look){ 0, 0, 1 };
	unsigned width, bytes;

	if (l.spread == 0) {
		buf_u8(out, INTS_CONST);
		buf_varint(out, zigzag_u(l.min));
		return;
	}
	reduce(v, n, &l);
	width = bits_width(l.spread);
	bytes = (width + 7) / 8;
	if (!cuts) {
		put_head(out, INTS_BITS, &l, width);
		bits_pack(out, v, n, width);
	} else if (n < SHORT || bytes == 1 || cost_planes(v, n, bytes) <=
	    cost_log(v, n)) {
		put_head(out, INTS_PLANES, &l, bytes);
		put_planes(out, v, n, bytes, cuts);
	} else {
		put_head(out, INTS_LOG, &l, width);
		put_log(out, v, n, cuts);
	}
}

/* What put_leaf would take, about, in bits; v is not changed. */
static double
cost_leaf(const uint64_t *v, uint32_t n, uint64_t *room)
{
	struct look l = look(v, n);
	double planes, lengths;

	if (l.spread == 0)
		return 0;
	memcpy(room, v, n * sizeof *v);
	reduce(room, n, &l);
	planes = cost_planes(room, n, (bits_width(l.spread) + 7) / 8);
	lengths = cost_log(room, n);
	return planes < lengths ? planes : lengths;
}

/* A small hash of numbers, for runs with few distinct ones. */
struct table {
	uint64_t value[TABLE_MAX];
	uint16_t slot[TABLE_MAX * 4];	/* number + 1 */
	uint32_t n;
};

static uint16_t *
table_slot(struct table *t, uint64_t v)
{
	uint32_t at = (uint32_t)(v * UINT64_C(0x9e3779b97f4a7c15) >> 54);

	while (t->slot[at] != 0 && t->value[t->slot[at] - 1] != v)
		at = (at + 1) % (TABLE_MAX * 4);
	return &t->slot[at];
}

/* false: more than TABLE_MAX distinct numbers. */
static bool
table_fill(struct table *t, const uint64_t *v, uint32_t n)
{
	t->n = 0;
	memset(t->slot, 0, sizeof t->slot);
	for (uint32_t i = 0; i < n; i++) {
		uint16_t *s = table_slot(t, v[i]);

		if (*s != 0)
			continue;
		if (t->n == TABLE_MAX)
			return false;
		t->value[t->n++] = v[i];
		*s = (uint16_t)t->n;
	}
	return true;
}

static void
put_table(struct buf *out, struct table *t, const uint64_t *v, uint32_t n,
    struct cuts *cuts)
{
	uint64_t value[TABLE_MAX];
	uint8_t *p;

	memcpy(value, t->value, sizeof value);
	buf_u8(out, INTS_TABLE);
	buf_u8(out, (uint8_t)(t->n - 1));
	put_leaf(out, value, t->n, NULL);
	cut_here(cuts, out->n);
	p = (uint8_t *)buf_extend(out, n);
	for (uint32_t i = 0; i < n; i++)
		p[i] = (uint8_t)(*table_slot(t, v[i]) - 1);
	cut_here(cuts, out->n);
}

static void
take_deltas(uint64_t *d, const uint64_t *v, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++)
		d[i - 1] = zigzag_u(v[i] - v[i - 1]);
}

static uint32_t
count_runs(const uint64_t *v, uint32_t n)
{
	uint32_t runs = 1;

	for (uint32_t i = 1; i < n; i++)
		runs += v[i] != v[i - 1];
	return runs;
}

static void
put_runs(struct buf *out, const uint64_t *v, uint32_t n, uint32_t runs,
    struct cuts *cuts)
{
	uint64_t *value = work_room(&work()->runs, 2 * runs * sizeof *v);
	uint64_t *len = value + runs;
	uint32_t at = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (i > 0 && v[i] == v[i - 1]) {
			len[at - 1]++;
			continue;
		}
		value[at] = v[i];
		len[at++] = 1;
	}
	buf_u8(out, INTS_RUNS);
	buf_varint(out, runs);
	put_leaf(out, value, runs, cuts);
	put_leaf(out, len, runs, cuts);
}

static void
put_deltas(struct buf *out, uint64_t *v, uint32_t n, uint64_t *d,
    struct cuts *cuts)
{
	buf_u8(out, INTS_DELTA);
	buf_u64(out, v[0]);
	take_deltas(d, v, n);
	put_leaf(out, d, n - 1, cuts);
}

/* false: they take more than `most` bits; d is room for n. */
static bool
put_groups(struct buf *out, const uint64_t *v, uint32_t n, struct look l,
    double most, uint64_t *d, struct cuts *cuts)
{
	unsigned width;

	memcpy(d, v, n * sizeof *d);
	reduce(d, n, &l);
	if (8.0 * (double)groups_size(d, n, &width) > most)
		return false;
	put_head(out, INTS_GROUPS, &l, width);
	groups_pack(out, d, n, width);
	cut_dense(cuts, out->n);
	return true;
}

/*
 * Numbers of more than a byte: from their neighbours, or by themselves? And
 * in groups where that takes little more.
 */
static void
put_wide(struct buf *out, uint64_t *v, uint32_t n, struct look l,
    struct cuts *cuts)
{
	uint64_t *d = work_room(&work()->runs, 2 * n * sizeof *d);
	double deltas, alone;

	take_deltas(d, v, n);
	deltas = cost_leaf(d, n - 1, d + n);
	alone = cost_leaf(v, n, d + n);
	if (put_groups(out, v, n, l, GROUPS_WORTH * fmin(deltas, alone),
	    d + n, cuts))
		return;
	if (deltas < alone)
		put_deltas(out, v, n, d, cuts);
	else
		put_leaf(out, v, n, cuts);
}

/* Numbers of a byte: for zstd, or in groups where that takes little more. */
static void
put_narrow(struct buf *out, uint64_t *v, uint32_t n, struct look l,
    struct cuts *cuts)
{
	uint64_t *d = work_room(&work()->runs, n * sizeof *d);
	struct look reduced = l;

	memcpy(d, v, n * sizeof *d);
	reduce(d, n, &reduced);
	if (!put_groups(out, v, n, l, GROUPS_WORTH * cost_bytes(d, n), d,
	    cuts))
		put_leaf(out, v, n, cuts);
}

void
ints_pack(struct buf *out, uint64_t *v, uint32_t n, struct cuts *cuts)
{
	struct table t;
	uint32_t runs = n < SHORT ? n : count_runs(v, n);
	struct look l;

	if (n < SHORT || runs == 1 || !cuts) {
		put_leaf(out, v, n, cuts);
		return;
	}
	l = look(v, n);
	if (runs <= n / 16)
		put_runs(out, v, n, runs, cuts);
	else if (l.spread / l.step < 256)
		put_narrow(out, v, n, l, cuts);
	else if (table_fill(&t, v, n))
		put_table(out, &t, v, n, cuts);
	else
		put_wide(out, v, n, l, cuts);
}
