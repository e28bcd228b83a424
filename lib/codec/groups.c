#include "codec/groups.h"

#include "codec/bits.h"

static uint32_t
groups_of(uint32_t n)
{
	return n / GROUP + (n % GROUP > 0);
}

static uint32_t
group_n(uint32_t n, uint32_t g)
{
	return n - g * GROUP < GROUP ? n - g * GROUP : GROUP;
}

/* A group's least number, and the bits that the greatest has above it. */
static unsigned
measure(const uint64_t *v, uint32_t n, uint64_t *least)
{
	uint64_t min = v[0], max = v[0];

	for (uint32_t i = 1; i < n; i++) {
		min = v[i] < min ? v[i] : min;
		max = v[i] > max ? v[i] : max;
	}
	*least = min;
	return bits_width(max - min);
}

size_t
groups_size(const uint64_t *v, uint32_t n, unsigned *width)
{
	uint64_t least, all = 0;
	size_t size = 0;

	for (uint32_t g = 0; g < groups_of(n); g++) {
		size += BITS_BYTES(group_n(n, g), measure(v + g * GROUP,
		    group_n(n, g), &least));
		all |= least;
	}
	*width = bits_width(all);
	return size + groups_of(n) + BITS_BYTES(groups_of(n), *width);
}

void
groups_pack(struct buf *out, const uint64_t *v, uint32_t n, unsigned width)
{
	uint64_t least[GROUP], x[GROUP];
	uint32_t all = groups_of(n);
	size_t at = out->n;

	buf_extend(out, all);
	for (uint32_t g = 0; g < all; g += GROUP) {
		for (uint32_t k = g; k < all && k < g + GROUP; k++)
			out->p[at + k] = (char)measure(v + k * GROUP,
			    group_n(n, k), &least[k - g]);
		/* 64 of any width end on a byte */
		bits_pack(out, least, all - g < GROUP ? all - g : GROUP,
		    width);
	}
	for (uint32_t g = 0; g < all; g++) {
		uint32_t m = group_n(n, g);

		measure(v + g * GROUP, m, &least[0]);
		for (uint32_t i = 0; i < m; i++)
			x[i] = v[g * GROUP + i] - least[0];
		bits_pack(out, x, m, (uint8_t)out->p[at + g]);
	}
}

bool
groups_open(struct groups *gr, struct cur *c, uint32_t n,
    unsigned least_width)
{
	uint32_t all = groups_of(n);
	struct str s = cur_bytes(c, all);
	size_t body = 0;
	unsigned w = 0, last;

	*gr = (struct groups){ .n = n, .least_width = least_width,
		.width = (const uint8_t *)s.p };
	for (uint32_t g = 0; g < s.n; g++) {
		w = gr->width[g];
		if (w > 64)
			return false;
		body += BITS_BYTES(group_n(n, g), w);
	}
	last = all > 0 ? (unsigned)(group_n(n, all - 1) * w % 8) : 0;
	s = cur_bytes(c, BITS_BYTES(all, least_width));
	gr->least = (const uint8_t *)s.p;
	gr->least_n = s.n;
	s = cur_bytes(c, body);
	gr->body = (const uint8_t *)s.p;
	gr->body_n = s.n;
	if (c->bad || least_width > 64)
		return false;
	return (last == 0 || gr->body[body - 1] >> last == 0) &&
	    (all * least_width % 8 == 0 || gr->least[gr->least_n - 1] >>
	    all * least_width % 8 == 0);
}

static uint64_t
least_of(const struct groups *gr, uint32_t g)
{
	return gr->least_width == 0 ? 0 : bits_at(gr->least, gr->least_n,
	    (uint64_t)g * gr->least_width, gr->least_width);
}

/* A whole group whose bytes may be read by eights. */
static void
unpack_fast(const uint8_t *p, unsigned w, uint64_t least, uint64_t *out)
{
	uint64_t mask = (UINT64_C(1) << w) - 1;

	for (uint32_t i = 0; i < GROUP; i++)
		out[i] = least + (load64(p + i * w / 8) >> i * w % 8 & mask);
}

void
groups_unpack(const struct groups *gr, uint64_t *out)
{
	size_t at = 0;

	for (uint32_t g = 0; g < groups_of(gr->n); g++, out += GROUP) {
		uint32_t m = group_n(gr->n, g);
		unsigned w = gr->width[g];
		uint64_t least = least_of(gr, g);

		if (m == GROUP && w <= 57 && gr->body_n - at >= 8 * w + 8)
			unpack_fast(gr->body + at, w, least, out);
		else
			for (uint32_t i = 0; i < m; i++)
				out[i] = least + (w == 0 ? 0 : bits_at(
				    gr->body + at, gr->body_n - at,
				    (uint64_t)i * w, w));
		at += 8 * w;
	}
}

void
groups_places(const struct groups *gr, uint64_t *at)
{
	uint64_t sum = 0;

	for (uint32_t g = 0; g < groups_of(gr->n); g++) {
		at[g] = sum;
		sum += 8 * gr->width[g];
	}
}

uint64_t
groups_at(const struct groups *gr, const uint64_t *at, uint32_t i)
{
	uint32_t g = i / GROUP;
	unsigned w = gr->width[g];

	return least_of(gr, g) + (w == 0 ? 0 : bits_at(gr->body + at[g],
	    gr->body_n - at[g], (uint64_t)(i % GROUP) * w, w));
}
