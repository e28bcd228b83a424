/*
 * wire: cur_field for hot loops: the common forms inline (tags of one or two
 * bytes, lengths of one or two, short varints), the rest by cur_field. Same
 * results, but field.at is not set.
 */
#ifndef OTLP_WIRE_H
#define OTLP_WIRE_H

#include "base/buf.h"
#include "base/cur.h"

enum { WIRE_VARINT, WIRE_FIXED64, WIRE_BYTES, WIRE_FIXED32 = 5 };

/* A field's number and wire type in one, for a switch. */
#define WIRE(no, type)	((uint32_t)(no) << 3 | (type))

struct wire {
	uint32_t tag;		/* WIRE(no, type) */
	union {
		uint64_t v;	/* varint and fixed values */
		struct str b;	/* bytes */
	};
};

int wire_next_slow(struct cur *, struct wire *);

/*
 * The caller's two do not have their addresses taken here, so that in a loop
 * they are in registers.
 */
static inline int
wire_next_rare(struct cur *c, struct wire *w)
{
	struct cur at = *c;
	struct wire got = { .b = { NULL, 0 } };
	int r = wire_next_slow(&at, &got);

	*c = at;
	*w = got;
	return r;
}

/* 1 with the next field in *w, 0 at the clean end, -1 with `bad` set. */
static inline int
wire_next(struct cur *c, struct wire *w)
{
	const uint8_t *p = c->p;
	size_t left = (size_t)(c->end - p);
	uint32_t tag;
	uint32_t n;

	if (c->bad)
		goto slow;
	if (left == 0)
		return 0;
	if (left < 4 && (left < 2 || p[0] >= 0x80 || p[1] >= 0x80))
		goto slow;
	tag = *p++;
	if (tag >= 0x80) {
		if (*p >= 0x80)
			goto slow;
		tag = (tag & 0x7f) | (uint32_t)*p++ << 7;
	}
	if (tag < 8)
		goto slow;
	w->tag = tag;
	w->b.n = 0;	/* for the compiler: no one looks beside v */
	n = *p++;
	switch (tag & 7) {
	case WIRE_BYTES:
		if (n >= 0x80) {
			if (*p >= 0x80)
				goto slow;
			n = (n & 0x7f) | (uint32_t)*p++ << 7;
		}
		if (n > (size_t)(c->end - p))
			goto slow;
		w->b = str_mk(p, n);
		c->p = p + n;
		return 1;
	case WIRE_VARINT:
		if (n >= 0x80)
			goto slow;
		w->v = n;
		c->p = p;
		return 1;
	case WIRE_FIXED64:
		if (left < 10)
			goto slow;
		w->v = load64(p - 1);
		c->p = p + 7;
		return 1;
	case WIRE_FIXED32:
		if (left < 6)
			goto slow;
		w->v = load32(p - 1);
		c->p = p + 3;
		return 1;
	}
slow:
	return wire_next_rare(c, w);
}

#endif
