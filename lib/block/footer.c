#include "block/format.h"

static void
put_info(struct buf *b, const struct block_info *i)
{
	buf_add(b, i->kind, sizeof i->kind);
	buf_add(b, i->id, sizeof i->id);
	buf_u64(b, i->sequence);
	buf_u64(b, i->sequence_to);
	buf_u32(b, i->level);
	buf_u64(b, i->rows);
	buf_u64(b, i->min_time);
	buf_u64(b, i->max_time);
	buf_u64(b, i->min_received);
	buf_u64(b, i->max_received);
	buf_u64(b, i->raw_bytes);
	buf_sized(b, i->tenant);
	buf_varint(b, i->sources);
	for (uint32_t k = 0; k < i->sources; k++) {
		const struct block_source *s = &i->source[k];

		buf_add(b, s->spool, sizeof s->spool);
		buf_u64(b, s->from_segment);
		buf_u64(b, s->from_offset);
		buf_u64(b, s->to_segment);
		buf_u64(b, s->to_offset);
	}
}

void
footer_put(struct buf *b, const struct footer *f)
{
	put_info(b, &f->info);
	buf_varint(b, f->cols);
	for (uint32_t k = 0; k < f->cols; k++) {
		buf_u8(b, (uint8_t)f->col[k].table);
		buf_u8(b, (uint8_t)f->col[k].type);
		buf_sized(b, f->col[k].name);
	}
	buf_varint(b, f->sections);
	for (uint32_t k = 0; k < f->sections; k++) {
		const struct section_entry *s = &f->section[k];

		buf_sized(b, s->name);
		buf_u8(b, s->raw);
		buf_varint(b, s->at);
		buf_varint(b, s->size);
		buf_varint(b, s->stored);
		buf_varint(b, s->unit);
	}
	buf_varint(b, f->stripes);
	for (uint32_t k = 0; k < f->stripes; k++) {
		buf_varint(b, f->stripe[k].at);
		buf_varint(b, f->stripe[k].size);
		buf_sized(b, f->stripe[k].dir);
	}
}

static void
get_fixed(struct cur *c, void *out, size_t n)
{
	struct str s = cur_bytes(c, n);

	if (s.p)
		memcpy(out, s.p, n);
}

static int
get_info(struct cur *c, struct arena *a, struct block_info *i, struct err *e)
{
	struct block_source *source;

	get_fixed(c, i->kind, sizeof i->kind);
	get_fixed(c, i->id, sizeof i->id);
	i->sequence = cur_u64(c);
	i->sequence_to = cur_u64(c);
	i->level = cur_u32(c);
	i->rows = cur_u64(c);
	i->min_time = cur_u64(c);
	i->max_time = cur_u64(c);
	i->min_received = cur_u64(c);
	i->max_received = cur_u64(c);
	i->raw_bytes = cur_u64(c);
	i->tenant = cur_block(c);

	uint64_t n = cur_varint(c);

	if (!c->bad && n > BLOCK_SOURCES_MAX)
		return err_set(e, ERR_LIMIT, "%llu sources: over the "
		    "limit", (unsigned long long)n);
	i->sources = c->bad ? 0 : (uint32_t)n;
	i->source = source = arena_zero(a, struct block_source, i->sources);
	for (uint32_t k = 0; k < i->sources; k++) {
		struct block_source *s = &source[k];

		get_fixed(c, s->spool, sizeof s->spool);
		s->from_segment = cur_u64(c);
		s->from_offset = cur_u64(c);
		s->to_segment = cur_u64(c);
		s->to_offset = cur_u64(c);
	}
	if (!c->bad && i->kind[sizeof i->kind - 1] != '\0')
		return err_set(e, ERR_CORRUPT, "kind: without an end");
	return 0;
}

/* A count of things that take `each` bytes at least. */
static int
get_count(struct cur *c, const char *what, size_t each, uint32_t max,
    uint32_t *n, struct err *e)
{
	uint64_t v = cur_varint(c);

	if (c->bad || v > cur_left(c) / each)
		return err_set(e, ERR_CORRUPT, "%s: cut short", what);
	if (v > max)
		return err_set(e, ERR_LIMIT, "%s %llu: over the limit of %u",
		    what, (unsigned long long)v, max);
	*n = (uint32_t)v;
	return 0;
}

