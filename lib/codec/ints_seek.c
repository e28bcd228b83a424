/* ints_seek: single numbers of a run. */
#include <assert.h>

#include "codec/bits.h"
#include "codec/ints.h"
#include "codec/intsform.h"

static_assert(GROUP >= INTS_STRETCH && INTS_SEEK_MAX / INTS_STRETCH >= 256,
    "room for groups, and for a table");

static int
open_table(struct ints_seek *s, struct cur *c)
{
	uint32_t distinct = cur_u8(c) + 1u;
	unsigned top = 0;

	if (!ints_read_leaf(c, cur_u8(c), s->at, distinct) ||
	    cur_left(c) != s->n)
		return -1;
	s->p = (const uint8_t *)c->p;
	for (uint32_t i = 0; i < s->n; i++)
		top = s->p[i] > top ? s->p[i] : top;
	return top < distinct ? 1 : -1;
}

/*
 * Of steps up alone, a byte each: zigzags of them are even, and halved they
 * add up as they are.
 */
static int
open_delta(struct ints_seek *s, struct cur *c)
{
	uint64_t v = cur_u64(c);
	uint8_t form = cur_u8(c);
	struct ints_head h;

	if (c->bad || s->n < 2)
		return -1;
	if (form != INTS_PLANES)
		return 0;
	if (!ints_read_head(c, form, &h))
		return -1;
	if (h.width != 1 || h.base % 2 != 0 || h.step % 2 != 0 ||
	    h.base > UINT64_MAX / 4 || h.step > UINT64_MAX / 1024)
		return 0;
	if (cur_left(c) != s->n - 1)
		return -1;
	s->base = h.base / 2;
	s->step = h.step / 2;
	s->p = (const uint8_t *)c->p;
	for (uint32_t k = 0; k * INTS_STRETCH < s->n; k++) {
		const uint8_t *p = s->p + k * INTS_STRETCH;
		uint32_t sum = 0;

		s->at[k] = v;
		if (s->n - 1 - k * INTS_STRETCH < INTS_STRETCH)
			break;
		for (uint32_t i = 0; i < INTS_STRETCH; i++)
			sum += p[i];
		v += sum * s->step + INTS_STRETCH * s->base;
	}
	return 1;
}

/* CONST, BITS, PLANES or GROUPS. */
static int
open_plain(struct ints_seek *s, struct cur *c)
{
	struct ints_head h;

	if (!ints_read_head(c, s->form, &h) || (s->form == INTS_GROUPS &&
	    !groups_open(&s->groups, c, s->n, h.width)))
		return -1;
	s->base = h.base;
	s->step = h.step;
	s->width = h.width;
	s->p = (const uint8_t *)c->p;
	s->bytes = cur_left(c);
	if (s->form == INTS_GROUPS)
		groups_places(&s->groups, s->at);
	return s->bytes == (s->form == INTS_PLANES ? (size_t)s->n * h.width :
	    s->form == INTS_BITS ? BITS_BYTES(s->n, h.width) : 0) ? 1 : -1;
}

int
ints_seek(struct ints_seek *s, struct str run, uint32_t n)
{
	struct cur c = cur_of(run);

	s->n = n;
	s->form = cur_u8(&c);
	if (c.bad)
		return -1;
	if (n > INTS_SEEK_MAX)
		return 0;
	switch (s->form) {
	case INTS_CONST: case INTS_BITS: case INTS_PLANES: case INTS_GROUPS:
		return open_plain(s, &c);
	case INTS_TABLE: return open_table(s, &c);
	case INTS_DELTA: return open_delta(s, &c);
	default: return 0;
	}
}

static uint64_t
planes_at(const struct ints_seek *s, uint32_t i)
{
	uint64_t v = 0;

	for (unsigned b = 0; b < s->width; b++)
		v |= (uint64_t)s->p[(size_t)b * s->n + i] << 8 * b;
	return v;
}

static uint64_t
delta_at(const struct ints_seek *s, uint32_t i)
{
	uint32_t from = i - i % INTS_STRETCH, sum = 0;

	for (uint32_t k = from; k < i; k++)
		sum += s->p[k];
	return s->at[i / INTS_STRETCH] + sum * s->step + (i - from) * s->base;
}

uint64_t
ints_seek_at(const struct ints_seek *s, uint32_t i)
{
	uint64_t v;

	switch (s->form) {
	case INTS_TABLE: return s->at[s->p[i]];
	case INTS_DELTA: return delta_at(s, i);
	case INTS_GROUPS: v = groups_at(&s->groups, s->at, i); break;
	case INTS_PLANES: v = planes_at(s, i); break;
	case INTS_BITS:
		v = s->width == 0 ? 0 : bits_at(s->p, s->bytes,
		    (uint64_t)i * s->width, s->width);
		break;
	default: v = 0;
	}
	return s->base + v * s->step;
}
