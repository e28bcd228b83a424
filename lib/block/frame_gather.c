#include <stdlib.h>

#include "base/err.h"
#include "block/frame.h"
#include "block/framecol.h"

/* Makes the column as long as its table (never shorter). */
void
frame_level(struct frame *f, struct frame_column *c)
{
	uint32_t n = f->rows[c->table];

	if (n <= c->rows)
		return;
	frame_reach(c, n - 1, 1);
	/* reach made the last row valid: it is null, too */
	memset(c->data + (size_t)(n - 1) * c->width, 0, c->width);
	frame_want_valid(c, n);
	c->valid[(n - 1) / 64] &= ~(UINT64_C(1) << (n - 1) % 64);
	c->nulls++;
}

void
frame_vec(struct frame *f, uint32_t col, struct vec *v)
{
	static const struct str none = { "", 0 };
	struct frame_column *c = f->col[col];

	frame_level(f, c);
	*v = (struct vec){ .type = c->type, .rows = f->rows[c->table] };
	if (c->nulls > 0)
		v->valid = c->valid;
	switch (c->type) {
	case VEC_INT: case VEC_BOOL: v->i = (const void *)c->data; break;
	case VEC_F64: v->f = (const void *)c->data; break;
	case VEC_FIX8: case VEC_FIX16: v->fix = c->data; break;
	case VEC_STR: case VEC_ANY:
		v->code = (const void *)c->data;
		v->dict = c->dict.n > 0 ? c->dict.key : &none;
		v->ndict = c->dict.n;
	}
}

/* The translation of this dictionary, remembered from before or begun. */
static struct gather *
gather_of(struct frame_column *c, const struct vec *v)
{
	struct gather *g;

	for (unsigned k = 0; k < GATHERS_MAX; k++)
		if (c->gather[k].dict == v->dict &&
		    c->gather[k].n == v->ndict)
			return &c->gather[k];
	g = &c->gather[c->next_gather++ % GATHERS_MAX];
	if (v->ndict > g->cap) {
		free(g->code);
		g->cap = v->ndict;
		g->code = xmalloc(g->cap * sizeof *g->code);
	}
	memset(g->code, 0, v->ndict * sizeof *g->code);
	g->dict = v->dict;
	g->n = v->ndict;
	return g;
}

/*
 * Another vec may have come to lie where an older one was, so a remembered
 * code is believed only if it still stands for the same text.
 */
static uint32_t
translate(struct frame_column *c, struct gather *g, uint32_t code)
{
	uint32_t known = g->code[code];

	if (known > 0 && known <= c->dict.n &&
	    str_eq(c->dict.key[known - 1], g->dict[code]))
		return known - 1;
	known = map_add(&c->dict, g->dict[code], NULL);
	g->code[code] = known + 1;
	return known;
}

static void
gather_codes(struct frame_column *c, uint32_t at, const struct vec *v,
    const uint32_t *from, uint32_t n)
{
	uint32_t *out = (uint32_t *)(void *)c->data + at;
	struct gather *g = v->code && v->ndict > 0 ? gather_of(c, v) : NULL;

	for (uint32_t k = 0; k < n; k++) {
		if (!vec_valid(v, from[k]))
			out[k] = 0;
		else if (g)
			out[k] = translate(c, g, v->code[from[k]]);
		else
			out[k] = map_add(&c->dict, v->dict[from[k]], NULL);
	}
}

static void
gather_plain(struct frame_column *c, uint32_t at, const struct vec *v,
    const uint32_t *from, uint32_t n)
{
	const uint8_t *src = v->fix ? v->fix : v->f ? (const void *)v->f :
	    (const void *)v->i;
	uint8_t *out = c->data + (size_t)at * c->width;

	if (c->width == 8)
		for (uint32_t k = 0; k < n; k++)
			memcpy(out + (size_t)k * 8, src +
			    (size_t)from[k] * 8, 8);
	else
		for (uint32_t k = 0; k < n; k++)
			memcpy(out + (size_t)k * 16, src +
			    (size_t)from[k] * 16, 16);
}

/* Rows at .. at + n - 1 were just made, all valid: takes nulls out again. */
static void
gather_nulls(struct frame_column *c, uint32_t at, const struct vec *v,
    const uint32_t *from, uint32_t n)
{
	for (uint32_t k = 0; k < n; k++) {
		if (vec_valid(v, from[k]))
			continue;
		if (c->nulls == 0)
			frame_want_valid(c, c->rows);
		c->valid[(at + k) / 64] &= ~(UINT64_C(1) << (at + k) % 64);
		c->nulls++;
	}
}

void
frame_gather(struct frame *f, uint32_t col, uint32_t at,
    const struct vec *v, const uint32_t *from, uint32_t n)
{
	struct frame_column *c = f->col[col];

	if (n == 0)
		return;
	if (at < c->rows || v->type != c->type || n > UINT32_MAX - at)
		die("frame: column %.*s: bad gather", PS(c->name));
	frame_reach(c, at, n);
	if (vec_coded(c->type))
		gather_codes(c, at, v, from, n);
	else
		gather_plain(c, at, v, from, n);
	if (v->valid)
		gather_nulls(c, at, v, from, n);
}

static void
permute_bits(struct frame_column *c, const uint32_t *order, uint32_t n)
{
	uint64_t *bits = xcalloc(BITS_WORDS(n), sizeof *bits);

	for (uint32_t k = 0; k < n; k++)
		if (bit_get(c->valid, order[k]))
			bit_set(bits, k);
	memcpy(c->valid, bits, BITS_WORDS(n) * sizeof *bits);
	free(bits);
}

static void
permute_data(struct frame_column *c, const uint32_t *order, uint32_t n,
    uint8_t *room)
{
	for (uint32_t k = 0; k < n; k++)
		switch (c->width) {
		case 4: memcpy(room + k * (size_t)4, c->data +
		    order[k] * (size_t)4, 4); break;
		case 8: memcpy(room + k * (size_t)8, c->data +
		    order[k] * (size_t)8, 8); break;
		default: memcpy(room + k * (size_t)16, c->data +
		    order[k] * (size_t)16, 16);
		}
	memcpy(c->data, room, (size_t)n * c->width);
}

void
frame_permute(struct frame *f, unsigned table, const uint32_t *order)
{
	uint32_t n = f->rows[table];
	uint8_t *room = xmalloc((size_t)n * 16 + 1);

	for (uint32_t k = 0; n > 0 && k < f->cols; k++) {
		struct frame_column *c = f->col[k];

		if (c->table != table)
			continue;
		frame_level(f, c);
		permute_data(c, order, n, room);
		if (c->nulls > 0)
			permute_bits(c, order, n);
	}
	free(room);
}