static int
get_columns(struct cur *c, struct arena *a, struct footer *f, struct err *e)
{
	if (get_count(c, "columns", 3, COLUMNS_MAX, &f->cols, e) == -1)
		return -1;
	f->col = arena_zero(a, struct column_name, f->cols);
	for (uint32_t k = 0; k < f->cols; k++) {
		uint8_t type;

		f->col[k].table = cur_u8(c);
		type = cur_u8(c);
		f->col[k].name = cur_block(c);
		if (!c->bad && (f->col[k].table >= TABLES_MAX ||
		    type < VEC_INT || type > VEC_FIX16))
			return err_set(e, ERR_CORRUPT, "column %u: table %u, "
			    "type %u: unknown", k, f->col[k].table, type);
		f->col[k].type = type;
	}
	return 0;
}

static int
get_sections(struct cur *c, struct arena *a, struct footer *f, struct err *e)
{
	if (get_count(c, "sections", 6, SECTIONS_MAX, &f->sections, e) == -1)
		return -1;
	f->section = arena_zero(a, struct section_entry, f->sections);
	for (uint32_t k = 0; k < f->sections; k++) {
		struct section_entry *s = &f->section[k];
		uint8_t raw;
		uint64_t unit;

		s->name = cur_block(c);
		raw = cur_u8(c);
		s->at = cur_varint(c);
		s->size = cur_varint(c);
		s->stored = cur_varint(c);
		unit = cur_varint(c);
		if (!c->bad && (raw > 1 || unit > UNIT_MAX || (raw &&
		    unit == 0) || s->size > ITEM_MAX || s->stored >
		    2 * ITEM_MAX))
			return err_set(e, ERR_CORRUPT, "section %u: bad entry",
			    k);
		s->raw = raw;
		s->unit = (uint32_t)unit;
	}
	return 0;
}

static int
get_stripes(struct cur *c, struct arena *a, struct footer *f, struct err *e)
{
	if (get_count(c, "stripes", 3, STRIPES_MAX, &f->stripes, e) == -1)
		return -1;
	f->stripe = arena_zero(a, struct stripe_entry, f->stripes);
	for (uint32_t k = 0; k < f->stripes; k++) {
		f->stripe[k].at = cur_varint(c);
		f->stripe[k].size = cur_varint(c);
		f->stripe[k].dir = cur_block(c);
	}
	return 0;
}

/* Stripes and sections lie between the head and the footer. */
static int
check_places(const struct footer *f, uint64_t footer_at, struct err *e)
{
	for (uint32_t k = 0; k < f->stripes; k++)
		if (f->stripe[k].at > footer_at ||
		    f->stripe[k].size > footer_at - f->stripe[k].at)
			return err_set(e, ERR_CORRUPT,
			    "stripe %u: past the end", k);
	for (uint32_t k = 0; k < f->sections; k++)
		if (f->section[k].at > footer_at ||
		    f->section[k].stored > footer_at - f->section[k].at)
			return err_set(e, ERR_CORRUPT,
			    "section %.*s: past the end",
			    PS(f->section[k].name));
	return 0;
}

int
footer_get(struct str in, uint64_t footer_at, struct arena *a,
    struct footer *f, struct err *e)
{
	struct cur c = cur_of(in);

	*f = (struct footer){ 0 };
	if (get_info(&c, a, &f->info, e) == -1 ||
	    get_columns(&c, a, f, e) == -1 ||
	    get_sections(&c, a, f, e) == -1 || get_stripes(&c, a, f, e) == -1)
		return err_in(e, "footer");
	if (c.bad || cur_left(&c) > 0)
		return err_set(e, ERR_CORRUPT, "footer: %s", c.bad ?
		    "cut short" : "more than it should be");
	return check_places(f, footer_at, e) == -1 ? err_in(e, "footer") : 0;
}
