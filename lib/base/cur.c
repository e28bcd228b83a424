#include "base/cur.h"

#include "base/buf.h"

#define GROUPS_MAX 64

static const uint8_t *
take(struct cur *c, size_t n)
{
	if (n > cur_left(c)) {
		c->bad = true;
		return NULL;
	}
	c->p += n;
	return c->p - n;
}

uint8_t
cur_u8(struct cur *c)
{
	const uint8_t *p = take(c, 1);

	return p ? p[0] : 0;
}

uint16_t
cur_u16(struct cur *c)
{
	const uint8_t *p = take(c, 2);

	return p ? (uint16_t)((unsigned)p[0] | (unsigned)p[1] << 8) : 0;
}

uint32_t
cur_u32(struct cur *c)
{
	const uint8_t *p = take(c, 4);

	return p ? load32(p) : 0;
}

uint64_t
cur_u64(struct cur *c)
{
	const uint8_t *p = take(c, 8);

	return p ? load64(p) : 0;
}

struct str
cur_bytes(struct cur *c, uint64_t n)
{
	if (n > cur_left(c)) {
		c->bad = true;
		return (struct str){ 0 };
	}
	return str_mk(take(c, (size_t)n), (size_t)n);
}

struct str
cur_block(struct cur *c)
{
	return cur_bytes(c, cur_varint(c));
}

uint64_t
cur_varint_slow(struct cur *c)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 70; shift += 7) {
		uint8_t b = cur_u8(c);

		if (c->bad)
			return 0;
		v |= (uint64_t)(b & 0x7f) << (shift < 64 ? shift : 63);
		if (b < 0x80)
			return v;
	}
	c->bad = true;
	return 0;
}

static void
skip_group(struct cur *c)
{
	unsigned depth = 1;

	while (depth > 0 && !c->bad) {
		uint64_t tag = cur_varint(c);

		switch (tag & 7) {
		case 0: cur_varint(c); break;
		case 1: cur_u64(c); break;
		case 2: cur_block(c); break;
		case 3:
			if (++depth > GROUPS_MAX)
				c->bad = true;
			break;
		case 4: depth--; break;
		case 5: cur_u32(c); break;
		default: c->bad = true;
		}
	}
}

int
cur_field(struct cur *c, struct field *f)
{
	while (!c->bad && c->p < c->end) {
		f->at = c->p;
		uint64_t tag = cur_varint(c);

		f->wire = tag & 7;
		f->no = (uint32_t)(tag >> 3);
		if (tag >> 3 == 0 || tag >> 3 > 0x1fffffff)
			c->bad = true;
		switch (f->wire) {
		case 0: f->v = cur_varint(c); break;
		case 1: f->v = cur_u64(c); break;
		case 2: f->b = cur_block(c); break;
		case 3: skip_group(c); continue;
		case 5: f->v = cur_u32(c); break;
		default: c->bad = true;
		}
		return c->bad ? -1 : 1;
	}
	return c->bad ? -1 : 0;
}
