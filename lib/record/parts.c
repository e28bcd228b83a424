#include "record/parts.h"

#define HEAD	18	/* spool_id: its tag, its length, 16 bytes */

void
parts_begin(struct buf *b, const uint8_t spool[16])
{
	buf_u8(b, 1 << 3 | 2);
	buf_varint(b, 16);
	buf_add(b, spool, 16);
}

static unsigned
put_number(uint8_t *p, unsigned no, uint64_t v)
{
	unsigned n = 0;

	if (v == 0)
		return 0;
	p[n++] = (uint8_t)(no << 3);
	for (; v >= 0x80; v >>= 7)
		p[n++] = (uint8_t)(v | 0x80);
	p[n++] = (uint8_t)v;
	return n;
}

void
parts_add(struct buf *b, const struct part *p)
{
	uint8_t *at = (uint8_t *)buf_extend(b, PART_MAX);
	unsigned n = 2;

	n += put_number(at + n, 1, p->segment);
	n += put_number(at + n, 2, p->offset);
	n += put_number(at + n, 3, p->bytes);
	n += put_number(at + n, 4, p->upto);
	at[0] = 2 << 3 | 2;
	at[1] = (uint8_t)(n - 2);
	b->n -= PART_MAX - n;
}

void
parts_add_loose(struct buf *b, struct str parts)
{
	struct cur c = cur_of(parts_list(parts));
	struct part p;

	parts_begin(b, parts_spool(parts));
	while (parts_next(&c, &p) == 1) {
		p.bytes = 0;
		parts_add(b, &p);
	}
}

const uint8_t *
parts_spool(struct str parts)
{
	return (const uint8_t *)parts.p + 2;
}

struct str
parts_list(struct str parts)
{
	return parts.n > 0 ? str_skip(parts, HEAD) : parts;
}

static int
read_part(struct str b, struct part *p)
{
	struct cur c = cur_of(b);
	struct field f;
	int k;

	*p = (struct part){ 0 };
	while ((k = cur_field(&c, &f)) == 1) {
		if (f.no <= 4 && f.wire != 0)
			return -1;
		if ((f.no == 3 || f.no == 4) && f.v > UINT32_MAX)
			return -1;
		switch (f.no) {
		case 1: p->segment = f.v; break;
		case 2: p->offset = f.v; break;
		case 3: p->bytes = (uint32_t)f.v; break;
		case 4: p->upto = (uint32_t)f.v; break;
		}
	}
	return k;
}

int
parts_next(struct cur *c, struct part *p)
{
	struct field f;
	int k = cur_field(c, &f);

	if (k == 1 && (f.no != 2 || f.wire != 2 || read_part(f.b, p) == -1))
		return -1;
	return k;
}

/* The bytes of all parts. -1 where they do not parse. */
static int
add_up(struct str list, uint64_t *sum)
{
	struct cur c = cur_of(list);
	struct part p;
	int k;

	*sum = 0;
	while ((k = parts_next(&c, &p)) == 1)
		*sum += p.bytes;
	return k;
}

bool
parts_tight(const struct rec *r)
{
	uint64_t sum;

	return add_up(parts_list(r->parts), &sum) == 0 && sum == r->payload.n;
}

int
parts_check(const struct rec *r, struct err *e)
{
	struct cur c = cur_of(r->parts);
	struct field f;
	uint64_t sum = 0;

	if (cur_field(&c, &f) != 1 || f.no != 1 || f.wire != 2 ||
	    f.b.n != 16 || (const char *)c.p != r->parts.p + HEAD ||
	    add_up(parts_list(r->parts), &sum) == -1)
		return err_set(e, ERR_CORRUPT, "record parts: damaged");
	if (sum != 0 && sum != r->payload.n)
		return err_set(e, ERR_CORRUPT, "record parts: of %llu bytes "
		    "of %zu", (unsigned long long)sum, r->payload.n);
	return 0;
}
