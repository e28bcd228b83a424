#include <math.h>

#include "block/encode.h"
#include "codec/filter.h"

void
index_ints(struct encoder *en, uint32_t n, bool column)
{
	struct stripe_col *s = &en->stat;
	int64_t min = INT64_MAX, max = INT64_MIN;

	for (uint32_t k = 0; k < n; k++) {
		int64_t x = (int64_t)en->v[k];

		min = x < min ? x : min;
		max = x > max ? x : max;
	}
	buf_u8(&en->index, n > 0 ? INDEX_RANGE : 0);
	if (n == 0)
		return;
	buf_varint(&en->index, zigzag(min));
	buf_varint(&en->index, zigzag(max));
	if (!column)
		return;
	s->min_i = !s->ranged || min < s->min_i ? min : s->min_i;
	s->max_i = !s->ranged || max > s->max_i ? max : s->max_i;
	s->ranged = true;
}

/* A NaN among them leaves page and column without a range. */
void
index_f64(struct encoder *en, uint32_t n)
{
	struct stripe_col *s = &en->stat;
	double min = INFINITY, max = -INFINITY;
	bool ok = n > 0;

	for (uint32_t k = 0; k < n; k++) {
		double x;

		memcpy(&x, &en->v[k], sizeof x);
		min = x < min ? x : min;
		max = x > max ? x : max;
		ok = ok && x == x;
	}
	buf_u8(&en->index, ok ? INDEX_RANGE : 0);
	en->nan = en->nan || (n > 0 && !ok);
	if (!ok)
		return;
	buf_add(&en->index, &min, sizeof min);
	buf_add(&en->index, &max, sizeof max);
	s->min_f = !s->ranged || min < s->min_f ? min : s->min_f;
	s->max_f = !s->ranged || max > s->max_f ? max : s->max_f;
	s->ranged = true;
}

/* The range of the first eight bytes, which sorted columns profit from. */
void
index_fix(struct encoder *en, const uint8_t *p, uint32_t n, unsigned width)
{
	const uint8_t *min = p, *max = p;

	buf_u8(&en->index, n > 0 ? INDEX_RANGE : 0);
	if (n == 0)
		return;
	for (uint32_t k = 1; k < n; k++) {
		p += width;
		if (memcmp(p, min, 8) < 0)
			min = p;
		else if (memcmp(p, max, 8) > 0)
			max = p;
	}
	buf_add(&en->index, min, 8);
	buf_add(&en->index, max, 8);
}

void
index_plain(struct encoder *en, const struct frame_column *c, uint32_t n)
{
	size_t size = filter_size(n);
	uint8_t *p;

	buf_u8(&en->index, INDEX_FILTER);
	buf_varint(&en->index, size);
	p = (uint8_t *)buf_extend(&en->index, size);
	memset(p, 0, size);
	for (uint32_t k = 0; k < n; k++) {
		struct str s = c->dict.key[en->v[k]];

		filter_add(p, size, hash_bytes(s.p, s.n));
	}
	en->filtered = true;
}
